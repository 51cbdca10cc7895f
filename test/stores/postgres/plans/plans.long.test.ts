import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../../app/demo/servers/postgres.ts'
import type { ListId } from '../../../../engine/model/ids.ts'
import type { ResolvedRule } from '../../../../engine/model/segment.ts'
import { openPostgresStore, type PostgresStore } from '../../../../stores/postgres/open.ts'
import { mustLease, now, planAll, send, startRun } from '../../../contract/store/scene.ts'
import { planCases } from './cases.ts'
import { fillCrowd } from './crowd.ts'
import { indexesIn, keptStepsOf, monthsIn, type Step, statementsOf, stepsOf, walksIn } from './plan.ts'

const people = 1_000_000

describe(`plans at ${people.toLocaleString('en-US')} subscribers`, () => {
  let server: PostgresServer
  let store: PostgresStore
  let client: Client
  beforeAll(async () => {
    server = await startPostgres({ settings: { shared_buffers: '256MB', max_wal_size: '4GB' } })
    store = await openPostgresStore({ url: server.url })
    await fillCrowd(server.url, people)
    client = new Client(server.url)
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await store.close()
    await server.drop()
  })

  test.each(planCases)('$name', async ({ ask, uses, months }) => {
    const statements = await statementsOf(() => ask(store))
    const steps: Step[] = []
    for (const statement of statements)
      steps.push(...(await stepsOf(statement, client, { run: months !== undefined })))
    for (const index of uses) expect(indexesIn(steps)).toContainEqual(expect.stringMatching(index))
    expect(walksIn(steps)).toEqual([])
    if (months !== undefined) expect(monthsIn(steps).filter((month) => !months.includes(month))).toEqual([])
    for (const statement of statements.filter(({ kept }) => kept))
      expect(walksIn(await keptStepsOf(statement, client))).toEqual([])
  })

  test('a count that no index answers is taken in ranges of ids, whatever an index promises', async () => {
    const common: ResolvedRule = { is: 'topic', topic: 'news', op: '>=', weight: 0.5 }
    const audience = { lists: [], excludeLists: [], segments: [common] }
    const statements = await statementsOf(() => store.deliveries.count(audience, { budgetMs: 100 }))
    const steps: Step[] = []
    for (const statement of statements) steps.push(...(await stepsOf(statement, client)))
    expect([...new Set(indexesIn(steps))].sort()).toEqual(['subscriber_active', 'subscriber_pkey'])
    expect(walksIn(steps)).toEqual([])
  })

  test('nothing that a campaign does for a batch reads a large table from end to end', async () => {
    const statements = await statementsOf(async () => {
      const id = await startRun(store, {
        listIds: [3 as ListId],
        excludeListIds: [9 as ListId],
        onceKey: 'k',
      })
      await planAll(store, id)
      const lease = await mustLease(store, id)
      const people = lease.work.map(({ subscriberId }) => subscriberId)
      await store.deliveries.recipients(people)
      await send(store, lease, people.slice(0, 50), 'sent')
      await send(store, lease, people.slice(50), 'failed', { suppress: true })
      await store.ledger.retry(id, { states: ['failed'], now })
      await store.ledger.release(lease, { notBefore: null })
    })
    expect(statements.length).toBeGreaterThan(20)
    for (const statement of statements) {
      const walks = walksIn(await stepsOf(statement, client))
      expect({ text: statement.text, walks }).toEqual({ text: statement.text, walks: [] })
    }
  })
})
