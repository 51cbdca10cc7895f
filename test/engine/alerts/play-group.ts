import { flush } from '../../../engine/alerts/flush.ts'
import {
  createGroup,
  type GroupTiming,
  report,
  restoreGroup,
  withdraw,
} from '../../../engine/alerts/group.ts'

export const timing: GroupTiming = {
  groupWaitMs: 30,
  groupIntervalMs: 300,
  repeatIntervalMs: 3000,
  sendResolved: true,
}

/** A group with short words. */
export function play(own: GroupTiming = timing) {
  let group = createGroup()
  const suppressed = new Set<string>()
  const say = (key: string, state: 'firing' | 'resolved', now: number, acknowledged = false) =>
    report(group, { key, state, acknowledged, startsAt: now }, own, now)
  return {
    get group() {
      return group
    },
    suppressed,
    fire: (key: string, now: number) => say(key, 'firing', now),
    acknowledge: (key: string, now: number) => say(key, 'firing', now, true),
    resolve: (key: string, now: number) => say(key, 'resolved', now),
    withdraw: (key: string) => withdraw(group, key),
    flush: (now: number) => flush(group, own, now, (key) => suppressed.has(key)),
    restart() {
      group = restoreGroup(JSON.parse(JSON.stringify(group)))
    },
  }
}
