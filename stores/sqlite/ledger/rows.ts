import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { EpochMs, SubscriberId } from '../../../engine/model/ids.ts'
import type { Outcome } from '../../rules/ledger.ts'
import { insertRows } from '../database/bulk.ts'
import type { Sql } from '../database/statements.ts'
import type { Run } from './runs.ts'

/** A row as an intent writes it. */
export interface NewRow {
  readonly subscriberId: SubscriberId
  readonly state: DeliveryState
  readonly attempt: number
  readonly code: string | null
  readonly detail: string | null
  readonly picks: Uint8Array | null
}

/** What `sent` says of a letter: most of a batch says the same. */
export interface Sent {
  readonly code: string | null
  readonly detail: string | null
}

// Servers that put their queue id into the reply say something else for each letter. Four statements cost what
// one with a list of ids costs to begin with.
const fewIds = 5

const notedOf = (state: DeliveryState) => (state === 'handing' || state === 'sent' ? null : state)

/** Writes the delivery rows of one lease. */
export interface Rows {
  /** First attempts: there is no row yet. */
  insert(run: Run, chunk: number, rows: readonly NewRow[], now: EpochMs): void
  /** A later attempt; its picks stay unless it brings some. */
  again(run: Run, row: NewRow, now: EpochMs): void
  /** Those of `ids` that were handing and are sent now. */
  sent(run: Run, chunk: number, ids: readonly SubscriberId[], sent: Sent, now: EpochMs): SubscriberId[]
  handing(run: Run, chunk: number, id: SubscriberId): Pick<Outcome, 'attempt' | 'uncertain'> | undefined
  settle(run: Run, id: SubscriberId, outcome: Outcome, now: EpochMs): void
  erase(run: Run, id: SubscriberId): void
}

export function createRows(sql: Sql): Rows {
  return {
    insert(run, chunk, rows, now) {
      insertRows(
        sql,
        {
          into: `delivery (publication_id, subscriber_id, channel, chunk, state, noted, attempt, uncertain, updated_at,
                   code, detail, picks)`,
          select: '?, column1, ?, ?, column2, column3, column4, 0, ?, column5, column6, column7',
          same: [run.id, run.channel, chunk, now],
        },
        rows.map(({ subscriberId, state, attempt, code, detail, picks }) => [
          subscriberId,
          state,
          notedOf(state),
          attempt,
          code,
          detail,
          picks,
        ]),
      )
    },
    again(run, { subscriberId, state, attempt, code, detail, picks }, now) {
      sql<[object]>(
        `UPDATE delivery
         SET state = :state, noted = :noted, attempt = :attempt, due_at = NULL, updated_at = :now, code = :code,
           detail = :detail, picks = coalesce(:picks, picks)
         WHERE publication_id = :run AND subscriber_id = :subscriberId AND channel = :channel`,
      ).run({
        run: run.id,
        channel: run.channel,
        subscriberId,
        state,
        noted: notedOf(state),
        attempt,
        code,
        detail,
        picks,
        now,
      })
    },
    sent(run, chunk, ids, { code, detail }, now) {
      // Handing and sent are both not noted: leaving that column alone keeps its index out of the way.
      if (ids.length < fewIds) {
        const one = sql<[number, string | null, string | null, number, number, string, number]>(
          `UPDATE delivery
           SET state = 'sent', updated_at = ?, code = ?, detail = ?
           WHERE publication_id = ? AND subscriber_id = ? AND channel = ? AND state = 'handing' AND chunk = ?`,
        )
        return ids.filter((id) => one.run(now, code, detail, run.id, id, run.channel, chunk).changes > 0)
      }
      const update = sql<[object], SubscriberId>(
        `UPDATE delivery
         SET state = 'sent', updated_at = :now, code = :code, detail = :detail
         WHERE publication_id = :run AND subscriber_id IN (SELECT value FROM json_each(:ids))
           AND channel = :channel AND state = 'handing' AND chunk = :chunk
         RETURNING subscriber_id`,
      )
      const bound = { run: run.id, channel: run.channel, chunk, ids: JSON.stringify(ids), code, detail, now }
      return update.pluck().all(bound)
    },
    handing(run, chunk, id) {
      return sql<[number, number, string, number], Pick<Outcome, 'attempt' | 'uncertain'>>(
        `SELECT attempt, uncertain FROM delivery
         WHERE publication_id = ? AND subscriber_id = ? AND channel = ? AND state = 'handing' AND chunk = ?`,
      ).get(run.id, id, run.channel, chunk)
    },
    settle(run, id, { state, attempt, uncertain, dueAt, code, detail }, now) {
      sql<[object]>(
        `UPDATE delivery
         SET state = :state, noted = :noted, attempt = :attempt, uncertain = :uncertain, due_at = :dueAt,
           updated_at = :now, code = :code, detail = :detail
         WHERE publication_id = :run AND subscriber_id = :id AND channel = :channel`,
      ).run({
        run: run.id,
        channel: run.channel,
        id,
        state,
        noted: notedOf(state),
        attempt,
        uncertain,
        dueAt,
        code,
        detail,
        now,
      })
    },
    erase(run, id) {
      sql<[number, number, string]>(
        'DELETE FROM delivery WHERE publication_id = ? AND subscriber_id = ? AND channel = ?',
      ).run(run.id, id, run.channel)
    },
  }
}
