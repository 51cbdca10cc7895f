import type { EpochMs } from '../model/ids.ts'
import { calm, type Group } from './group.ts'
import type { EscalationStep } from './route.ts'

/** A step of the ladder that is to be taken now. */
export interface Escalation {
  /** 0 is the first. */
  readonly step: number
  readonly receiver: string
  /** Keys of the members that fire and that nobody acknowledged, in the order in which they came. */
  readonly unacknowledged: readonly string[]
}

/** The step that comes next, counted from when an unacknowledged alert of the group was told and none had been before. Null
 *  while nobody is waited for, and after the last one. */
export function nextEscalation(
  { escalation: { since, step } }: Group,
  steps: readonly EscalationStep[],
): { readonly step: number; readonly receiver: string; readonly dueAt: EpochMs } | null {
  const next = steps[step]
  return since === null || next === undefined
    ? null
    : { step, receiver: next.receiver, dueAt: since + next.afterMs }
}

/** Take the next step if it is due; after a long absence several are: call it until it says null. Nothing is escalated that
 *  is suppressed at that moment. */
export function escalate(
  group: Group,
  steps: readonly EscalationStep[],
  now: EpochMs,
  isSuppressed: (key: string) => boolean = () => false,
): Escalation | null {
  const next = nextEscalation(group, steps)
  if (next === null || now < next.dueAt) return null
  const unacknowledged = Object.keys(group.members).filter((key) => {
    const { state, acknowledged, told } = group.members[key]!
    return state === 'firing' && !acknowledged && told !== 'never' && !isSuppressed(key)
  })
  if (unacknowledged.length === 0) {
    calm(group)
    return null
  }
  group.escalation.step++
  group.escalation.reached = Math.max(group.escalation.reached, group.escalation.step)
  return { step: next.step, receiver: next.receiver, unacknowledged }
}
