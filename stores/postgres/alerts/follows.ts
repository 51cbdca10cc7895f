import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { FollowStore } from '../../../engine/ports/follows.ts'
import { maxFollowsAPerson, tooManyFollows } from '../../rules/follow.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import { createValues, type Database, type Sql, where } from '../database/sql.ts'
import { holdPerson } from '../people/subscriber-rows.ts'
import {
  changes,
  changing,
  type FollowRow,
  followColumns,
  followDoc,
  insertFollows,
  removeFollows,
  viewFollow,
} from './follow-rows.ts'

// Of an import, a statement.
const batchSize = 5000
/** A follow that is gone is told for so long. */
const toldMs = 86_400_000

const viewAll = (rows: readonly FollowRow[]) => rows.flatMap((row) => viewFollow(row) ?? [])

export function createFollows(db: Database): FollowStore {
  return {
    insert(subscriberId, input, now) {
      return db.tx(async (tx) => {
        const person = await holdPerson(tx, subscriberId)
        if (person === null || person.status === 'erased') throw noSuch('subscriber', subscriberId)
        const has = await tx.one<{ count: number }>(
          'SELECT count(*) AS count FROM follow WHERE subscriber_id = $1',
          [subscriberId],
        )
        if ((has?.count ?? 0) >= maxFollowsAPerson) throw tooManyFollows(subscriberId)
        const [follow] = viewAll(await insertFollows(tx, [{ subscriberId, input }], now))
        if (follow === undefined) throw noSuch('subscriber', subscriberId)
        return follow
      })
    },
    insertMany(rows, now) {
      return db.tx(async (tx) => {
        let count = 0
        for (let at = 0; at < rows.length; at += batchSize)
          count += (await insertFollows(tx, rows.slice(at, at + batchSize), now)).length
        return count
      })
    },
    async update(id, version, input, now) {
      const row = await db.one<FollowRow>(
        `${changing(
          'doc = $3, version = version + 1, updated_at = $4',
          'f.id = $1 AND f.version = $2 AND f.subscriber_id IS NOT NULL',
        )}
         RETURNING ${followColumns}`,
        [id, version, followDoc(input), now],
      )
      const follow = row === undefined ? null : viewFollow(row)
      if (follow !== null) return follow
      const present = await db.one<{ version: number }>(
        'SELECT version FROM follow WHERE id = $1 AND subscriber_id IS NOT NULL',
        [id],
      )
      throw present === undefined
        ? noSuch('follow', id)
        : versionMoved('follow', id, version, present.version)
    },
    async remove(id, now) {
      return (await removeFollows(db, 'id', id, now)) > 0
    },
    async get(ids) {
      const rows = await db.all<FollowRow>(
        `SELECT ${followColumns}
         FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, nth)
         JOIN follow USING (id)
         ORDER BY nth`,
        [ids],
      )
      return viewAll(rows)
    },
    async page({ after, limit, subscriberId }) {
      const values = createValues()
      const rows = await db.all<FollowRow>(
        `SELECT ${followColumns} FROM follow
         ${where(
           `id > ${values(after)}`,
           subscriberId === undefined
             ? 'subscriber_id IS NOT NULL'
             : `subscriber_id = ${values(subscriberId)}`,
         )}
         ORDER BY id
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(viewAll(rows), limit, ({ id }) => id)
    },
    async changes({ since, limit }) {
      const settled = await db.one<{ id: number }>(changes.settledTo)
      const until = settled?.id ?? 0
      if (since === null) return { changes: [], until, more: false }
      const rows = await db.all<FollowRow>(
        `SELECT ${followColumns} FROM follow WHERE changed > $1 AND changed <= $2 ORDER BY changed LIMIT $3`,
        [since, until, limit],
      )
      const more = rows.length >= limit
      return {
        changes: rows.map((row) => ({ id: row.id, follow: viewFollow(row) })),
        until: more ? (rows.at(-1)?.changed ?? until) : Math.max(since, until),
        more,
      }
    },
  }
}

/** Nothing that a person follows; and of what they were told, that they were. */
export async function eraseFollows(tx: Sql, id: SubscriberId, now: EpochMs): Promise<void> {
  await removeFollows(tx, 'subscriber_id', id, now)
  await tx.run('DELETE FROM follow_preference WHERE subscriber_id = $1', [id])
  await tx.run(
    `DELETE FROM alert_thread t
     USING posting p JOIN notification n ON n.id = p.notification_id
     WHERE p.subscriber_id = $1 AND t.thread = n.thread AND t.channel = p.channel AND t.place = p.place`,
    [id],
  )
  await tx.run("UPDATE posting SET place = '', detail = NULL WHERE subscriber_id = $1", [id])
}

export const forgetGone = (sql: Sql, now: EpochMs): Promise<number> =>
  sql.run('DELETE FROM follow WHERE subscriber_id IS NULL AND updated_at < $1', [now - toldMs])
