import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Affinity, ModelDraft, ModelHead, ModelStore, ReadLetter } from '../../../engine/ports/models.ts'
import { createBatch } from '../database/batch.ts'
import type { Database, Sql } from '../database/sql.ts'

const head = 'version, at, note, active'
type Head = Omit<ModelHead, 'active'> & { readonly active: number }
const headOf = <T extends Head>(row: T) => ({ ...row, active: row.active === 1 })

const batch = createBatch<Affinity>({
  id: ['bigint', ({ subscriberId }) => subscriberId],
  weights: ['text', ({ weights }) => weights],
  tallies: ['text', ({ tallies }) => tallies],
})
const pairs = createBatch<{ readonly publicationId: PublicationId; readonly subscriberId: SubscriberId }>({
  publication_id: ['bigint', ({ publicationId }) => publicationId],
  subscriber_id: ['bigint', ({ subscriberId }) => subscriberId],
})

export function createModels(db: Database): ModelStore {
  return {
    async draft() {
      const row = await db.one<ModelDraft>(
        'SELECT revision, cursor, state::text AS state FROM rank_draft WHERE id = 1',
      )
      return row ?? { revision: 0, cursor: 0, state: null }
    },
    async letters(which, upTo) {
      if (which.length === 0) return []
      const rows = await lettersOf(db, which)
      const reads = await readsOf(db, which, upTo)
      return rows.map((row) => ({ ...row, reads: reads.get(keyOf(row)) ?? [] }))
    },
    commit({ revision, cursor, state, affinities, snapshot, now }) {
      return db.tx(async (tx) => {
        const moved = await tx.run(
          `UPDATE rank_draft SET revision = revision + 1, cursor = $2, at = $3, state = coalesce($4::json, state)
           WHERE id = 1 AND revision = $1`,
          [revision, cursor, now, state],
        )
        if (moved === 0) return false
        if (affinities.length > 0)
          // The people are held: one who is just being erased, or withdraws, is waited for and looked at again.
          await tx.run(
            `INSERT INTO affinity (subscriber_id, updated_at, weights, tallies)
             SELECT s.id, ${batch.next}, r.weights::json, r.tallies::json
             FROM ${batch.from}
             JOIN subscriber s ON s.id = r.id
             WHERE s.status <> 'erased'
               AND NOT EXISTS (SELECT FROM subscription p WHERE p.subscriber_id = s.id AND p.tracking = 'denied')
             ORDER BY s.id
             FOR SHARE OF s
             ON CONFLICT (subscriber_id) DO UPDATE
             SET updated_at = excluded.updated_at, weights = excluded.weights, tallies = excluded.tallies`,
            [...batch.values(affinities), now],
          )
        if (snapshot !== null) {
          await tx.run('UPDATE rank_model SET active = 0 WHERE active = 1')
          await tx.run(
            `INSERT INTO rank_model (${head}, state)
             SELECT coalesce(max(version), 0) + 1, $1, $2, 1, $3::json FROM rank_model`,
            [now, snapshot.note, state],
          )
        }
        return true
      })
    },
    async get(version) {
      const active = version === 'active'
      const row = await db.one<Head & { readonly state: string }>(
        `SELECT ${head}, state::text AS state FROM rank_model WHERE ${active ? 'active = 1' : 'version = $1'}`,
        active ? [] : [version],
      )
      return row === undefined ? null : headOf(row)
    },
    async list() {
      return (await db.all<Head>(`SELECT ${head} FROM rank_model ORDER BY version DESC`)).map(headOf)
    },
    activate(version, now) {
      return db.tx(async (tx) => {
        const moved = await tx.run(
          `UPDATE rank_draft SET revision = revision + 1, at = $2, state = m.state
           FROM rank_model m
           WHERE rank_draft.id = 1 AND m.version = $1`,
          [version, now],
        )
        if (moved === 0) return false
        await tx.run(
          `UPDATE rank_model SET active = (version = $1)::integer WHERE active <> (version = $1)::integer`,
          [version],
        )
        return true
      })
    },
    prune({ keep, except }) {
      return db.run(
        `DELETE FROM rank_model
         WHERE active = 0 AND version <> ALL($2)
           AND version NOT IN (SELECT version FROM rank_model ORDER BY version DESC LIMIT $1)`,
        [keep, except],
      )
    },
    forget({ before, limit }) {
      return db.run(
        `WITH old AS MATERIALIZED (
           SELECT subscriber_id FROM affinity WHERE updated_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
         )
         DELETE FROM affinity a USING old WHERE a.subscriber_id = old.subscriber_id`,
        [before, limit],
      )
    },
  }
}

type Letter = Pick<ReadLetter, 'publicationId' | 'subscriberId'>
const keyOf = ({ publicationId, subscriberId }: Letter): string => `${publicationId}/${subscriberId}`

// The keys stand beside the pairs: however the planner joins, it begins with what they name.
const people = pairs.next
const idsOf = (which: readonly Letter[]) => [...new Set(which.map(({ subscriberId }) => subscriberId))]

async function lettersOf(sql: Sql, which: readonly Letter[]): Promise<Omit<ReadLetter, 'reads'>[]> {
  const publications = [...new Set(which.map(({ publicationId }) => publicationId))]
  const months = await sql.all<{ month: number }>(
    'SELECT DISTINCT month FROM publication WHERE id = ANY($1)',
    [publications],
  )
  const parts = months.length === 0 ? 'false' : `d.month IN (${months.map(({ month }) => month).join(', ')})`
  return sql.adHoc<Omit<ReadLetter, 'reads'>>(
    `SELECT r.publication_id AS "publicationId", s.id AS "subscriberId", d.picks, s.language, s.topics,
       coalesce(c.tracking, 'unknown') AS tracking, a.tallies::text AS tallies
     FROM ${pairs.from}
     JOIN subscriber s ON s.id = r.subscriber_id AND s.id = ANY(${people}) AND s.status <> 'erased'
     LEFT JOIN delivery d ON ${parts} AND d.publication_id = r.publication_id AND d.publication_id = ANY($4)
       AND d.subscriber_id = r.subscriber_id AND d.subscriber_id = ANY(${people})
     LEFT JOIN subscription c ON c.subscriber_id = s.id AND c.subscriber_id = ANY(${people})
     LEFT JOIN affinity a ON a.subscriber_id = s.id AND a.subscriber_id = ANY(${people})`,
    [...pairs.values(which), idsOf(which), publications],
  )
}

async function readsOf(
  sql: Sql,
  which: readonly Letter[],
  upTo: number,
): Promise<ReadonlyMap<string, ReadLetter['reads']>> {
  // A person has tens of events, a publication a million: adding 0 keeps the index by publication out.
  const rows = await sql.adHoc<Letter & ReadLetter['reads'][number]>(
    `SELECT e.publication_id AS "publicationId", e.subscriber_id AS "subscriberId", e.id, e.at, e.type, e.class, e.was, e.link
     FROM ${pairs.from}
     JOIN event e ON e.subscriber_id = r.subscriber_id AND e.publication_id + 0 = r.publication_id
     WHERE e.subscriber_id = ANY(${people}) AND e.id <= $4 AND e.type IN ('opened', 'clicked')
     ORDER BY e.id`,
    [...pairs.values(which), idsOf(which), upTo],
  )
  const reads = new Map<string, ReadLetter['reads'][number][]>()
  for (const row of rows) {
    const { id, at, type, class: by, was, link } = row
    const known = reads.get(keyOf(row)) ?? []
    known.push({ id, at, type, class: by, was, link })
    reads.set(keyOf(row), known)
  }
  return reads
}
