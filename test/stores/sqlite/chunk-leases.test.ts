import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { addFunctions } from '../../../stores/sqlite/audience/functions.ts'
import { migrate } from '../../../stores/sqlite/migrations/index.ts'
import { createGivenOut, createPorts } from '../../../stores/sqlite/ports.ts'
import { now, specOf } from '../../contract/store/scene.ts'
import { tempFolder } from '../support/folder.ts'

test('a chunk that was given back by a transaction which was rolled back is still had', () => {
  const db = new SqliteDatabase(join(tempFolder(), 'store.db'))
  addFunctions(db)
  migrate(db, 'store.db')
  const givenOut = createGivenOut(() => performance.now())
  const ports = createPorts(db, givenOut)
  /** As the writer's thread goes about a group. */
  const within = <T>(end: 'COMMIT' | 'ROLLBACK', work: () => T): T => {
    db.exec('BEGIN')
    const result = work()
    db.exec(end)
    givenOut.chunks.ended(end === 'COMMIT')
    return result
  }
  const lease = within('COMMIT', () => {
    const list = ports.lists.insert({ name: 'a', title: 'A', description: '' }, now)
    ports.subscribers.upsert([{ address: 'ada@example.org' }], { lists: [list.id], now })
    const campaign = ports.campaigns.insert({ name: 'c' } as never, now)
    const spec = specOf({ listIds: [list.id], campaign: { id: campaign.id, name: 'c', title: 'C' } })
    const { publication } = ports.campaigns.start(campaign.id, 1, { spec, month: 202_701 }, now)
    ports.ledger.plan(publication.id, { chunkSize: 2, maxChunks: 5 })
    return ports.ledger.lease({ publicationId: publication.id, seq: 0 }, { owner: 'x', leaseMs: 60_000, now })
  })
  if (lease === null) throw new Error('no chunk')
  const release = () => ports.ledger.release(lease, { notBefore: null })
  const lost = within('ROLLBACK', () => [release(), release()])
  expect(lost[0]).not.toBeNull()
  // Within the transaction it is given back.
  expect(lost[1]).toBeNull()
  expect(within('COMMIT', release)).not.toBeNull()
  expect(within('COMMIT', release)).toBeNull()
  db.close()
})
