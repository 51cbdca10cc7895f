import type { AlertTimeRow, CohortSize, FlowRow, SizeRow } from '../../../engine/model/audience-flow.ts'
import { hourMs } from '../../../engine/model/audience-flow.ts'
import type { AlertId, EpochMs, NotificationId } from '../../../engine/model/ids.ts'
import type { AudienceFlowStore, HourRange } from '../../../engine/ports/audience-flow.ts'
import {
  alertTimesOf,
  cohortsOf,
  maxNotifications,
  maxPostings,
  type TimedAlert,
} from '../../rules/audience-flow.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

const pageAlerts = 500
type Span = HourRange & { readonly every: number }

export function createAudienceFlow(sql: Sql): Sync<AudienceFlowStore> {
  return {
    look: (hours) => ({
      from: hours.from,
      to: hours.to,
      flow: sql<[number, number], FlowRow>(
        `SELECT at / ${hourMs} AS hour, kind, from_status AS "from", to_status AS "to", count(*) AS n
         FROM consent
         WHERE at >= ? AND at < ?
         GROUP BY 1, kind, from_status, to_status`,
      ).all(hours.from * hourMs, hours.to * hourMs),
      ...peopleNow(sql, hours.to),
      alertTimes: alertTimesOf(alertsOf(sql, hours)),
    }),
    keep({ from, to, flow, sizes, cohorts, alertTimes }) {
      for (const table of ['audience_flow', 'alert_time'])
        sql<[number, number]>(`DELETE FROM ${table} WHERE hour >= ? AND hour < ?`).run(from, to)
      sql<[number]>('DELETE FROM audience_size WHERE hour = ?').run(to)
      sql<[]>('DELETE FROM cohort_size').run()
      const addFlow = sql<[number, string, string, string, number]>(
        'INSERT INTO audience_flow (hour, kind, from_status, to_status, n) VALUES (?, ?, ?, ?, ?)',
      )
      for (const row of flow) addFlow.run(row.hour, row.kind, row.from ?? '', row.to, row.n)
      const addSize = sql<[number, number, string, number]>(
        'INSERT INTO audience_size (list_id, hour, status, people) VALUES (?, ?, ?, ?)',
      )
      for (const row of sizes) addSize.run(row.listId ?? 0, row.hour, row.status, row.people)
      const addCohort = sql<[number, number]>('INSERT INTO cohort_size (cohort, people) VALUES (?, ?)')
      for (const { cohort, people } of cohorts) addCohort.run(cohort, people)
      const addTime = sql<[number, string, string, number, number]>(
        'INSERT INTO alert_time (hour, severity, timing, bin, alerts) VALUES (?, ?, ?, ?, ?)',
      )
      for (const row of alertTimes) addTime.run(row.hour, row.severity, row.timing, row.bin, row.alerts)
    },
    kept: () =>
      sql<[], number | null>('SELECT max(hour) FROM audience_size WHERE list_id = 0').pluck().get() ?? null,
    flow: (query) =>
      sql<[Span], FlowRow>(
        `SELECT hour - hour % :every AS hour, kind, nullif(from_status, '') AS "from", to_status AS "to", sum(n) AS n
         FROM audience_flow
         WHERE hour >= :from AND hour < :to
         GROUP BY 1, kind, from_status, to_status
         ORDER BY 1`,
      ).all(query),
    sizes: ({ listId, ...query }) =>
      sql<[Span & { readonly list: number }], SizeRow>(
        `SELECT hour, nullif(list_id, 0) AS listId, status, people
         FROM audience_size
         WHERE list_id = :list AND hour IN (
           SELECT max(hour) FROM audience_size
           WHERE list_id = :list AND hour >= :from AND hour < :to
           GROUP BY hour - hour % :every
         )
         ORDER BY hour`,
      ).all({ ...query, list: listId ?? 0 }),
    cohorts: ({ from, to }) =>
      sql<[number, number], CohortSize>(
        'SELECT cohort, people FROM cohort_size WHERE cohort BETWEEN ? AND ? ORDER BY cohort',
      ).all(from, to),
    alertTimes: (query) =>
      sql<[Span], AlertTimeRow>(
        `SELECT hour - hour % :every AS hour, severity, timing, bin, sum(alerts) AS alerts
         FROM alert_time
         WHERE hour >= :from AND hour < :to
         GROUP BY 1, severity, timing, bin
         ORDER BY 1`,
      ).all(query),
  }
}

function peopleNow(
  sql: Sql,
  hour: number,
): Pick<ReturnType<Sync<AudienceFlowStore>['look']>, 'sizes' | 'cohorts'> {
  const everybody = sql<[number], SizeRow>(
    'SELECT ? AS hour, NULL AS listId, status, count(*) AS people FROM subscriber GROUP BY status',
  ).all(hour)
  const members = sql<[number], SizeRow>(
    `SELECT ? AS hour, m.list_id AS listId, s.status, count(*) AS people
     FROM membership m CROSS JOIN subscriber s ON s.id = m.subscriber_id
     WHERE m.status = 'active'
     GROUP BY m.list_id, s.status`,
  ).all(hour)
  const days = sql<[], { day: number; people: number }>(
    'SELECT created_at / 86400000 AS day, count(*) AS people FROM subscriber GROUP BY 1',
  ).all()
  return { sizes: [...everybody, ...members], cohorts: cohortsOf(days) }
}

interface Row extends Omit<TimedAlert, 'toldAt'> {
  readonly id: AlertId
}

/** Ids rise with time: from the newest back, until none is young enough. */
function alertsOf(sql: Sql, { from, to }: HourRange): TimedAlert[] {
  const page = sql<[number, number], Row>(
    `SELECT id, severity, doc ->> '$.startsAt' AS startsAt, doc ->> '$.createdAt' AS createdAt,
       doc ->> '$.acknowledged.at' AS acknowledgedAt
     FROM alert WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const found: TimedAlert[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = page.all(before, pageAlerts)
    const young = rows.filter(({ createdAt }) => createdAt >= from * hourMs)
    for (const row of young)
      if (row.createdAt < to * hourMs) found.push({ ...row, toldAt: toldAt(sql, row.id) })
    if (young.length === 0) return found
    before = rows.at(-1)?.id ?? 0
  }
}

function toldAt(sql: Sql, id: AlertId): EpochMs | null {
  const told = sql<[AlertId, number], NotificationId>(
    'SELECT notification_id FROM notification_alert WHERE alert_id = ? ORDER BY notification_id LIMIT ?',
  )
    .pluck()
    .all(id, maxNotifications)
  const first = sql<[NotificationId, number], EpochMs | null>(
    `SELECT min(updated_at) FROM (
       SELECT state, updated_at FROM posting WHERE notification_id = ? ORDER BY target LIMIT ?
     ) WHERE state = 'sent'`,
  ).pluck()
  const times = told.flatMap((notification) => first.get(notification, maxPostings) ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
