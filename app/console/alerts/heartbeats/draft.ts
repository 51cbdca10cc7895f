import type { Given } from '../../api/client.ts'
import type { Heartbeat } from '../../api/operations.ts'
import { labelsOf, labelTexts } from '../labels.tsx'

export const units = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
export type Unit = keyof typeof units

/** A heartbeat as its form has it. */
export interface HeartbeatDraft {
  readonly name: string
  readonly title: string
  readonly every: number | string
  readonly unit: Unit
  readonly severity: Heartbeat['severity']
  /** Empty: none. */
  readonly topic: string
  /** `site=north`. */
  readonly labels: readonly string[]
}

export const noHeartbeat: HeartbeatDraft = {
  name: '',
  title: '',
  every: 25,
  unit: 'h',
  severity: 'error',
  topic: '',
  labels: [],
}

export function draftOf({ name, title, everyMs, severity, topic, labels }: Heartbeat): HeartbeatDraft {
  // As people say it: 25 hours and 90 minutes, not 1.04 days.
  const unit = (['d', 'h', 'min'] as const).find((one) => everyMs % units[one] === 0) ?? 's'
  return {
    name,
    title,
    every: everyMs / units[unit],
    unit,
    severity,
    topic: topic ?? '',
    labels: labelTexts(labels),
  }
}

export const bodyOf = ({
  name,
  title,
  every,
  unit,
  severity,
  topic,
  labels,
}: HeartbeatDraft): Given<'POST /heartbeats'>['body'] => ({
  name: name.trim(),
  title: title.trim(),
  everyMs: Math.round(Number(every) * units[unit]),
  severity,
  topic: topic === '' ? null : topic,
  labels: labelsOf(labels),
})
