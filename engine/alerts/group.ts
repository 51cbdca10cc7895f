import { z } from 'zod'
import type { EpochMs } from '../model/ids.ts'
import type { Route } from './route.ts'

/** How a group keeps time, and whether its receivers want to hear of ends. */
export interface GroupTiming extends Pick<Route, 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'> {
  readonly sendResolved: boolean
}

/** Without rules: each alert is a group, told at once. */
export const atOnce: GroupTiming = {
  groupWaitMs: 0,
  groupIntervalMs: 0,
  repeatIntervalMs: 14_400_000,
  sendResolved: true,
}

/** An alert as it is now. */
export interface GroupReport {
  /** Of the alert, within the group. */
  readonly key: string
  readonly state: 'firing' | 'resolved'
  readonly acknowledged: boolean
  readonly startsAt: EpochMs
}

const memberSchema = z.strictObject({
  state: z.enum(['firing', 'resolved']),
  acknowledged: z.boolean(),
  /** Whether it was told to be firing: in the last notification, or only in earlier ones, or never. One that ended and fires
   *  again since the last one counts as `earlier`. */
  told: z.enum(['never', 'earlier', 'last']),
})
export type Member = z.infer<typeof memberSchema>

const groupSchema = z.strictObject({
  /** By key. Of alerts that fire, or whose end is still to be looked at. */
  members: z.custom<{ [key: string]: Member }>((value) => typeof value === 'object' && value !== null),
  /** When `flush` is due; null: nothing is, before the next report. */
  dueAt: z.number().nullable(),
  /** Its first wait is over. */
  flushed: z.boolean(),
  /** The last notification; null before the first since the group was last empty. */
  last: z
    .strictObject({
      at: z.number(),
      /** Something was firing. */
      fired: z.boolean(),
      resolved: z.array(z.string()),
    })
    .nullable(),
  /** Notifications so far. */
  count: z.number(),
  /** Members that were suppressed when it was flushed last. */
  held: z.number(),
  /** Members that fire and are not acknowledged. */
  open: z.number(),
  escalation: z.strictObject({
    /** Since when an unacknowledged alert is told; null while there is none. */
    since: z.number().nullable(),
    /** Steps taken since then. */
    step: z.number(),
    /** The most that were, since the group was last empty: they want to hear of the end. */
    reached: z.number(),
  }),
})

/** Alerts that are told together: a plain value, which `JSON.stringify` makes a row of and `restoreGroup` reads. The
 *  functions of this folder change it in place, so that a report costs the same in a group of ten thousand. None of them
 *  keeps time or tells anything by itself.
 *
 *  A group that is written with each notification and each escalation, in the transaction that makes them, tells nothing
 *  twice, whatever crashes when. Reports that were lost with it are made again from the alerts themselves: to report what
 *  is known changes nothing. */
export type Group = z.infer<typeof groupSchema>

export const createGroup = (): Group => ({
  members: Object.create(null),
  dueAt: null,
  flushed: false,
  last: null,
  count: 0,
  held: 0,
  open: 0,
  escalation: { since: null, step: 0, reached: 0 },
})

/** @throws ZodError for what no group is */
export function restoreGroup(row: unknown): Group {
  const group = groupSchema.parse(row)
  // Keys are a source's own: one of them may be `__proto__`.
  const members: Group['members'] = Object.create(null)
  for (const [key, member] of Object.entries(group.members)) members[key] = memberSchema.parse(member)
  return { ...group, members }
}

/** It has no members and nothing to tell: it may be forgotten. */
export const isOver = ({ flushed, dueAt }: Group): boolean => !flushed && dueAt === null

/** An alert is, or became, so. The end of one that the group does not know changes nothing. Says whether anything changed:
 *  then read `dueAt` again. Alertmanager's dispatch.aggrGroup.insert: the first alert of a group waits `groupWaitMs` for
 *  others, or not at all when it has been firing for that long. */
export function report(
  group: Group,
  { key, state, acknowledged, startsAt }: GroupReport,
  timing: Pick<GroupTiming, 'groupWaitMs' | 'groupIntervalMs'>,
  now: EpochMs,
): boolean {
  const known = group.members[key]
  if (known === undefined) {
    if (state === 'resolved') return false
    group.members[key] = { state, acknowledged, told: 'never' }
    if (!acknowledged) group.open++
  } else {
    if (known.state === state && known.acknowledged === acknowledged) return false
    group.open += Number(isUnacknowledged({ state, acknowledged })) - Number(isUnacknowledged(known))
    // Whoever took note of the end of the last one has not heard of this one.
    if (known.state === 'resolved' && state === 'firing' && known.told === 'last') known.told = 'earlier'
    known.state = state
    known.acknowledged = acknowledged
  }
  if (group.open === 0) calm(group)
  if (group.flushed) {
    if (timing.groupIntervalMs === 0) group.dueAt = now
  } else {
    const waited = startsAt + timing.groupWaitMs <= now
    group.dueAt = Math.min(group.dueAt ?? Number.POSITIVE_INFINITY, waited ? now : now + timing.groupWaitMs)
  }
  return true
}

/** Takes a member out without a word about its end. False when it was none. A group whose last one it was is over. */
export function withdraw(group: Group, key: string): boolean {
  const member = group.members[key]
  if (member === undefined) return false
  delete group.members[key]
  if (isUnacknowledged(member)) group.open--
  if (group.open === 0) calm(group)
  for (const _ in group.members) return true
  end(group)
  return true
}

const isUnacknowledged = ({ state, acknowledged }: Pick<Member, 'state' | 'acknowledged'>) =>
  state === 'firing' && !acknowledged

/** Nobody is waited for any more. */
export function calm(group: Group): void {
  group.escalation.since = null
  group.escalation.step = 0
}

/** Nothing of the past concerns what may come: it is told, or nobody heard of it. */
export function end(group: Group): void {
  calm(group)
  group.dueAt = null
  group.flushed = false
  group.last = null
  group.held = 0
  group.escalation.reached = 0
}
