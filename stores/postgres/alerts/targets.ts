import type { HeldTarget } from '../../../engine/model/notification.ts'
import type { NewNotification } from '../../../engine/ports/alerts.ts'
import { blockSize } from '../migrations/posting-functions.ts'

/** Whom notifications are for, as `desk_commit` takes it; the nth notification is counted from 1, and `first` is a place
 *  among `ids`. */
export interface PackedTargets {
  /** Those that are handed over now. */
  readonly nths: readonly number[]
  readonly targets: readonly number[]
  /** All who are to be told now, where those are not all. */
  readonly people: readonly {
    readonly nth: number
    readonly block: number
    readonly first: number
    readonly count: number
  }[]
  readonly held: readonly {
    readonly nth: number
    readonly first: number
    readonly count: number
    readonly due_at: number
    readonly code: HeldTarget['code']
  }[]
  /** Follows, four bytes each, the lowest first: a million of them as text would be 7 MB, and a tenth of a second here. */
  readonly ids: Buffer
}

/** `limit`: so many of each are handed over now. */
export function packTargets(notifications: readonly NewNotification[], limit: number): PackedTargets {
  const nths: number[] = []
  const targets: number[] = []
  const people: PackedTargets['people'][number][] = []
  const held: PackedTargets['held'][number][] = []
  const ids = createIds(notifications)
  for (const [index, { rooms, people: now, held: later }] of notifications.entries()) {
    const nth = index + 1
    const handed = [...rooms.keys().map((place) => -1 - place), ...now.subarray(0, limit)].slice(0, limit)
    targets.push(...handed)
    nths.push(...handed.map(() => nth))
    if (handed.length < rooms.length + now.length)
      for (let from = 0, block = 0; from < now.length; from += blockSize, block += 1) {
        const slice = now.subarray(from, from + blockSize)
        people.push({ nth, block, first: ids.add(slice), count: slice.length })
      }
    // Mostly many wait for the same: the end of the night.
    for (const alike of Map.groupBy(later, ({ dueAt, code }) => `${dueAt} ${code}`).values()) {
      const [one] = alike
      if (one === undefined) continue
      const first = ids.add(alike.map(({ followId }) => followId))
      held.push({ nth, first, count: alike.length, due_at: Math.ceil(one.dueAt), code: one.code })
    }
  }
  return { nths, targets, people, held, ids: ids.bytes() }
}

function createIds(notifications: readonly NewNotification[]) {
  const most = notifications.reduce((sum, { people, held }) => sum + people.length + held.length, 0)
  const buffer = Buffer.allocUnsafe(most * 4)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  let count = 0
  return {
    bytes: () => buffer.subarray(0, count * 4),
    /** Where they begin. */
    add(ids: ArrayLike<number>): number {
      const first = count
      for (let i = 0; i < ids.length; i += 1, count += 1) view.setUint32(count * 4, ids[i] ?? 0, true)
      return first
    },
  }
}
