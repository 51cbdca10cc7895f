import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { Subscriber, SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { SubscriberFields } from '../../rules/subscriber.ts'
import { foldAttributes } from '../audience/folded.ts'
import { createBatch } from '../database/batch.ts'
import type { Sql } from '../database/sql.ts'
import { drawing } from '../ledger/events.ts'

export interface SubscriberRow {
  readonly id: SubscriberId
  readonly address: string
  readonly status: SubscriberStatus
  readonly name: string | null
  readonly language: string | null
  readonly time_zone: string | null
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly topics: Subscriber['topics']
  readonly attributes: Subscriber['attributes']
}
export const subscriberColumns =
  'id, address, status, name, language, time_zone, created_at, updated_at, topics, attributes'

export const viewSubscriber = (row: SubscriberRow): Subscriber => ({
  id: row.id,
  address: row.address,
  name: row.name,
  language: row.language,
  timeZone: row.time_zone,
  status: row.status,
  attributes: row.attributes,
  topics: row.topics,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const fields = {
  status: ['text', (row: SubscriberFields) => row.status],
  name: ['text', (row: SubscriberFields) => row.name],
  language: ['text', (row: SubscriberFields) => row.language],
  time_zone: ['text', (row: SubscriberFields) => row.timeZone],
  topics: ['jsonb', (row: SubscriberFields) => JSON.stringify(row.topics)],
  attributes: ['jsonb', (row: SubscriberFields) => JSON.stringify(row.attributes)],
  folded: ['jsonb', (row: SubscriberFields) => JSON.stringify(foldAttributes(row.attributes))],
  folded_name: ['text', (row: SubscriberFields) => (row.name === null ? null : foldText(row.name))],
} as const

export interface NewPerson extends SubscriberFields {
  readonly address: string
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
const newcomers = createBatch<NewPerson>({
  address: ['text', (row) => row.address],
  created_at: ['bigint', (row) => row.createdAt],
  updated_at: ['bigint', (row) => row.updatedAt],
  ...fields,
})
const changes = createBatch<SubscriberFields & { readonly id: SubscriberId }>({
  id: ['bigint', (row) => row.id],
  ...fields,
})

/** The ids of those whose addresses nobody had, rising in this order. */
export async function insertPeople(
  tx: Sql,
  people: readonly NewPerson[],
): Promise<ReadonlyMap<string, SubscriberId>> {
  // Numbered as they come, written by address.
  const rows = await tx.all<{ id: SubscriberId; address: string }>(
    `INSERT INTO subscriber (id, ${newcomers.columns})
     SELECT id, ${newcomers.columns}
     FROM (SELECT nextval('subscriber_id_seq') AS id, r.* FROM ${newcomers.from}) numbered
     ORDER BY address COLLATE "C"
     ON CONFLICT (address) DO NOTHING
     RETURNING id, address`,
    newcomers.values(people),
  )
  return new Map(rows.map(({ id, address }) => [address, id]))
}

/** The transaction holds the rows of these people. */
export async function replacePeople(
  tx: Sql,
  people: readonly (SubscriberFields & { readonly id: SubscriberId })[],
  now: EpochMs,
): Promise<void> {
  if (people.length === 0) return
  await tx.run(
    `UPDATE subscriber s
     SET ${changes.set}, updated_at = ${changes.next}
     FROM ${changes.from}
     WHERE s.id = r.id`,
    [...changes.values(people), now],
  )
}

/** Those of these addresses that somebody has. */
export async function addressesTaken(sql: Sql, addresses: readonly string[]): Promise<readonly string[]> {
  const rows = await sql.all<{ address: string }>('SELECT address FROM subscriber WHERE address = ANY($1)', [
    addresses,
  ])
  return rows.map(({ address }) => address)
}

/** Take the rows of these addresses until the transaction ends, by id. */
export async function holdByAddress(
  tx: Sql,
  addresses: readonly string[],
): Promise<readonly (Subscriber & { readonly key: string })[]> {
  const rows = await tx.all<SubscriberRow>(
    `SELECT ${subscriberColumns} FROM subscriber WHERE address = ANY($1) ORDER BY id FOR UPDATE`,
    [addresses],
  )
  return rows.map((row) => ({ ...viewSubscriber(row), key: row.address }))
}

/** Take the rows of these people until the transaction ends. By id, so that nobody who does the same waits for good. */
export async function holdPeople(tx: Sql, ids: readonly SubscriberId[]): Promise<readonly Subscriber[]> {
  const rows = await tx.all<SubscriberRow>(
    `SELECT ${subscriberColumns} FROM subscriber WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    [ids],
  )
  return rows.map(viewSubscriber)
}

export const holdPerson = async (tx: Sql, id: SubscriberId): Promise<Subscriber | null> =>
  (await holdPeople(tx, [id]))[0] ?? null

/** The event of a letter that led to leaving; null: none did. */
export async function leftBy(
  tx: Sql,
  publicationId: PublicationId | null,
  id: SubscriberId,
  now: EpochMs,
): Promise<void> {
  if (publicationId === null) return
  await tx.run(
    `INSERT INTO event (publication_id, subscriber_id, channel, type, at)
     SELECT p.id, $2, p.channel, 'unsubscribed', $3 FROM ${drawing} drawing, publication p WHERE p.id = $1`,
    [publicationId, id, now],
  )
}
