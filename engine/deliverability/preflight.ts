import type { MailRoute } from '../channel/index.ts'
import type { EngineConfig } from '../config.ts'
import { domainOf } from '../model/address.ts'
import type { Sender } from '../model/campaign.ts'
import type { Fetcher } from '../ports/fetcher.ts'
import type { Resolver } from '../ports/resolver.ts'
import { lookAtSender } from './domain.ts'
import { judgeLetter } from './letter/judge.ts'
import { judgeLinks } from './letter/links.ts'
import { readLetter } from './letter/read.ts'
import { inOrder, ok, type PreflightLine, warning, worstOf } from './line.ts'

/** A finished letter, by its language. */
export interface SampleLetter {
  readonly language: string
  readonly mime: Uint8Array
}

/** How the channel's letters leave. */
export interface Way {
  /** The envelope sender is ours to choose. */
  readonly returnPath: boolean
  readonly route: MailRoute | null
}

/** Look at a sender and its letters before they go to many. DNS is asked, letters are read; with `links` their links are
 *  followed, too. What cannot be found out is `unknown`. Rejects when `signal` fires. */
export async function lookBeforeBulk(
  question: {
    readonly config: Pick<EngineConfig, 'dkim' | 'bounces' | 'preflight' | 'publicUrl'>
    readonly sender: Sender
    readonly way: Way
    readonly samples: readonly SampleLetter[]
    readonly links: boolean
  },
  { resolver, fetcher, signal }: { resolver: Resolver; fetcher: Fetcher; signal: AbortSignal },
): Promise<readonly PreflightLine[]> {
  const { config, sender, way, samples, links } = question
  const { publicUrl, preflight } = config
  const postalAddress = sender.postalAddress ?? preflight.postalAddress
  const letters = await Promise.all(samples.map(({ language, mime }) => readLetter(language, mime)))
  const looked = letters.map((letter) => ({
    name: letter.name,
    lines: judgeLetter(letter, { publicUrl, postalAddress }),
  }))
  const [ofSender, ofLinks] = await Promise.all([
    lookAtSender(senderQuestion(config, sender, way), resolver),
    links ? judgeLinks(letters, { publicUrl, fetcher, signal }) : null,
  ])
  signal.throwIfAborted()
  const lines = [...ofSender, ...worstOf(looked), ...lineOfTls(way), ...(ofLinks === null ? [] : [ofLinks])]
  return inOrder(lines.filter(({ id }) => !preflight.ignore.includes(id)))
}

export function senderQuestion(
  { dkim, bounces, preflight }: Pick<EngineConfig, 'dkim' | 'bounces' | 'preflight'>,
  { address, replyTo }: Pick<Sender, 'address' | 'replyTo'>,
  { returnPath, route }: Way,
) {
  return {
    from: address,
    replyTo,
    mailFrom: returnPath ? domainOf(bounces.address ?? address) : null,
    keys: dkim,
    relayKeys: preflight.relayKeys,
    signedBeyond: route?.signs ?? false,
    outgoing: preflight.outgoing,
    helo: route?.helo ?? null,
  }
}

function lineOfTls({ route }: Way): readonly PreflightLine[] {
  switch (route?.tls) {
    case undefined:
      return []
    case 'required':
      return [ok('host.tls', 'required, and the certificate is checked')]
    case 'offered':
      return [ok('host.tls', 'where the next server offers it')]
    case 'never':
      return [
        warning(
          'host.tls',
          'letters leave here in the clear',
          'Set "security" of the channel; a relay on this machine may stay as it is.',
        ),
      ]
  }
}
