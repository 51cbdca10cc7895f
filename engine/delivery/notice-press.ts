import { createHash } from 'node:crypto'
import type { PersonTokens } from '../compose/person-token.ts'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import { parseAddress } from '../model/address.ts'
import { selectionSchema } from '../model/campaign.ts'
import type { CampaignId, EpochMs } from '../model/ids.ts'
import type { Notice } from '../model/notice.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { Subscriber } from '../model/subscriber.ts'
import type { TemplateBundle } from '../model/template.ts'
import type { Store } from '../ports/store.ts'
import { makePlan, type SharedPlan, sharePlan } from '../render/plan.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedNotice } from '../render/task.ts'
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
  readonly store: Pick<Store, 'templates' | 'lists' | 'deliveries'>
  readonly pool: Pick<RenderPool, 'notice'>
  readonly tokens: PersonTokens
  readonly log: Log
}): NoticePress {
  const { config, store, pool, tokens, log } = parts
  const settings = config.subscriptions

  function sender(): PublicationSpec['sender'] {
    if (settings.sender !== null) return settings.sender
    const address = parseAddress(`no-reply@${new URL(config.publicUrl).hostname}`)
    if ('error' in address)
      throw new BroadsheetError(
        'E_CONFIG',
        'Mails to confirm a subscription need a sender: set subscriptions.sender.address.',
      )
    return { address: address.ok, name: '', replyTo: null }
  }

  function planOf(template: TemplateBundle['template'], partials: TemplateBundle['partials']): SharedPlan {
    const { name } = template
    const spec: PublicationSpec = {
      campaign: { id: 0 as CampaignId, name, title: name },
      bundle: { template, partials },
      subject: null,
      sender: sender(),
      channel: 'notice',
      listIds: [],
      excludeListIds: [],
      segments: [],
      excludeSegments: [],
      publications: [],
      excludePublications: [],
      list: { name, title: name },
      selection: { ...selectionSchema.parse({}), count: 0 },
      candidates: [],
      topics: {},
      data: {},
      uncertain: 'resend',
      onceKey: null,
      retryUntil: 0,
      autoPauseShare: 1,
      autoPauseAfter: 1,
      language: settings.language,
      timeZone: settings.timeZone,
      earlier: [],
      startedAt: 0,
    }
    const plan = makePlan(config, 0, spec, true)
    // By what is in it: the same template is compiled once a thread, an edited one anew.
    return sharePlan(`notice${createHash('sha256').update(JSON.stringify(spec)).digest('hex')}`, plan)
  }

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
          const partials = await partialsOf(store)
          return { ...(await pool.notice({ ...task, plan: planOf(template, partials) })), from }
        } catch (error) {
          if (error instanceof BroadsheetError) throw error
          log.warn({ template: name, reason: String(error) }, 'notice.template_failed')
        }
      }
      return { ...(await pool.notice({ ...task, plan: planOf(noticeTemplates[kind], {}) })), from }
    },
  }
}
