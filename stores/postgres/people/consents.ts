import type { Consent, NewConsent } from '../../../engine/model/consent.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { ConsentStore } from '../../../engine/ports/consents.ts'
import { pageOf } from '../../rules/page.ts'
import { createBatch } from '../database/batch.ts'
import type { Database, Sql } from '../database/sql.ts'
import { holdPeople } from './subscriber-rows.ts'

type Row = Omit<Consent, 'lists'> & { readonly lists: readonly string[] | null }

const batch = createBatch<NewConsent & { readonly nth: number }>({
  subscriber_id: ['bigint', (row) => row.subscriberId],
  nth: ['integer', (row) => row.nth],
  kind: ['text', (row) => row.kind],
  from_status: ['text', (row) => row.from],
  to_status: ['text', (row) => row.to],
  source: ['text', (row) => row.source],
  at: ['bigint', (row) => row.at],
  lists: ['bigint[]', (row) => (row.lists.length === 0 ? null : row.lists)],
  origin: ['text', (row) => row.origin],
  ip: ['text', (row) => row.ip],
  user_agent: ['text', (row) => row.userAgent],
  words: ['text', (row) => row.words],
})

/** In this order. The transaction holds the rows of these people: that makes the next `seq` its own. */
export async function appendConsents(tx: Sql, consents: readonly NewConsent[]): Promise<void> {
  if (consents.length === 0) return
  const counts = new Map<SubscriberId, number>()
  const rows = consents.map((consent) => {
    const nth = (counts.get(consent.subscriberId) ?? 0) + 1
    counts.set(consent.subscriberId, nth)
    return { ...consent, nth }
  })
  await tx.run(
    `INSERT INTO consent (subscriber_id, seq, kind, from_status, to_status, source, at, lists, origin, ip, user_agent,
       words)
     SELECT r.subscriber_id,
       r.nth + coalesce((SELECT max(c.seq) FROM consent c WHERE c.subscriber_id = r.subscriber_id), 0),
       r.kind, r.from_status, r.to_status, r.source, r.at, r.lists, r.origin, r.ip, r.user_agent, r.words
     FROM ${batch.from}`,
    batch.values(rows),
  )
}

export function createConsents(db: Database): ConsentStore {
  return {
    append(consents) {
      return db.tx(async (tx) => {
        await holdPeople(
          tx,
          consents.map(({ subscriberId }) => subscriberId),
        )
        await appendConsents(tx, consents)
      })
    },
    async page({ subscriberId, after, limit }) {
      const rows = await db.all<Row>(
        `SELECT subscriber_id AS "subscriberId", seq, kind, from_status AS "from", to_status AS "to", source, at, lists,
           origin, ip, user_agent AS "userAgent", words
         FROM consent
         WHERE subscriber_id = $1 AND seq > $2
         ORDER BY seq
         LIMIT $3`,
        [subscriberId, after, limit + 1],
      )
      const views = rows.map((row): Consent => ({ ...row, lists: (row.lists ?? []).map(Number) as ListId[] }))
      return pageOf(views, limit, (row) => row.seq)
    },
    forget({ before, limit }) {
      return db.run(
        `WITH old AS MATERIALIZED (
           SELECT subscriber_id, seq FROM consent
           WHERE at < $1 AND (ip IS NOT NULL OR user_agent IS NOT NULL)
           ORDER BY at
           LIMIT $2
           FOR UPDATE SKIP LOCKED
         )
         UPDATE consent c
         SET ip = NULL, user_agent = NULL
         FROM old
         WHERE c.subscriber_id = old.subscriber_id AND c.seq = old.seq`,
        [before, limit],
      )
    },
  }
}
