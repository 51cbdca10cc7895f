// Without zod: the stores' threads decide by this table.
import type { AlertId, EpochMs } from './ids.ts'
import type { TraceParent } from './trace.ts'

/** `escalated`: nobody acknowledged it in time. `resolved`: its source said that it is over, or it ended as announced.
 *  `expired`: its time to live ran out without a word. */
export const alertStates = ['firing', 'acknowledged', 'escalated', 'resolved', 'expired'] as const
export type AlertState = (typeof alertStates)[number]

/** Rising. */
export const severities = ['info', 'warning', 'error', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Own properties only: read it with `labelOf`. */
export interface Labels {
  readonly [name: string]: string
}

/** A label that is not there is the empty text, as everywhere in Alertmanager. */
export const labelOf = (labels: Labels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''

export interface AlertLink {
  readonly title: string
  readonly url: string
}

/** What a source says of a fact: that it holds, or, with an `endsAt` that has passed, that it is over. */
export interface AlertReport {
  /** What makes two reports one alert: the source's own key, or the fingerprint of the labels. At most 200 characters. */
  readonly key: string
  readonly topic: string | null
  readonly severity: Severity
  readonly labels: Labels
  readonly annotations: Labels
  /** One line. */
  readonly title: string
  readonly text: string
  readonly links: readonly AlertLink[]
  readonly startsAt: EpochMs
  /** When it is over unless its source says so again. */
  readonly endsAt: EpochMs
  /** What it is then. */
  readonly ends: 'resolved' | 'expired'
  /** What said so; absent where it is not known. It changes nothing of what is said. */
  readonly trace?: TraceParent
}

/** A fact that must reach people now. At most one alert of a key is open. */
export interface Alert extends AlertReport {
  readonly id: AlertId
  readonly state: AlertState
  /** How often its source spoke of it. */
  readonly reports: number
  readonly reportedAt: EpochMs
  readonly acknowledged: { readonly at: EpochMs; readonly by: string; readonly comment: string } | null
  /** Null while it is open. */
  readonly endedAt: EpochMs | null
  /** Rises by 1 with each change. */
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const alertEvents = ['fire', 'acknowledge', 'release', 'escalate', 'resolve', 'expire'] as const
export type AlertEventType = (typeof alertEvents)[number]

/** The life of an alert: state, event, next state. What a state does not name is refused there. `fire`: its source says
 *  that it holds, which also brings back one that was over. `release`: an acknowledgement is taken back. */
export const alertTransitions: {
  readonly [S in AlertState]: { readonly [E in AlertEventType]?: AlertState }
} = {
  firing: {
    fire: 'firing',
    acknowledge: 'acknowledged',
    escalate: 'escalated',
    resolve: 'resolved',
    expire: 'expired',
  },
  acknowledged: {
    fire: 'acknowledged',
    acknowledge: 'acknowledged',
    release: 'firing',
    resolve: 'resolved',
    expire: 'expired',
  },
  escalated: {
    fire: 'escalated',
    acknowledge: 'acknowledged',
    escalate: 'escalated',
    resolve: 'resolved',
    expire: 'expired',
  },
  resolved: { fire: 'firing', resolve: 'resolved' },
  expired: { fire: 'firing', resolve: 'resolved', expire: 'expired' },
}

/** Does it still want somebody? */
export const isOpen = (state: AlertState): boolean => state !== 'resolved' && state !== 'expired'

/** Null: the event is refused in that state. */
export const nextAlertState = (from: AlertState, event: AlertEventType): AlertState | null =>
  alertTransitions[from][event] ?? null

/** opened: a new alert. reopened: one that was over holds again. changed: it reads otherwise. repeated: nothing but that it
 *  still holds. resolved: it is over. ignored: word of the end of something that is not open; nothing is kept. */
export type Hearing = 'opened' | 'reopened' | 'changed' | 'repeated' | 'resolved' | 'ignored'

export interface HeardReport {
  readonly hearing: Hearing
  /** As it is now; null for `ignored`. Without an id where it is new. */
  readonly alert: Omit<Alert, 'id'> | null
}

/** What a report makes of the last alert of its key (null: there was none). One that ended less than `reopenMs` ago is taken
 *  up again instead of making a new one. */
export function hear(known: Alert | null, report: AlertReport, now: EpochMs, reopenMs: number): HeardReport {
  const over = report.endsAt <= now
  const open = known !== null && isOpen(known.state)
  if (known === null || (!open && (over || now - (known.endedAt ?? now) >= reopenMs))) {
    if (over) return { hearing: 'ignored', alert: null }
    return { hearing: 'opened', alert: { ...report, ...begun(now), reports: 1, createdAt: now, version: 1 } }
  }
  const { reports, version, createdAt } = known
  const counted = { reports: reports + 1, reportedAt: now, version: version + 1, createdAt, updatedAt: now }
  if (!open) return { hearing: 'reopened', alert: { ...known, ...report, ...begun(now), ...counted } }
  if (over) {
    // The last words say when it ended; what it was stays as it was told.
    const { endsAt } = report
    return {
      hearing: 'resolved',
      alert: { ...known, ...traced(report), ...counted, endsAt, state: 'resolved', endedAt: now },
    }
  }
  const alert = { ...known, ...report, startsAt: Math.min(known.startsAt, report.startsAt), ...counted }
  return { hearing: readsTheSame(known, report) ? 'repeated' : 'changed', alert }
}

const traced = ({ trace }: AlertReport) => (trace === undefined ? {} : { trace })

const begun = (now: EpochMs) =>
  ({ state: 'firing', acknowledged: null, endedAt: null, reportedAt: now, updatedAt: now }) as const

function readsTheSame(known: Alert, report: AlertReport): boolean {
  const words = ({ topic, severity, title, text, links }: AlertReport) =>
    JSON.stringify([topic, severity, title, text, links.map((link) => [link.title, link.url])])
  return (
    sameLabels(known.labels, report.labels) &&
    sameLabels(known.annotations, report.annotations) &&
    words(known) === words(report)
  )
}

/** In whatever order they come: not every source sorts them. */
function sameLabels(one: Labels, other: Labels): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && one[name] === other[name])
  )
}
