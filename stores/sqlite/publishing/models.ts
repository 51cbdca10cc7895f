import type { ModelDraft, ModelHead, ModelStore, ReadLetter } from '../../../engine/ports/models.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const head = 'version, at, note, active'
type Head = Omit<ModelHead, 'active'> & { readonly active: number }
const headOf = <T extends Head>(row: T) => ({ ...row, active: row.active === 1 })

export function createModels(sql: Sql): Sync<ModelStore> {
  return {
    draft: () =>
      sql<[], ModelDraft>('SELECT revision, cursor, state FROM rank_draft WHERE id = 1').get() ?? {
        revision: 0,
        cursor: 0,
        state: null,
      },
    letters(which, upTo) {
      type Row = Omit<ReadLetter, 'topics' | 'reads'> & { readonly topics: string }
      const letter = sql<[object], Row>(
        `SELECT :publicationId AS publicationId, s.id AS subscriberId, d.picks, s.language, s.topics,
           coalesce(p.tracking, 'unknown') AS tracking, a.tallies
         FROM subscriber s
         LEFT JOIN delivery d ON d.publication_id = :publicationId AND d.subscriber_id = s.id
         LEFT JOIN subscription p ON p.subscriber_id = s.id
         LEFT JOIN affinity a ON a.subscriber_id = s.id
         WHERE s.id = :subscriberId AND s.status <> 'erased'
         LIMIT 1`,
      )
      // A unary plus keeps the index by publication out: a person has tens of events, a publication a million.
      const reads = sql<[object], ReadLetter['reads'][number]>(
        `SELECT id, at, type, class, was, link FROM event
         WHERE subscriber_id = :subscriberId AND +publication_id = :publicationId AND id <= :upTo
           AND type IN ('opened', 'clicked')
         ORDER BY id`,
      )
      return which.flatMap(({ publicationId, subscriberId }) => {
        const row = letter.get({ publicationId, subscriberId })
        if (row === undefined) return []
        return [
          { ...row, topics: JSON.parse(row.topics), reads: reads.all({ publicationId, subscriberId, upTo }) },
        ]
      })
    },
    commit({ revision, cursor, state, affinities, snapshot, now }) {
      const { changes } = sql<[object]>(
        `UPDATE rank_draft SET revision = revision + 1, cursor = :cursor, at = :now, state = coalesce(:state, state)
         WHERE id = 1 AND revision = :revision`,
      ).run({ revision, cursor, now, state })
      if (changes === 0) return false
      const put = sql<[object]>(
        `INSERT OR REPLACE INTO affinity (subscriber_id, updated_at, weights, tallies)
         SELECT s.id, :now, :weights, :tallies
         FROM subscriber s
         LEFT JOIN subscription p ON p.subscriber_id = s.id
         WHERE s.id = :subscriberId AND s.status <> 'erased' AND coalesce(p.tracking, 'unknown') <> 'denied'`,
      )
      for (const affinity of affinities) put.run({ ...affinity, now })
      if (snapshot !== null) {
        sql<[]>('UPDATE rank_model SET active = 0 WHERE active = 1').run()
        sql<[object]>(
          `INSERT INTO rank_model (${head}, state)
           SELECT coalesce(max(version), 0) + 1, :now, :note, 1, :state FROM rank_model`,
        ).run({ now, note: snapshot.note, state })
      }
      return true
    },
    get(version) {
      const row = sql<[object], Head & { readonly state: string }>(
        `SELECT ${head}, state FROM rank_model WHERE ${version === 'active' ? 'active = 1' : 'version = :version'}`,
      ).get({ version })
      return row === undefined ? null : headOf(row)
    },
    list: () => sql<[], Head>(`SELECT ${head} FROM rank_model ORDER BY version DESC`).all().map(headOf),
    activate(version, now) {
      const moved = sql<[object]>(
        `UPDATE rank_draft SET revision = revision + 1, at = :now, state = m.state
         FROM rank_model m
         WHERE rank_draft.id = 1 AND m.version = :version`,
      ).run({ version, now })
      if (moved.changes === 0) return false
      sql<[object]>(
        'UPDATE rank_model SET active = version = :version WHERE active <> (version = :version)',
      ).run({ version })
      return true
    },
    prune({ keep, except }) {
      return sql<[object]>(
        `DELETE FROM rank_model
         WHERE active = 0 AND version NOT IN (SELECT value FROM json_each(:except))
           AND version NOT IN (SELECT version FROM rank_model ORDER BY version DESC LIMIT :keep)`,
      ).run({ keep, except: JSON.stringify(except) }).changes
    },
    forget({ before, limit }) {
      return sql<[number, number]>(
        `DELETE FROM affinity
         WHERE subscriber_id IN (SELECT subscriber_id FROM affinity WHERE updated_at < ? LIMIT ?)`,
      ).run(before, limit).changes
    },
  }
}
