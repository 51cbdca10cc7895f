import type { AuditId, EpochMs } from './ids.ts'

/** `local`: who is on the daemon's own machine; `key`: an API key; `user`: somebody signed in; `system`: Broadsheet itself;
 *  `nobody`: a caller that was not known. */
export const callerKinds = ['local', 'key', 'user', 'system', 'nobody'] as const
export type CallerKind = (typeof callerKinds)[number]

/** `done`; `refused`: the caller may not, or it was not possible; `failed`: a defect, or lost infrastructure. */
export const auditOutcomes = ['done', 'refused', 'failed'] as const
export type AuditOutcome = (typeof auditOutcomes)[number]

/** One change, or an attempt at one. Nothing of a subscriber but ids: then erasing a person leaves nothing of them here. */
export interface AuditEntry {
  readonly id: AuditId
  readonly at: EpochMs
  /** The name as it was then. */
  readonly caller: { readonly kind: CallerKind; readonly id: string; readonly name: string }
  /** What was done: "campaign.start". */
  readonly action: string
  /** What it was done to: "campaign/12"; null: nothing that can be named. */
  readonly subject: string | null
  readonly outcome: AuditOutcome
  readonly requestId: string | null
  /** The network address the request came from. */
  readonly address: string | null
  /** A few plain facts, without secrets. */
  readonly detail: { readonly [fact: string]: string | number | boolean | null }
}
export type NewAuditEntry = Omit<AuditEntry, 'id'>
