import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenedStore, openStore } from '../../../../stores/open.ts'
import { makeDatabase } from '../database.ts'
import { planCases } from './cases.ts'
import { fillCrowd } from './crowd.ts'
import { indexesIn, monthsIn, type Step, statementsOf, stepsOf } from './plan.ts'

// With few people every index is a detour: plans.long.test.ts lets the planner choose among 1,000,000.
describe('the indexes fit what is asked', () => {
  let database: Awaited<ReturnType<typeof makeDatabase>>
  let store: OpenedStore
  let client: Client
  beforeAll(async () => {
    database = await makeDatabase()
    client = new Client(database.url)
    await client.connect()
    await client.query(`ALTER DATABASE ${client.database} SET enable_seqscan = off`)
    await client.query('SET enable_seqscan = off')
    store = await openStore(database.url)
    await fillCrowd(database.url, 10_000)
  })
  afterAll(async () => {
    await client.end()
    await store.close()
    await database.drop()
  })

  test.each(planCases)('$name', async ({ ask, uses, months }) => {
    const steps: Step[] = []
    for (const statement of await statementsOf(() => ask(store)))
      steps.push(...(await stepsOf(statement, client, { run: months !== undefined })))
    for (const index of uses) expect(indexesIn(steps)).toContainEqual(expect.stringMatching(index))
    if (months !== undefined) expect(monthsIn(steps).filter((month) => !months.includes(month))).toEqual([])
  })
})
