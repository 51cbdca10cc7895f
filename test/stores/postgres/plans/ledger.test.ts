import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../../../engine/log.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { connect } from '../../../../stores/postgres/database/connect.ts'
import { ensurePartitions } from '../../../../stores/postgres/database/partitions.ts'
import type { Database, Sql } from '../../../../stores/postgres/database/sql.ts'
import { createPorts } from '../../../../stores/postgres/ports.ts'
import {
  handOver,
  intent,
  longMs,
  mustLease,
  newPeople,
  newRun,
  now,
  send,
  settlement,
} from '../../../contract/store/scene.ts'
import { makeDatabase } from '../database.ts'

/** A look of PostgreSQL at a table. */
interface Step {
  readonly statement: string
  readonly table: string
  readonly way: string
  readonly index: string | null
  readonly condition: string
}
interface Node {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Node[]
}

/** As `db`, and keeps how every statement is gone about: with these values, and as it is kept for any. */
function explaining(db: Database) {
  const steps: Step[] = []
  /** Statements that go through one table for each row of another. */
  const loops: string[] = []
  const keep = (statement: string, node: Node) => {
    // A bitmap's index stands below its table.
    const below = node.Plans?.find((plan) => plan['Node Type'] === 'Bitmap Index Scan')
    const { 'Index Name': index, 'Index Cond': condition } = { ...below, ...node }
    const [way, table] = [node['Node Type'], node['Relation Name']]
    if (table !== undefined && way !== 'ModifyTable')
      steps.push({ statement, table, way, index: index ?? null, condition: condition ?? '' })
    if (way === 'Nested Loop') loops.push(statement)
    for (const plan of node.Plans ?? []) keep(statement, plan)
  }
  const explain = async (sql: Sql, text: string, values: readonly unknown[] = []) => {
    if (!/^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(text)) return
    for (const [options, given] of [
      ['FORMAT JSON', values],
      ['FORMAT JSON, GENERIC_PLAN', []],
    ] as const) {
      const [row] = await sql.adHoc<{ 'QUERY PLAN': [{ Plan: Node }] }>(`EXPLAIN (${options}) ${text}`, given)
      if (row !== undefined) keep(text.trim(), row['QUERY PLAN'][0].Plan)
    }
  }
  const over = (sql: Sql): Sql => ({
    all: async (text, values) => explain(sql, text, values).then(() => sql.all(text, values)),
    one: async (text, values) => explain(sql, text, values).then(() => sql.one(text, values)),
    run: async (text, values) => explain(sql, text, values).then(() => sql.run(text, values)),
    // Planned for what is there now: on a table of one page that is to read the page.
    adHoc: (text, values) => sql.adHoc(text, values),
  })
  const tx: Database['tx'] = (work, options) => db.tx((inner) => work({ ...inner, ...over(inner) }), options)
  return { db: { ...over(db), tx }, steps, loops }
}

describe('plans', () => {
  let database: Awaited<ReturnType<typeof makeDatabase>>
  let connection: ReturnType<typeof connect>
  beforeAll(async () => {
    database = await makeDatabase()
    connection = connect({ url: database.url, connections: 4, log: silentLog })
    await ensurePartitions(connection.db, now, 3)
  })
  afterAll(async () => {
    await connection.close()
    await database.drop()
  })

  // What is planned while a table is new is kept for a while, however large it grows.
  test.each([
    ['on tables that are new', 4],
    ['on tables that were analysed', 3000],
  ])('a batch finds its rows by their keys, in one month: %s', async (_, people) => {
    const plain = createPorts(connection.db, connection.lineage) as unknown as Store
    const spec = {
      onceKey: 'key',
      excludeListIds: [
        (await plain.lists.insert({ name: `x${people}`, title: '', description: '' }, now)).id,
      ],
    }
    const others = await newRun(plain, people)
    for (let seq = 0; seq < people / 100; seq += 1) {
      const lease = await mustLease(plain, others.id, seq)
      await send(
        plain,
        lease,
        lease.work.map((work) => work.subscriberId),
        'sent',
      )
    }
    await newPeople(plain, people, [])
    if (people > 1000) await connection.db.run('ANALYZE')
    const run = await newRun(plain, people, { spec })

    const { db, steps, loops } = explaining(connection.db)
    const store = createPorts(db, connection.lineage) as unknown as Store
    await store.ledger.due({ now, limit: 5 })
    const lease = await mustLease(store, run.id)
    const ids = lease.work.map((work) => work.subscriberId)
    const [one, two, three, four] = ids as [never, never, never, never]
    await handOver(
      store,
      lease,
      ids.map((id) => intent(id)),
    )
    await store.ledger.settle(
      lease,
      [
        settlement(one, 'sent', { code: '250', detail: 'ok' }),
        settlement(two, 'failed', { code: '550', detail: 'no', suppress: true }),
        settlement(three, 'retry', { dueAt: now }),
        settlement(four, 'unsent'),
      ],
      now,
    )
    await store.ledger.intend(lease, [intent(three, { attempt: 2 }), intent(four)], {
      leaseMs: longMs,
      now,
      caps: { maxPerDay: 3, maxPerWeek: 9 },
    })
    await store.ledger.renew([lease], longMs)
    await store.ledger.release(lease, { notBefore: null })

    const batch = steps.filter(({ table }) =>
      /^(delivery|event|subscriber|membership|suppression|once|chunk)/.test(table),
    )
    expect(new Set(batch.map(({ table }) => table.replace(/_\d+$|_rest$/, '')))).toEqual(
      new Set(['delivery', 'event', 'subscriber', 'membership', 'suppression', 'once', 'chunk']),
    )
    expect(batch.filter(({ way }) => way === 'Seq Scan')).toEqual([])
    const deliveries = batch.filter(({ table }) => table.startsWith('delivery'))
    const elsewhere = deliveries.filter(({ table }) => table !== 'delivery_202701')
    expect(elsewhere).toEqual([])
    for (const { index, condition } of deliveries) {
      expect(index).toMatch(/^delivery_.*_pkey$/)
      expect(condition).toContain('subscriber_id')
    }
    for (const { condition } of batch.filter(({ table }) => table === 'subscriber'))
      expect(condition).toMatch(/\bid\b/)
    for (const { condition } of batch.filter(({ table }) => table === 'membership'))
      expect(condition).toContain('subscriber_id')
    // A batch is joined by hash: row by row a batch of 500 is compared 250,000 times. But for the one row of a lock.
    const byRow = loops.filter(
      (one) => one.includes('unnest') && !one.includes('pg_advisory_xact_lock_shared'),
    )
    expect(byRow).toEqual([])
  })
})
