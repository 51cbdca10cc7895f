import type { Follow, FollowInput, FollowPreferences } from '../../../engine/model/follow.ts'
import type { EpochMs, FollowId, SubscriberId } from '../../../engine/model/ids.ts'
import type { FollowPreferenceStore, FollowStore, PersonPreferences } from '../../../engine/ports/follows.ts'
import { maxFollowsAPerson, plainPreferences, tooManyFollows } from '../../rules/follow.ts'
import { inOrderOf, pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly id: FollowId
  readonly subscriberId: SubscriberId | null
  readonly changed: number
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
  readonly doc: string
}
const columns =
  'id, subscriber_id AS subscriberId, changed, version, created_at AS createdAt, updated_at AS updatedAt, doc'

const view = ({ id, subscriberId, version, createdAt, updatedAt, doc }: Row): Follow | null =>
  subscriberId === null
    ? null
    : { ...(JSON.parse(doc) as FollowInput), id, subscriberId, version, createdAt, updatedAt }

/** A follow that is gone is told for so long. */
const toldMs = 86_400_000

export function createFollows(sql: Sql): Sync<FollowStore> & {
  /** Everything of one person goes. */
  forget(subscriberId: SubscriberId, now: EpochMs): void
  /** Their follows are told again. */
  touch(subscriberId: SubscriberId): void
} {
  const last = () => sql<[], number | null>('SELECT max(changed) FROM follow').pluck().get() as number | null
  const next = () => (last() ?? 0) + 1
  const row = (id: FollowId) =>
    sql<[number], Row>(`SELECT ${columns} FROM follow WHERE id = ? AND subscriber_id IS NOT NULL`).get(id)
  const isThere = (id: SubscriberId) =>
    sql<[number]>("SELECT 1 FROM subscriber WHERE id = ? AND status <> 'erased'").get(id) !== undefined
  const docOf = ({ channel, contact, topics, minSeverity, filter }: FollowInput) =>
    JSON.stringify({ channel, contact, topics, minSeverity, filter })

  function insert(subscriberId: SubscriberId, input: FollowInput, now: EpochMs): Follow {
    const { lastInsertRowid } = sql<[number, number, number, number, string]>(
      `INSERT INTO follow (subscriber_id, changed, version, created_at, updated_at, doc) VALUES (?, ?, 1, ?, ?, ?)`,
    ).run(subscriberId, next(), now, now, docOf(input))
    return view(row(Number(lastInsertRowid) as FollowId)!)!
  }
  const bury = (id: FollowId, now: EpochMs) =>
    sql<[number, number, number]>(
      "UPDATE follow SET subscriber_id = NULL, doc = '{}', changed = ?, updated_at = ? WHERE id = ?",
    ).run(next(), now, id)
  const idsOf = (subscriberId: SubscriberId) =>
    sql<[number], FollowId>('SELECT id FROM follow WHERE subscriber_id = ?')
      .pluck()
      .all(subscriberId) as FollowId[]

  return {
    insert(subscriberId, input, now) {
      if (!isThere(subscriberId)) throw noSuch('subscriber', subscriberId)
      if (idsOf(subscriberId).length >= maxFollowsAPerson) throw tooManyFollows(subscriberId)
      return insert(subscriberId, input, now)
    },
    insertMany(rows, now) {
      const there = rows.filter(({ subscriberId }) => isThere(subscriberId))
      let changed = last() ?? 0
      const put = sql<[number, number, number, number, string]>(
        'INSERT INTO follow (subscriber_id, changed, version, created_at, updated_at, doc) VALUES (?, ?, 1, ?, ?, ?)',
      )
      for (const { subscriberId, input } of there) put.run(subscriberId, ++changed, now, now, docOf(input))
      return there.length
    },
    update(id, version, input, now) {
      const known = row(id)
      if (known === undefined) throw noSuch('follow', id)
      if (known.version !== version) throw versionMoved('follow', id, version, known.version)
      sql<[string, number, number, number, number]>(
        'UPDATE follow SET doc = ?, version = ?, changed = ?, updated_at = ? WHERE id = ?',
      ).run(docOf(input), version + 1, next(), now, id)
      return view(row(id)!)!
    },
    remove(id, now) {
      if (row(id) === undefined) return false
      bury(id, now)
      sql<[number]>('DELETE FROM follow WHERE subscriber_id IS NULL AND updated_at < ?').run(now - toldMs)
      return true
    },
    get(ids) {
      const rows = sql<[string], Row>(
        `SELECT ${columns} FROM follow WHERE id IN (SELECT value FROM json_each(?))`,
      ).all(JSON.stringify(ids))
      return inOrderOf(ids, rows).flatMap((found) => view(found) ?? [])
    },
    page({ after, limit, subscriberId }) {
      const conditions = where(
        'id > :after',
        subscriberId === undefined ? 'subscriber_id IS NOT NULL' : 'subscriber_id = :subscriberId',
      )
      const rows = sql<[object], Row>(
        `SELECT ${columns} FROM follow ${conditions} ORDER BY id LIMIT :limit`,
      ).all({ after, limit: limit + 1, ...(subscriberId !== undefined && { subscriberId }) })
      return pageOf(
        rows.flatMap((found) => view(found) ?? []),
        limit,
        ({ id }) => id,
      )
    },
    changes({ since, limit }) {
      if (since === null) return { changes: [], until: last() ?? 0, more: false }
      const rows = sql<[number, number], Row>(
        `SELECT ${columns} FROM follow WHERE changed > ? ORDER BY changed LIMIT ?`,
      ).all(since, limit)
      return {
        changes: rows.map((found) => ({ id: found.id, follow: view(found) })),
        until: rows.at(-1)?.changed ?? since,
        more: rows.length === limit,
      }
    },
    forget(subscriberId, now) {
      for (const id of idsOf(subscriberId)) bury(id, now)
    },
    touch(subscriberId) {
      for (const id of idsOf(subscriberId))
        sql<[number, number]>('UPDATE follow SET changed = ? WHERE id = ?').run(next(), id)
    },
  }
}

