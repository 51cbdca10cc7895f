import { domainOf } from '../../../engine/model/address.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import {
  type ActiveRow,
  binOf,
  type CountedEvent,
  monthOf,
  type Touch,
} from '../../../engine/model/rollup.ts'
import type { CountKnown, CountNeeds, CountStep, RollupStore } from '../../../engine/ports/rollups.ts'
import { classCodes, dimensionCodes, everyPublication, typeCodes } from '../../rules/rollup.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const tables = [
  'rollup_count',
  'rollup_people',
  'rollup_quarter',
  'rollup_domain',
  'touch',
  'score',
  'score_bin',
  'active_month',
  'cohort',
]

export function createRollups(sql: Sql): Sync<RollupStore> {
  return {
    next(limit) {
      const cursor = sql<[], number>('SELECT rolled_to FROM rollup_cursor WHERE id = 1').pluck().get() ?? 0
      const events = sql<[number, number], CountedEvent>(
        `SELECT id, publication_id AS publicationId, subscriber_id AS subscriberId, type, at, class, was, link,
           iif(type = 'bounced', detail, NULL) AS detail
         FROM event WHERE id > ? ORDER BY id LIMIT ?`,
      ).all(cursor, limit)
      return { cursor, events }
    },
    known: (needs) => knownOf(sql, needs),
    apply(step) {
      if (keepsOfErased(sql, step)) return false
      const moved = sql<[number, number]>(
        'UPDATE rollup_cursor SET rolled_to = ? WHERE id = 1 AND rolled_to = ?',
      )
      if (moved.run(step.to, step.from).changes === 0) return false
      writePeople(sql, step)
      writeNumbers(sql, step)
      return true
    },
    reset() {
      for (const table of tables) sql<[]>(`DELETE FROM ${table}`).run()
      sql<[]>('UPDATE rollup_cursor SET rolled_to = 0 WHERE id = 1').run()
    },
    forget({ before, limit }) {
      const touches = sql<[EpochMs, number]>(
        `DELETE FROM touch WHERE (publication_id, subscriber_id) IN (
           SELECT t.publication_id, t.subscriber_id
           FROM publication p CROSS JOIN touch t ON t.publication_id = p.id
           WHERE p.created_at < ? LIMIT ?
         )`,
      ).run(before, limit).changes
      const months = sql<[number, number]>(
        `DELETE FROM active_month WHERE (month, subscriber_id) IN (
           SELECT month, subscriber_id FROM active_month WHERE month < ? LIMIT ?
         )`,
      ).run(monthOf(before), limit - touches).changes
      return touches + months
    },
  }
}

/** What is kept of one person goes; what they were counted in stays, but that nobody has their score any more. */
export function forgetReader(sql: Sql, id: SubscriberId): void {
  sql<[number]>(
    'DELETE FROM touch WHERE publication_id IN (SELECT id FROM publication) AND subscriber_id = ?',
  ).run(id)
  sql<[number]>(
    'DELETE FROM active_month WHERE month IN (SELECT DISTINCT month FROM cohort) AND subscriber_id = ?',
  ).run(id)
  const log2 = sql<[number], number>('DELETE FROM score WHERE subscriber_id = ? RETURNING log2')
    .pluck()
    .get(id)
  if (log2 !== undefined)
    sql<[number]>('UPDATE score_bin SET people = people - 1 WHERE bin = ?').run(binOf(log2))
}

function knownOf(sql: Sql, { subscribers, touches, scores, active }: CountNeeds): CountKnown {
  const person = sql<
    [number],
    { address: string; status: string; language: string | null; joinedAt: EpochMs }
  >('SELECT address, status, language, created_at AS joinedAt FROM subscriber WHERE id = ?')
  const counts = sql<[number, number], string>(
    'SELECT counts FROM touch WHERE publication_id = ? AND subscriber_id = ?',
  ).pluck()
  const score = sql<[number], number>('SELECT log2 FROM score WHERE subscriber_id = ?').pluck()
  const month = sql<[number, number], number>(
    'SELECT n FROM active_month WHERE month = ? AND subscriber_id = ?',
  ).pluck()
  return {
    people: subscribers.flatMap((subscriberId) => {
      const row = person.get(subscriberId)
      if (row === undefined) return []
      const { address, status, language, joinedAt } = row
      return { subscriberId, domain: status === 'erased' ? '' : domainOf(address), language, joinedAt }
    }),
    touches: touches.flatMap(([publicationId, subscriberId]) => {
      const found = counts.get(publicationId, subscriberId)
      return found === undefined
        ? []
        : { publicationId, subscriberId, counts: JSON.parse(found) as Touch['counts'] }
    }),
    scores: scores.flatMap((subscriberId) => {
      const log2 = score.get(subscriberId)
      return log2 === undefined ? [] : { subscriberId, log2 }
    }),
    active: active.flatMap(([subscriberId, of]): ActiveRow | [] => {
      const n = month.get(of, subscriberId)
      return n === undefined ? [] : { subscriberId, month: of, n }
    }),
  }
}

