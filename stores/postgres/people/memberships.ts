import type { EpochMs, ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import { noSuch } from '../../rules/refusals.ts'
import { createBatch } from '../database/batch.ts'
import type { Sql } from '../database/sql.ts'

export interface Member {
  readonly id: SubscriberId
  readonly listId: ListId
  readonly membership: Membership
  readonly at: EpochMs
}

/** By subscriber and list. */
export async function membershipsOf(sql: Sql, ids: readonly SubscriberId[]): Promise<readonly Member[]> {
  if (ids.length === 0) return []
  return sql.all<Member>(
    `SELECT subscriber_id AS id, list_id AS "listId", status AS membership, at
     FROM membership
     WHERE subscriber_id = ANY($1)
     ORDER BY subscriber_id, list_id`,
    [ids],
  )
}

const batch = createBatch<Member>({
  list_id: ['bigint', (row) => row.listId],
  subscriber_id: ['bigint', (row) => row.id],
  status: ['text', (row) => row.membership],
  at: ['bigint', (row) => row.at],
})

/** At most one of a person and list. The transaction holds the rows of these people. */
export async function writeMemberships(tx: Sql, members: readonly Member[]): Promise<void> {
  if (members.length === 0) return
  await tx.run(
    `INSERT INTO membership (${batch.columns})
     SELECT ${batch.columns} FROM ${batch.from}
     ON CONFLICT (list_id, subscriber_id) DO UPDATE SET status = excluded.status, at = excluded.at`,
    batch.values(members),
  )
}

/** Nobody removes these lists until the transaction ends: a membership that it makes would stay behind. */
export async function holdLists(tx: Sql, lists: ReadonlySet<ListId>): Promise<void> {
  if (lists.size === 0) return
  const rows = await tx.all<{ id: ListId }>(
    'SELECT id FROM list WHERE id = ANY($1) ORDER BY id FOR KEY SHARE',
    [[...lists]],
  )
  const present = new Set(rows.map(({ id }) => id))
  for (const list of lists) if (!present.has(list)) throw noSuch('list', list)
}
