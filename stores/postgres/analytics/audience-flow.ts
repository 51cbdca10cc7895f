import type { AlertTimeRow, CohortSize, FlowRow, SizeRow } from '../../../engine/model/audience-flow.ts'
import { hourMs } from '../../../engine/model/audience-flow.ts'
import type { AlertId } from '../../../engine/model/ids.ts'
import type { AudienceFlowStore, AudienceLook, HourRange } from '../../../engine/ports/audience-flow.ts'
import {
  alertTimesOf,
  cohortsOf,
  maxNotifications,
  maxPostings,
  type TimedAlert,
} from '../../rules/audience-flow.ts'
import { type Batch, createBatch } from '../database/batch.ts'
import type { Database, Sql, Tx } from '../database/sql.ts'

const pageAlerts = 500

const flowRows = createBatch<FlowRow>({
  hour: ['integer', (row) => row.hour],
  kind: ['text', (row) => row.kind],
  from_status: ['text', (row) => row.from ?? ''],
  to_status: ['text', (row) => row.to],
  n: ['integer', (row) => row.n],
})
const sizeRows = createBatch<SizeRow>({
  list_id: ['bigint', (row) => row.listId ?? 0],
  hour: ['integer', (row) => row.hour],
  status: ['text', (row) => row.status],
  people: ['integer', (row) => row.people],
})
const cohortRows = createBatch<CohortSize>({
  cohort: ['integer', (row) => row.cohort],
  people: ['integer', (row) => row.people],
})
const timeRows = createBatch<AlertTimeRow>({
  hour: ['integer', (row) => row.hour],
  severity: ['text', (row) => row.severity],
  timing: ['text', (row) => row.timing],
  bin: ['integer', (row) => row.bin],
  alerts: ['integer', (row) => row.alerts],
})

export function createAudienceFlow(db: Database): AudienceFlowStore {
  return {
    look: (hours) =>
      db.tx(async (tx) => {
        // Once an hour, and as long as it takes.
        await tx.run('SET LOCAL statement_timeout = 0')
        const flow = await tx.all<FlowRow>(
          `SELECT at / ${hourMs} AS hour, kind, from_status AS "from", to_status AS "to", count(*) AS n
           FROM consent
           WHERE at >= $1 AND at < $2
           GROUP BY 1, kind, from_status, to_status`,
          [hours.from * hourMs, hours.to * hourMs],
        )
        const people = await peopleNow(tx, hours.to)
        return { ...hours, flow, ...people, alertTimes: alertTimesOf(await alertsOf(tx, hours)) }
      }),
    keep({ from, to, flow, sizes, cohorts, alertTimes }) {
      return db.tx(async (tx) => {
        // Of two nodes that look at once the second one replaces what the first wrote.
        await tx.run('LOCK TABLE audience_size IN SHARE ROW EXCLUSIVE MODE')
        for (const table of ['audience_flow', 'alert_time'])
          await tx.run(`DELETE FROM ${table} WHERE hour >= $1 AND hour < $2`, [from, to])
        await tx.run('DELETE FROM audience_size WHERE hour = $1', [to])
        await tx.run('DELETE FROM cohort_size')
        await insert(tx, 'audience_flow', flowRows, flow)
        await insert(tx, 'audience_size', sizeRows, sizes)
        await insert(tx, 'cohort_size', cohortRows, cohorts)
        await insert(tx, 'alert_time', timeRows, alertTimes)
      })
    },
    async kept() {
      const row = await db.one<{ hour: number | null }>(
        'SELECT max(hour) AS hour FROM audience_size WHERE list_id = 0',
      )
      return row?.hour ?? null
    },
    flow: ({ from, to, every }) =>
      db.all<FlowRow>(
        `SELECT hour - hour % $3::integer AS hour, kind, nullif(from_status, '') AS "from", to_status AS "to", sum(n) AS n
         FROM audience_flow
         WHERE hour >= $1 AND hour < $2
         GROUP BY 1, kind, from_status, to_status
         ORDER BY 1`,
        [from, to, every],
      ),
    sizes: ({ from, to, every, listId }) =>
      db.all<SizeRow>(
        `SELECT s.hour, nullif(s.list_id, 0) AS "listId", s.status, s.people
         FROM (
           SELECT max(hour) AS hour FROM audience_size
           WHERE list_id = $4 AND hour >= $1 AND hour < $2
           GROUP BY hour - hour % $3::integer
         ) last
         JOIN audience_size s ON s.list_id = $4 AND s.hour = last.hour
         ORDER BY s.hour`,
        [from, to, every, listId ?? 0],
      ),
    cohorts: ({ from, to }) =>
      db.all<CohortSize>(
        'SELECT cohort, people FROM cohort_size WHERE cohort BETWEEN $1 AND $2 ORDER BY cohort',
        [from, to],
      ),
    alertTimes: ({ from, to, every }) =>
      db.all<AlertTimeRow>(
        `SELECT hour - hour % $3::integer AS hour, severity, timing, bin, sum(alerts) AS alerts
         FROM alert_time
         WHERE hour >= $1 AND hour < $2
         GROUP BY 1, severity, timing, bin
         ORDER BY 1`,
        [from, to, every],
      ),
  }
}