export function createFollowPreferences(
  sql: Sql,
  follows: { touch(subscriberId: SubscriberId): void },
): Sync<FollowPreferenceStore> {
  interface PreferenceRow {
    readonly subscriberId: SubscriberId
    readonly timeZone: string | null
    readonly doc: string
  }
  const selected = `SELECT p.subscriber_id AS subscriberId, s.time_zone AS timeZone, p.doc
    FROM follow_preference p JOIN subscriber s ON s.id = p.subscriber_id`
  const person = ({ doc, ...row }: PreferenceRow): PersonPreferences => ({
    ...row,
    preferences: JSON.parse(doc) as FollowPreferences,
  })
  return {
    get(id) {
      const row = sql<[number], PreferenceRow>(`${selected} WHERE p.subscriber_id = ?`).get(id)
      return row === undefined ? plainPreferences : person(row).preferences
    },
    set(id, preferences) {
      const found = sql<[number]>("SELECT 1 FROM subscriber WHERE id = ? AND status <> 'erased'").get(id)
      if (found === undefined) throw noSuch('subscriber', id)
      sql<[number, string]>(
        `INSERT INTO follow_preference (subscriber_id, doc) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET doc = excluded.doc`,
      ).run(id, JSON.stringify(preferences))
      follows.touch(id)
    },
    page({ after, limit }) {
      const rows = sql<[number, number], PreferenceRow>(
        `${selected} WHERE p.subscriber_id > ? ORDER BY p.subscriber_id LIMIT ?`,
      ).all(after, limit + 1)
      return pageOf(rows.map(person), limit, ({ subscriberId }) => subscriberId)
    },
    of(ids) {
      return sql<[string], PreferenceRow>(
        `${selected} WHERE p.subscriber_id IN (SELECT value FROM json_each(?)) ORDER BY p.subscriber_id`,
      )
        .all(JSON.stringify(ids))
        .map(person)
    },
  }
}
