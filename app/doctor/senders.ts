import { lookAtSender } from '../../engine/deliverability/domain.ts'
import { isExample } from '../../engine/deliverability/example.ts'
import { senderQuestion } from '../../engine/deliverability/preflight.ts'
import { domainOf } from '../../engine/model/address.ts'
import type { Campaign } from '../../engine/model/campaign.ts'
import type { Resolver } from '../../engine/ports/resolver.ts'
import { smtpConfigSchema } from '../../plugins/smtp/config.ts'
import type { AppConfig } from '../config.ts'
import type { Finding } from './finding.ts'

type SenderOf = Pick<Campaign, 'sender' | 'channel'>

const maxSenders = 20

/** What DNS says of everybody that mail is from: by campaigns, and by the settings. Lines that large providers refuse mail for
 *  are failures where the settings refuse it, too. Never rejects. */
export async function lookAtSenders(
  config: AppConfig,
  campaigns: readonly SenderOf[],
  resolver: Resolver,
): Promise<readonly Finding[]> {
  const { subscriptions, preflight } = config.engine
  const [first = ''] = Object.keys(config.channels)
  const all: readonly SenderOf[] = [
    ...campaigns,
    ...(subscriptions.sender === null
      ? []
      : [{ sender: subscriptions.sender, channel: subscriptions.channel ?? first }]),
  ]
  // What DNS says is of the domain: one look for all its addresses over one channel.
  const ways = new Map(all.map((each) => [`${domainOf(each.sender.address)} ${each.channel}`, each]))
  const looked = await Promise.all(
    [...ways.values()].slice(0, maxSenders).map(async ({ sender, channel }): Promise<readonly Finding[]> => {
      const domain = domainOf(sender.address)
      if (isExample(domain))
        return [
          {
            check: 'sender',
            status: 'ok',
            detail: `${domain} belongs to nobody: not looked up`,
            remedy: null,
          },
        ]
      const lines = await lookAtSender(
        senderQuestion(config.engine, sender, wayOf(config, channel)),
        resolver,
      )
      return lines
        .filter(({ id }) => !preflight.ignore.includes(id))
        .map(({ id, status, found, where, remedy, source }) => ({
          check: id,
          status: statuses(preflight.mode)[status],
          detail: where === null || found.includes(where) ? found : `${where}: ${found}`,
          remedy: remedy === null || status === 'unknown' ? remedy : `${remedy} (${source.name})`,
        }))
    }),
  )
  return looked.flat()
}

const statuses = (mode: string) =>
  ({
    ok: 'ok',
    warning: 'warning',
    unknown: 'warning',
    blocked: mode === 'block' ? 'failed' : 'warning',
  }) as const

function wayOf(config: AppConfig, channel: string) {
  const setting = config.channels[channel]
  const smtp = setting?.type === 'smtp' ? smtpConfigSchema.safeParse(setting.config).data : undefined
  return {
    returnPath: smtp !== undefined,
    route: { tls: 'offered', helo: smtp?.localName ?? null, signs: setting?.type === 'ses' },
  } as const
}
