import { withAssets } from '../assets/references.ts'
import type { PersonTokens } from '../compose/person-token.ts'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Notice } from '../model/notice.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { Subscriber } from '../model/subscriber.ts'
import type { TemplateBundle } from '../model/template.ts'
import type { Store } from '../ports/store.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedNotice } from '../render/task.ts'
import { mailPlan, mailSender } from './mail-spec.ts'
import { noticeTemplateNames, noticeTemplates } from './notice-templates.ts'
import { partialsOf } from './spec.ts'

const dayMs = 86_400_000

export interface NoticePress {
  /** Who the mails are from; refuses with E_CONFIG where nobody said and the public address gives no domain. */
  sender(): PublicationSpec['sender']
  /** The finished mail. A template of the store that fails is replaced by the built-in one, and told in the log. */
  press(
    notice: Notice,
    subscriber: Subscriber,
    now: EpochMs,
  ): Promise<RenderedNotice & { readonly from: string }>
}

/** Mails to one person: composed as letters are, without the ledger. */
export function createNoticePress(parts: {
  readonly config: EngineConfig
  readonly store: Pick<Store, 'assets' | 'templates' | 'lists' | 'deliveries'>
  readonly pool: Pick<RenderPool, 'notice'>
  readonly tokens: PersonTokens
  readonly log: Log
}): NoticePress {
  const { config, store, pool, tokens, log } = parts
  const settings = config.subscriptions

  const sender = () => mailSender(config, settings.sender, 'subscriptions.sender')
  const planOf = (bundle: TemplateBundle) =>
    mailPlan(config, { bundle, sender: sender(), language: settings.language })

  return {
    sender,
    async press(notice, subscriber, now) {
      const { kind, mail, askedAt, expiresAt } = notice
      const { id } = subscriber
      const lists = await Promise.all(notice.lists.map((list) => store.lists.get(list)))
      const task = {
        recipients: await store.deliveries.recipients([id]),
        // The same over every try of this mail: a copy is recognisable.
        mail: `${kind} ${askedAt} ${mail}`,
        links: { confirm: tokens.confirmUrl(id, askedAt), manage: tokens.manageUrl(id) },
        data: {
          lists: lists.flatMap((list) => list?.title ?? []),
          days: Math.max(1, Math.round((expiresAt - askedAt) / dayMs)),
          reminder: mail > 0,
        },
        now,
      }
      const from = sender().address
      const [own] = await store.templates.byName([noticeTemplateNames[kind]])
      if (own?.kind === 'letter') {
        const { name, format, variants, subject, preheader, body, text } = own
        const template = { name, format, variants, subject, preheader, body, text }
        try {
          const bundle = await withAssets(store.assets, { template, partials: await partialsOf(store) })
          return { ...(await pool.notice({ ...task, plan: planOf(bundle) })), from }
        } catch (error) {
          if (error instanceof BroadsheetError) throw error
          log.warn({ template: name, reason: String(error) }, 'notice.template_failed')
        }
      }
      return {
        ...(await pool.notice({ ...task, plan: planOf({ template: noticeTemplates[kind], partials: {} }) })),
        from,
      }
    },
  }
}
