import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../../../engine/log.ts'
import type { AlertPorts, Store } from '../../../../engine/ports/store.ts'
import { createAlertPorts } from '../../../../stores/postgres/alerts/ports.ts'
import { connect } from '../../../../stores/postgres/database/connect.ts'
import { createPorts } from '../../../../stores/postgres/ports.ts'
import {
  followers,
  leaseMs,
  notificationOf,
  reopenMs,
  reportOf,
} from '../../../contract/store/alerts/scene.ts'
import { newPeople, now } from '../../../contract/store/scene.ts'
import { makeDatabase } from '../database.ts'

let database: Awaited<ReturnType<typeof makeDatabase>>
let connection: ReturnType<typeof connect>
beforeAll(async () => {
  database = await makeDatabase()
  // One, which keeps what it planned while the tables were empty.
  connection = connect({ url: database.url, connections: 1, log: silentLog })
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

const handed = 20

/** All that is done for alerts from their report to what became of it: of so many at once. */
async function tell(store: AlertPorts, count: number, people: Uint32Array): Promise<void> {
  const reports = Array.from({ length: count }, () => reportOf())
  await store.alerts.accept(reports, { now, reopenMs })
  const accepted = await store.alerts.accept([...reports, reportOf()], { now, reopenMs })
  const heard = accepted.flatMap(({ alert }) => alert ?? [])
  const take = { limit: handed, leaseMs }
  const nothing = { heard: [], moves: [], groups: [], notifications: [], digested: [] }
  const group = (alert: (typeof heard)[number], version: number) => ({
    key: alert.key,
    version,
    value: alert.id,
  })
  const done = await store.desk.commit(
    {
      ...nothing,
      heard,
      groups: heard.map((alert) => group(alert, 0)),
      notifications: heard.map((alert) =>
        notificationOf({ alertIds: [alert.id], rooms: [{ channel: 'slack', room: 'ops' }], people }),
      ),
    },
    { now, take },
  )
  if (done.status !== 'done') throw new Error(done.status)
  await store.desk.commit(
    {
      ...nothing,
      moves: heard.map(({ id, version }) => ({ id, version, change: { state: 'expired', endedAt: now } })),
      groups: heard.map((alert, i) => ({ ...group(alert, 1), ...(i % 2 === 0 && { value: null }) })),
    },
    { now, take },
  )
  for (const { id, postings } of done.notifications) {
    const rest = await store.postings.take(id, { ...take, now })
    await store.postings.renew(postings, leaseMs)
    const outcome = { code: null, detail: null, receipt: 'r', suppress: false }
    await store.postings.settle(
      [...postings, ...rest.postings].map((posting, i) => ({
        ...posting,
        ...outcome,
        state: i % 2 === 0 ? 'sent' : 'retry',
        dueAt: now,
      })),
      now,
    )
  }
  await store.postings.claim({ limit: handed, leaseMs, now })
}

test('alerts are looked up by their keys, though the plans were made while the tables were empty', async () => {
  const { db, lineage } = connection
  const store = createPorts(db, lineage) as unknown as Store
  // More than five times: from then on a plan is kept.
  for (let i = 0; i < 7; i += 1) await tell(store, 1, new Uint32Array())
  const people = Uint32Array.from(await followers(store, await newPeople(store, 300, [])))
  for (let i = 0; i < 5; i += 1) await tell(store, 400, new Uint32Array())
  await tell(store, 20, people)

  const seen = await db.tx(async (tx) => {
    const counts = () =>
      tx.all<{ table: string; scanned: number; fetched: number }>(
        `SELECT relname::text AS "table", seq_tup_read AS scanned, idx_tup_fetch AS fetched
         FROM pg_stat_xact_user_tables`,
      )
    // Also of the transactions before, as long as nobody was told.
    const before = new Map((await counts()).map((row) => [row.table, row]))
    await tell(createAlertPorts({ ...tx, tx: (work) => work(tx) }), 1, people)
    return (await counts()).flatMap(({ table, ...now }) => {
      const scanned = now.scanned - (before.get(table)?.scanned ?? 0)
      const fetched = now.fetched - (before.get(table)?.fetched ?? 0)
      return scanned + fetched > 0 ? [{ table, scanned, fetched }] : []
    })
  })
  const tables = seen.map(({ table }) => table)
  for (const table of [
    'alert',
    'alert_group',
    'follow',
    'notification',
    'notification_people',
    'posting',
    'subscriber',
  ])
    expect(tables).toContain(table)
  expect(seen.filter(({ scanned }) => scanned > 0)).toEqual([])
  // Each row that is worked on, a few times; none of the thousands beside it.
  expect(seen.filter(({ fetched }) => fetched > 20 * handed)).toEqual([])
})
