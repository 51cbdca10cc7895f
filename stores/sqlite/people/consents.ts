import type { Consent, NewConsent } from '../../../engine/model/consent.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { SubscriberStatus } from '../../../engine/model/subscriber.ts'
import type { ConsentStore } from '../../../engine/ports/consents.ts'
import { pageOf } from '../../rules/page.ts'
import { insertRows } from '../database/bulk.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

export interface ConsentWriter {
  append(consent: NewConsent): void
  /** The first consent of people who are new, all with the same words. */
  appendFirst(
    same: Omit<NewConsent, 'subscriberId' | 'to'>,
    people: readonly { readonly id: SubscriberId; readonly to: SubscriberStatus }[],
  ): void
}

type Row = Omit<Consent, 'lists'> & { readonly lists: string | null }

const columns = `subscriber_id, seq, kind, from_status, to_status, source, at, lists, origin, ip, user_agent, words`
const selected = `subscriber_id AS subscriberId, seq, kind, from_status AS "from", to_status AS "to", source, at, lists,
  origin, ip, user_agent AS userAgent, words`

const textOf = (lists: readonly ListId[]): string | null =>
  lists.length === 0 ? null : JSON.stringify(lists)

export function createConsentWriter(sql: Sql): ConsentWriter {
  return {
    append({ lists, ...consent }) {
      sql<[object]>(
        `INSERT INTO consent (${columns})
         SELECT :subscriberId, coalesce(max(seq), 0) + 1, :kind, :from, :to, :source, :at, :lists, :origin, :ip,
           :userAgent, :words
         FROM consent WHERE subscriber_id = :subscriberId`,
      ).run({ ...consent, lists: textOf(lists) })
    },
    appendFirst(same, people) {
      const { kind, from, source, at, lists, origin, ip, userAgent, words } = same
      insertRows(
        sql,
        {
          into: `consent (${columns})`,
          select: 'column1, 1, ?, ?, column2, ?, ?, ?, ?, ?, ?, ?',
          same: [kind, from, source, at, textOf(lists), origin, ip, userAgent, words],
        },
        people.map(({ id, to }) => [id, to]),
      )
    },
  }
}

export function createConsents(sql: Sql, writer: ConsentWriter): Sync<ConsentStore> {
  return {
    append(consents) {
      for (const consent of consents) writer.append(consent)
    },
    page({ subscriberId, after, limit }) {
      const rows = sql<[number, number, number], Row>(
        `SELECT ${selected} FROM consent WHERE subscriber_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
      ).all(subscriberId, after, limit + 1)
      const views = rows.map(
        (row): Consent => ({
          ...row,
          lists: row.lists === null ? [] : (JSON.parse(row.lists) as ListId[]),
        }),
      )
      return pageOf(views, limit, (row) => row.seq)
    },
    forget({ before, limit }) {
      return sql<[number, number]>(
        `UPDATE consent SET ip = NULL, user_agent = NULL
         WHERE (subscriber_id, seq) IN (
           SELECT subscriber_id, seq FROM consent INDEXED BY consent_network
           WHERE at < ? AND (ip IS NOT NULL OR user_agent IS NOT NULL)
           ORDER BY at LIMIT ?
         )`,
      ).run(before, limit).changes
    },
  }
}
