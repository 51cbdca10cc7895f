import { withAssets } from '../assets/references.ts'
import type { Message } from '../channel/index.ts'
import type { Clock } from '../clock.ts'
import type { AlertTokens } from '../compose/alert-token.ts'
import type { Links } from '../compose/links.ts'
import type { PersonTokens } from '../compose/person-token.ts'
import type { EngineConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { domainOf } from '../model/address.ts'
import type { EpochMs, Json, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Tone } from '../model/note.ts'
import type { Notification, TakenPosting } from '../model/notification.ts'
import type { Store } from '../ports/store.ts'
import type { SharedPlan } from '../render/plan.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedBatch } from '../render/task.ts'
import { alertTemplate, alertTemplateName } from './alert-template.ts'
import { mailPlan, mailSender } from './mail-spec.ts'
import { partialsOf } from './spec.ts'

/** How long a template of the store is used before it is looked at again. */
const templateMs = 10_000
const maxShown = 20

export interface PressedMails {
  /** `id` is the posting's target. */
  readonly messages: readonly Message[]
  readonly failed: readonly { readonly target: number; readonly detail: string }[]
}

/** Makes the mails of a notification: composed as letters are, in the render threads. A template of the store that fails is
 *  replaced by the built-in one, and told in the log. */
export interface AlertPress {
  press(notification: Notification, postings: readonly TakenPosting[], now: EpochMs): Promise<PressedMails>
}

export function createAlertPress(parts: {
  readonly config: EngineConfig
  readonly store: Pick<Store, 'assets' | 'templates'>
  readonly pool: Pick<RenderPool, 'alerts'>
  readonly links: Links
  readonly tokens: AlertTokens
  readonly persons: PersonTokens
  readonly clock: Clock
  readonly log: Log
}): AlertPress {
  const { config, store, pool, links, tokens, persons, clock, log } = parts
  const sender = () =>
    mailSender(config, config.alerts.sender ?? config.subscriptions.sender, 'alerts.sender')
  let builtIn: SharedPlan | null = null
  let own: { readonly plan: SharedPlan | null; readonly readAt: EpochMs } | null = null

  const builtInPlan = (): SharedPlan => {
    builtIn ??= mailPlan(config, {
      bundle: { template: alertTemplate, partials: {} },
      sender: sender(),
      language: config.alerts.language,
    })
    return builtIn
  }

  async function ownPlan(): Promise<SharedPlan | null> {
    const now = clock.now()
    if (own !== null && now - own.readAt < templateMs && now >= own.readAt) return own.plan
    const [found] = await store.templates.byName([alertTemplateName])
    let plan: SharedPlan | null = null
    if (found?.kind === 'letter') {
      const { name, format, variants, subject, preheader, body, text } = found
      const template = { name, format, variants, subject, preheader, body, text }
      plan = mailPlan(config, {
        bundle: await withAssets(store.assets, { template, partials: await partialsOf(store) }),
        sender: sender(),
        language: config.alerts.language,
      })
    }
    own = { plan, readAt: now }
    return plan
  }

  return {
    async press(notification, postings, now) {
      const from = sender().address
      const domain = config.messageIdDomain ?? domainOf(from)
      const idOf = (id: number, target: number, what: string) =>
        links.messageId(id as PublicationId, target as SubscriberId, what, domain)
      const canTake = isAsking(notification)
      const rows = postings.map(({ target, to, person }) => [
        target,
        to,
        person?.name ?? null,
        person?.language ?? null,
        person?.timeZone ?? null,
        {},
        {},
        'unknown',
        null,
        // The space keeps it apart from those of campaigns: no channel is called so.
        idOf(notification.id, target, 'an alert'),
        {
          acknowledge: canTake ? tokens.url(notification.id, target) : '',
          manage: person === null ? config.publicUrl : persons.manageUrl(person.subscriberId),
        },
      ])
      const task = {
        recipients: JSON.stringify(rows),
        rows: rows.length,
        data: JSON.stringify(mailData(notification)),
        references: idOf(0, 0, `thread ${notification.thread}`),
        now,
      }
      const custom = await ownPlan()
      let batch: RenderedBatch | null = null
      if (custom !== null) {
        batch = await pool.alerts({ ...task, plan: custom }).catch((error: unknown) => {
          log.warn({ template: alertTemplateName, reason: String(error) }, 'alert.template_failed')
          return null
        })
        const [first] = batch?.failed ?? []
        if (first !== undefined) {
          const { part, line, message } = first.problem
          log.warn({ template: alertTemplateName, part, line, reason: message }, 'alert.template_failed')
          batch = null
        }
      }
      batch ??= await pool.alerts({ ...task, plan: builtInPlan() })
      return mailsOf(batch, from)
    },
  }
}

function mailsOf(batch: RenderedBatch, from: string): PressedMails {
  const messages = batch.ids.map((id, i): Message => {
    const offset = batch.offsets[i]!
    return {
      id,
      from,
      to: batch.to[i]!,
      bytes: new Uint8Array(batch.memory, offset, batch.offsets[i + 1]! - offset),
      eightBit: batch.utf8[i] === 1,
      utf8: batch.utf8[i] === 1,
      key: batch.keys[i]!,
      urgent: true,
    }
  })
  return {
    messages,
    failed: batch.failed.map(({ id, problem }) => ({ target: id, detail: problem.message.slice(0, 500) })),
  }
}

/** Is there something to acknowledge? */
export const isAsking = ({ reason }: Pick<Notification, 'reason'>): boolean =>
  reason === 'firing' || reason === 'changed' || reason === 'repeat' || reason === 'escalated'

const colours: { readonly [tone in Tone]: string } = {
  critical: '#b3131b',
  error: '#d9480f',
  warning: '#e8a317',
  info: '#1d4ed8',
  good: '#2b8a3e',
  muted: '#868e96',
}
export const toneColour = (tone: Tone): string => colours[tone]

interface AlertFacts {
  readonly title: string
  readonly text: string
  readonly status: string
  readonly state: string
  readonly severity: string
  readonly startsAt: string
  readonly endsAt: string
  readonly acknowledgedBy: string | null
  readonly labels: { readonly [name: string]: string }
  readonly generatorURL: string
  readonly links?: readonly { readonly title: string; readonly url: string }[]
}

/** What the template of alerts sees, of what programs see. */
function mailData({ note, data }: Notification): { readonly [key: string]: Json } {
  const alerts = (data.alerts ?? []) as unknown as readonly AlertFacts[]
  const minute = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`
  const shown = alerts.slice(0, maxShown)
  const truncated = typeof data.truncatedAlerts === 'number' ? data.truncatedAlerts : 0
  return {
    title: note.title,
    summary: note.summary,
    colour: toneColour(note.tone),
    several: alerts.length > 1,
    more: alerts.length - shown.length + truncated,
    alerts: shown.map((alert) => ({
      title: alert.title,
      text: alert.text,
      state: alert.state,
      severity: alert.severity,
      open: alert.status === 'firing',
      since: minute(alert.startsAt),
      until: alert.status === 'firing' ? '' : minute(alert.endsAt),
      by: alert.acknowledgedBy ?? '',
      labels: Object.entries(alert.labels)
        .slice(0, 20)
        .map(([name, value]) => ({ name, value })),
      links: (alert.links ?? []).map(({ title, url }) => ({ title: title === '' ? url : title, url })),
    })),
  }
}
