import type { FollowId, NotificationId } from '../../../engine/model/ids.ts'
import type { Sql } from '../database/statements.ts'
import { packIds, unpackIds } from '../ledger/id-list.ts'

/** Follows a row: one or two of them are read for a slice, whatever the number of all. */
const blockSize = 1000

/** The follows that get a notification now. */
export interface PeopleRows {
  /** Ascending. */
  keep(id: NotificationId, people: Uint32Array): void
  /** In their order, the first is 0. */
  slice(id: NotificationId, from: number, count: number): readonly FollowId[]
}

export function createPeople(sql: Sql): PeopleRows {
  return {
    keep(id, people) {
      if (people.length === 0) return
      const put = sql<[number, number, Buffer]>(
        'INSERT INTO notification_people (notification_id, block, ids) VALUES (?, ?, ?)',
      )
      for (let block = 0; block * blockSize < people.length; block += 1)
        put.run(id, block, packIds(people.subarray(block * blockSize, (block + 1) * blockSize)))
    },
    slice(id, from, count) {
      const blocks = sql<[number, number, number], { block: number; ids: Buffer }>(
        `SELECT block, ids FROM notification_people WHERE notification_id = ? AND block BETWEEN ? AND ? ORDER BY block`,
      ).all(id, Math.floor(from / blockSize), Math.floor((from + count - 1) / blockSize))
      return blocks.flatMap(({ block, ids }) => {
        const first = block * blockSize
        return unpackIds(ids).slice(Math.max(0, from - first), from + count - first)
      }) as FollowId[]
    },
  }
}
