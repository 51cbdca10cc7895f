import type { Caps } from '../../engine/config.ts'
import type { UncertainPolicy } from '../../engine/model/campaign.ts'
import type { Delivery, DeliveryCounts, DeliveryState } from '../../engine/model/delivery.ts'
import type { EpochMs } from '../../engine/model/ids.ts'
import type { PublicationState } from '../../engine/model/publication.ts'
import type { SubscriberStatus } from '../../engine/model/subscriber.ts'
import type { Intent, Settlement } from '../../engine/ports/ledger.ts'

/** The part of a ledger row that settling it may change. */
export type Outcome = Pick<Delivery, 'state' | 'attempt' | 'uncertain' | 'dueAt' | 'code' | 'detail'>

/** Code of rows whose outcome was lost with the process that held their lease. */
export const interrupted = 'interrupted'

/** May this intent write its row? A first attempt needs that there is none, a later one that the row waits
 *  for exactly this attempt. */
export const mayWrite = (
  row: { readonly state: DeliveryState; readonly attempt: number } | undefined,
  intent: Pick<Intent, 'attempt'>,
): boolean =>
  row === undefined ? intent.attempt === 1 : row.state === 'retry' && row.attempt === intent.attempt - 1

/** Consent as it stands now. */
export interface Standing {
  readonly status: SubscriberStatus
  /** Active member of one of the publication's lists, and of none of the excluded ones. */
  readonly wanted: boolean
  /** Why the address is suppressed, or null. */
  readonly suppression: string | null
  /** Another publication holds the once key for this person. */
  readonly taken: boolean
  /** Had as many letters as are allowed. */
  readonly full: boolean
}

/** The row that an intent writes, given how things stand. */
export function intended(
  intent: Intent,
  standing: Standing,
): { readonly state: DeliveryState; readonly code: string | null; readonly detail: string | null } {
  if (standing.status !== 'active') return { state: 'suppressed', code: standing.status, detail: null }
  if (!standing.wanted) return { state: 'suppressed', code: 'left_list', detail: null }
  if (standing.suppression !== null) return { state: 'suppressed', code: standing.suppression, detail: null }
  if (intent.state === 'handing' && standing.taken) return { state: 'skipped', code: 'once', detail: null }
  if (intent.state === 'handing' && standing.full)
    return { state: 'skipped', code: 'frequency', detail: null }
  return { state: intent.state, code: intent.code, detail: intent.detail }
}

/** What becomes of a row that is `handing`; null: it goes, and its recipient is queued again. */
export function settled(
  row: Pick<Delivery, 'attempt' | 'uncertain'>,
  settlement: Settlement,
  now: EpochMs,
): Outcome | null {
  const { state, code, detail } = settlement
  // Back-off with jitter comes with a fraction; times are whole milliseconds everywhere else.
  const dueAt = settlement.dueAt === null ? null : Math.ceil(settlement.dueAt)
  const { attempt, uncertain } = row
  switch (state) {
    case 'sent':
    case 'failed':
      return { state, attempt, uncertain, dueAt: null, code, detail }
    case 'retry':
      return { state, attempt, uncertain, dueAt: dueAt ?? now, code, detail }
    case 'unknown':
      return dueAt === null
        ? { state, attempt, uncertain: uncertain + 1, dueAt: null, code, detail }
        : { state: 'retry', attempt, uncertain: uncertain + 1, dueAt, code, detail }
    case 'unsent':
      return attempt === 1
        ? null
        : { state: 'retry', attempt: attempt - 1, uncertain, dueAt: dueAt ?? now, code, detail }
  }
}

/** What becomes of a row found `handing` when its lease is gone. */
export const recovered = (
  policy: UncertainPolicy,
  now: EpochMs,
): { readonly state: 'unknown' | 'retry'; readonly dueAt: EpochMs | null } =>
  policy === 'resend' ? { state: 'retry', dueAt: now } : { state: 'unknown', dueAt: null }

/** A once key is free again when nothing can have reached the person: refused for good, or never sent. With
 *  an outcome lost along the way a copy may be out there, and the key stays taken. */
export const freesOnceKey = (outcome: Pick<Outcome, 'state' | 'uncertain'> | null): boolean =>
  outcome === null ||
  (outcome.uncertain === 0 &&
    (outcome.state === 'failed' || outcome.state === 'skipped' || outcome.state === 'suppressed'))

/** Moves by a campaign that a publication in the middle of its planning does not make. */
export const waitsForPlan = (present: PublicationState, next: PublicationState): boolean =>
  present === 'planning' && (next === 'running' || next === 'paused')

export type RowCounts = Record<DeliveryState, number>
export const noRows = (): RowCounts => ({
  handing: 0,
  sent: 0,
  failed: 0,
  retry: 0,
  unknown: 0,
  skipped: 0,
  suppressed: 0,
})

export function countsOf(audience: number, rows: Readonly<RowCounts>): DeliveryCounts {
  const { handing, sent, failed, retry, unknown, skipped, suppressed } = rows
  const queued = audience - handing - sent - failed - retry - unknown - skipped - suppressed
  return { audience, queued, handing, sent, failed, retry, unknown, skipped, suppressed }
}

export const capDayMs = 86_400_000
export const capWeekMs = 7 * capDayMs

/** Is somebody full? `own` is their own limit a week. */
export const isFull = (
  caps: Caps,
  own: number | null,
  had: { readonly day: number; readonly week: number },
): boolean =>
  had.day >= (caps.maxPerDay ?? Number.POSITIVE_INFINITY) ||
  had.week >= Math.min(caps.maxPerWeek ?? Number.POSITIVE_INFINITY, own ?? Number.POSITIVE_INFINITY)