async function insert<T>(tx: Tx, table: string, batch: Batch<T>, rows: readonly T[]): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `INSERT INTO ${table} (${batch.columns}) SELECT ${batch.columns} FROM ${batch.from}`,
    batch.values(rows),
  )
}

async function peopleNow(sql: Sql, hour: number): Promise<Pick<AudienceLook, 'sizes' | 'cohorts'>> {
  const everybody = await sql.all<SizeRow>(
    `SELECT $1::integer AS hour, NULL AS "listId", status, count(*) AS people FROM subscriber GROUP BY status`,
    [hour],
  )
  const members = await sql.all<SizeRow>(
    `SELECT $1::integer AS hour, m.list_id AS "listId", s.status, count(*) AS people
     FROM membership m
     JOIN subscriber s ON s.id = m.subscriber_id
     WHERE m.status = 'active'
     GROUP BY m.list_id, s.status`,
    [hour],
  )
  const days = await sql.all<{ day: number; people: number }>(
    'SELECT created_at / 86400000 AS day, count(*) AS people FROM subscriber GROUP BY 1',
  )
  return { sizes: [...everybody, ...members], cohorts: cohortsOf(days) }
}

interface Row extends TimedAlert {
  readonly id: AlertId
}

/** Ids rise with time: from the newest back, until none is young enough. */
async function alertsOf(sql: Sql, { from, to }: HourRange): Promise<TimedAlert[]> {
  const found: TimedAlert[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await sql.all<Row>(
      `SELECT a.id, a.severity, (a.doc ->> 'startsAt')::bigint AS "startsAt", a.created AS "createdAt",
         (a.doc -> 'acknowledged' ->> 'at')::bigint AS "acknowledgedAt", told.at AS "toldAt"
       FROM (
         SELECT id, severity, doc, (doc ->> 'createdAt')::bigint AS created
         FROM alert WHERE id < $1 ORDER BY id DESC LIMIT $2
       ) a
       CROSS JOIN LATERAL (
         SELECT min(p.updated_at) FILTER (WHERE p.state = 'sent') AS at
         FROM (
           SELECT id FROM notification WHERE alert_ids @> ARRAY[a.id] ORDER BY id LIMIT ${maxNotifications}
         ) n
         CROSS JOIN LATERAL (
           SELECT state, updated_at FROM posting WHERE notification_id = n.id ORDER BY target LIMIT ${maxPostings}
         ) p
       ) told
       ORDER BY a.id DESC`,
      [before, pageAlerts],
    )
    const young = rows.filter(({ createdAt }) => createdAt >= from * hourMs)
    found.push(...young.filter(({ createdAt }) => createdAt < to * hourMs))
    if (young.length === 0) return found
    before = rows.at(-1)?.id ?? 0
  }
}
