import type { EpochMs } from '../model/ids.ts'
import { calm, end, type Group, type GroupTiming, type Member } from './group.ts'

/** What is to be told of a group now: keys of its members, in the order in which they came. */
export interface GroupNotification {
  /** firing: nothing of the group was told to be firing before. changed: something joined, or left. repeat: it still goes
   *  on. resolved: nothing fires any more. */
  readonly reason: 'firing' | 'changed' | 'repeat' | 'resolved'
  readonly firing: readonly string[]
  /** Those of `firing` that the last notification did not have. */
  readonly fresh: readonly string[]
  readonly resolved: readonly string[]
  /** 1 for the group's first. */
  readonly count: number
  /** Steps of the escalation whose receivers have heard of it. */
  readonly reached: number
}

/** A group without an interval looks again after so long whether what was suppressed still is. */
const lookAgainMs = 10_000

/** Members by what they mean to a notification that is made now. */
interface Look {
  readonly firing: string[]
  readonly fresh: string[]
  readonly resolved: string[]
  readonly suppressed: ReadonlySet<string>
  /** Of those that are not suppressed. */
  readonly unacknowledged: boolean
}

/** To be called at `dueAt` or later; earlier it does nothing, but for a group without an interval, for which it may be
 *  called whenever a silence or an inhibition ended. `isSuppressed` says of a key whether it is silenced, inhibited or muted
 *  now: what is, is left out, and is news once it no longer is. Read `dueAt` and `isOver` again afterwards.
 *
 *  Decides as Alertmanager's dispatch.aggrGroup.flush and notify.DedupStage.needsUpdate do, except:
 *  - An alert that ended and fires again since the last notification is news; there it is only if a flush fell between and
 *    the receiver hears of ends.
 *  - The end of an alert that was told to be firing is told, however long a silence or the like delays it; there it is
 *    forgotten at the first flush.
 *  - It repeats when exactly `repeatIntervalMs` is over; there not before it is more.
 *  - Acknowledged alerts alone are not repeated.
 *  - A group is over at once when its last member is, and what comes then waits `groupWaitMs`; there within half a minute.
 */
export function flush(
  group: Group,
  timing: GroupTiming,
  now: EpochMs,
  isSuppressed: (key: string) => boolean = () => false,
): GroupNotification | null {
  const anytime = group.flushed && timing.groupIntervalMs === 0
  if (!anytime && (group.dueAt === null || now < group.dueAt)) return null
  const seen = look(group, isSuppressed)
  const reason = reasonOf(group, seen, timing, now)
  const told = reason !== null && (reason !== 'resolved' || timing.sendResolved)
  if (told) group.count++
  const notification: GroupNotification | null = told
    ? {
        reason,
        firing: seen.firing,
        fresh: seen.fresh,
        resolved: timing.sendResolved ? seen.resolved : [],
        count: group.count,
        reached: group.escalation.reached,
      }
    : null

  if (reason !== null) noteTold(group, seen, now)
  forgetEnds(group, seen, timing)
  group.flushed = true
  group.held = seen.suppressed.size
  if (!seen.unacknowledged) calm(group)
  else group.escalation.since ??= now
  schedule(group, seen, timing, now)
  return notification
}

function look({ members }: Group, isSuppressed: (key: string) => boolean): Look {
  const firing: string[] = []
  const fresh: string[] = []
  const resolved: string[] = []
  const suppressed = new Set<string>()
  let unacknowledged = false
  for (const key in members) {
    const { state, acknowledged, told } = members[key]!
    if (isSuppressed(key)) suppressed.add(key)
    else if (state === 'resolved') resolved.push(key)
    else {
      firing.push(key)
      if (told !== 'last') fresh.push(key)
      if (!acknowledged) unacknowledged = true
    }
  }
  return { firing, fresh, resolved, suppressed, unacknowledged }
}

/** Null: nothing is to be told. */
function reasonOf(
  { members, last }: Group,
  { firing, fresh, resolved, unacknowledged }: Look,
  { sendResolved, repeatIntervalMs }: GroupTiming,
  now: EpochMs,
): GroupNotification['reason'] | null {
  if (last === null) return firing.length > 0 ? 'firing' : null
  if (fresh.length > 0) return last.fired ? 'changed' : 'firing'
  if (firing.length === 0) {
    // What fired and ended between two flushes, with nothing else, was never heard of.
    const owed = resolved.some((key) => members[key]!.told !== 'never')
    return resolved.length > 0 && (last.fired || owed) ? 'resolved' : null
  }
  const before = new Set(last.resolved)
  if (sendResolved && resolved.some((key) => !before.has(key))) return 'changed'
  return unacknowledged && now - last.at >= repeatIntervalMs ? 'repeat' : null
}

/** Also where the receiver does not hear of ends: what fires then is news. */
function noteTold(group: Group, { firing, resolved }: Look, now: EpochMs): void {
  for (const key in group.members) {
    const member = group.members[key]!
    if (member.told === 'last') member.told = 'earlier'
  }
  for (const key of firing) group.members[key]!.told = 'last'
  group.last = { at: now, fired: firing.length > 0, resolved }
}

function forgetEnds({ members }: Group, { suppressed }: Look, { sendResolved }: GroupTiming): void {
  for (const key in members) {
    const { state, told } = members[key]!
    const owed = sendResolved && told !== 'never' && suppressed.has(key)
    if (state === 'resolved' && !owed) delete members[key]
  }
}

function schedule(
  group: Group,
  { suppressed, unacknowledged }: Look,
  { groupIntervalMs, repeatIntervalMs }: GroupTiming,
  now: EpochMs,
): void {
  let members = 0
  let waiting = false
  for (const key in group.members) {
    members++
    const { state, told } = group.members[key]!
    if (suppressed.has(key) && isNews(state, told)) waiting = true
  }
  if (members === 0) end(group)
  else if (groupIntervalMs > 0) group.dueAt = now + groupIntervalMs
  else {
    const repeatAt = unacknowledged && group.last !== null ? group.last.at + repeatIntervalMs : null
    const lookAt = waiting ? now + lookAgainMs : null
    group.dueAt = repeatAt === null || lookAt === null ? (repeatAt ?? lookAt) : Math.min(repeatAt, lookAt)
  }
}

const isNews = (state: Member['state'], told: Member['told']) => state === 'resolved' || told !== 'last'