/** Somebody may be erased while their reads are being counted. Few are: their part of the index is a page or two. */
function keepsOfErased(sql: Sql, { touches, scores, active }: CountStep): boolean {
  const erased = sql<[number]>(
    "SELECT 1 FROM subscriber INDEXED BY subscriber_status WHERE status = 'erased' AND id = ?",
  )
  return [touches, scores, active].some((rows) =>
    rows.some(({ subscriberId }) => erased.get(subscriberId) !== undefined),
  )
}

function writePeople(sql: Sql, { touches, scores, active }: CountStep): void {
  const putTouch = sql<[number, number, string]>(
    'INSERT OR REPLACE INTO touch (publication_id, subscriber_id, counts) VALUES (?, ?, ?)',
  )
  const dropTouch = sql<[number, number]>('DELETE FROM touch WHERE publication_id = ? AND subscriber_id = ?')
  for (const { publicationId, subscriberId, counts } of touches)
    if (counts.length === 0) dropTouch.run(publicationId, subscriberId)
    else putTouch.run(publicationId, subscriberId, JSON.stringify(counts))
  const putScore = sql<[number, number]>('INSERT OR REPLACE INTO score (subscriber_id, log2) VALUES (?, ?)')
  const dropScore = sql<[number]>('DELETE FROM score WHERE subscriber_id = ?')
  for (const { subscriberId, log2 } of scores)
    if (log2 === null) dropScore.run(subscriberId)
    else putScore.run(subscriberId, log2)
  const putMonth = sql<[number, number, number]>(
    'INSERT OR REPLACE INTO active_month (month, subscriber_id, n) VALUES (?, ?, ?)',
  )
  const dropMonth = sql<[number, number]>('DELETE FROM active_month WHERE month = ? AND subscriber_id = ?')
  for (const { subscriberId, month, n } of active)
    if (n === 0) dropMonth.run(month, subscriberId)
    else putMonth.run(month, subscriberId, n)
}

function writeNumbers(sql: Sql, { counts, people, quarters, bins, cohorts }: CountStep): void {
  const addCount = sql<[number, number, number, string, number, number, number]>(
    `INSERT INTO rollup_count (publication_id, dimension, day, value, type, class, n) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET n = n + excluded.n`,
  )
  const addSent = sql<[number, string, number]>(
    `INSERT INTO rollup_domain (publication_id, domain, sent) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET sent = sent + excluded.sent`,
  )
  for (const { publicationId, dimension, day, value, type, class: by, n } of counts)
    for (const id of [publicationId, everyPublication]) {
      addCount.run(id, dimensionCodes[dimension], day, value, typeCodes[type], classCodes[by], n)
      if (dimension === 'domain' && type === 'sent') addSent.run(id, value, n)
    }
  const addPeople = sql<[number, number, string, number, number, number]>(
    `INSERT INTO rollup_people (publication_id, dimension, value, type, class, people) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET people = people + excluded.people`,
  )
  for (const { publicationId, dimension, value, type, class: by, people: n } of people)
    addPeople.run(publicationId, dimensionCodes[dimension], value, typeCodes[type], classCodes[by], n)
  const addQuarter = sql<[number, number, number, number, number]>(
    `INSERT INTO rollup_quarter (publication_id, quarter, type, class, n) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET n = n + excluded.n`,
  )
  for (const { publicationId, quarter, type, class: by, n } of quarters)
    for (const id of [publicationId, everyPublication])
      addQuarter.run(id, quarter, typeCodes[type], classCodes[by], n)
  const addBin = sql<[number, number]>(
    `INSERT INTO score_bin (bin, people) VALUES (?, ?) ON CONFLICT DO UPDATE SET people = people + excluded.people`,
  )
  for (const { bin, people: n } of bins) addBin.run(bin, n)
  const addCohort = sql<[number, number, number]>(
    `INSERT INTO cohort (cohort, month, people) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET people = people + excluded.people`,
  )
  for (const { cohort, month, people: n } of cohorts) addCohort.run(cohort, month, n)
}
