import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../../engine/log.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import { topDomains } from '../../../stores/postgres/analytics/top-domains.ts'
import { type Connection, connect } from '../../../stores/postgres/database/connect.ts'
import { largest } from '../../../stores/rules/rollup.ts'
import { makeDatabase } from './database.ts'

let database: Awaited<ReturnType<typeof makeDatabase>>
let connection: Connection
beforeAll(async () => {
  database = await makeDatabase()
  connection = connect({ url: database.url, connections: 1, log: silentLog })
})
afterAll(async () => {
  await connection.close()
  await database.drop()
})

// Domains that one publication has alone, and domains that all may have: those that are nowhere among the first may be the
// largest of all together.
const sizes = (most: number) =>
  fc.array(fc.oneof({ weight: 30, arbitrary: fc.nat({ max: most }) }, fc.constantFrom(0, 64, 4096)), {
    maxLength: 40,
    size: 'max',
  })
const publication = fc.record({ own: sizes(255), shared: sizes(160) })

test('the largest domains of several publications are those of their sums, however they are spread', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(publication, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      async (publications, top) => {
        const rows = publications.flatMap(({ own, shared }, i) => [
          ...own.map((n, k) => [i + 1, `own${k}.p${i}.example`, n] as const),
          ...shared.map((n, k) => [i + 1, `shared${k}.example`, n] as const),
        ])
        await connection.db.run('TRUNCATE rollup_domain')
        await connection.db.run(
          `INSERT INTO rollup_domain (publication_id, domain, sent)
           SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[])`,
          [rows.map(([id]) => id), rows.map(([, domain]) => domain), rows.map(([, , n]) => n)],
        )
        const ids = publications.map((_, i) => (i + 1) as PublicationId)
        const sums = new Map<string, number>()
        for (const [, domain, n] of rows) sums.set(domain, (sums.get(domain) ?? 0) + n)
        const expected = largest(
          [...sums].filter(([, n]) => n > 0),
          top,
        )
        expect(await topDomains(connection.db, ids, top)).toEqual([...expected])
      },
    ),
    { numRuns: 150 },
  )
})
