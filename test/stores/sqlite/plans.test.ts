import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { addFunctions } from '../../../stores/sqlite/audience/functions.ts'
import { migrate } from '../../../stores/sqlite/migrations/index.ts'
import { createPorts } from '../../../stores/sqlite/ports.ts'
import { intent, now, settlement, specOf } from '../../contract/store/scene.ts'
import { tempFolder } from '../support/folder.ts'

/** How SQLite goes about every statement that `use` runs. */
function plansOf(use: (ports: ReturnType<typeof createPorts>) => void): string[] {
  const statements = new Set<string>()
  const db = new SqliteDatabase(join(tempFolder(), 'plans.db'), {
    verbose: (text) => statements.add(String(text)),
  })
  addFunctions(db)
  migrate(db, 'plans.db')
  statements.clear()
  use(createPorts(db))
  const read = [...statements].filter((text) => /^\s*(SELECT|UPDATE|DELETE|INSERT)/.test(text))
  const plans = read.flatMap((text) =>
    db
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map((step) => step.detail),
  )
  db.close()
  return [...new Set(plans)]
}

describe('plans', () => {
  test('nothing that a campaign does for each batch walks a table or sorts', () => {
    const plans = plansOf((ports) => {
      const list = ports.lists.insert({ name: 'a', title: 'A', description: '' }, now)
      const lists = [list.id, 77 as ListId]
      const rows = ['a', 'b', 'c'].map((name) => ({ address: `${name}@example.org` }))
      ports.subscribers.upsert(rows, { lists: [list.id], now })
      ports.subscribers.upsert(
        rows.map((row) => ({ ...row, name: 'N' })),
        { lists: [list.id], now },
      )
      const campaign = ports.campaigns.insert({ name: 'c' } as never, now)
      const run = { listIds: lists, excludeListIds: [88 as ListId], onceKey: 'k' }
      const spec = specOf({ ...run, campaign: { id: campaign.id, name: 'c', title: 'C' } })
      const { publication } = ports.campaigns.start(campaign.id, 1, { spec, month: 202_701 }, now)
      ports.ledger.plan(publication.id, { chunkSize: 2, maxChunks: 5 })
      ports.ledger.due({ now, limit: 5 })
      const lease = ports.ledger.lease(
        { publicationId: publication.id, seq: 0 },
        { owner: 'x', leaseMs: 1000, now },
      )
      if (lease === null) throw new Error('no chunk')
      const ids = [1, 2] as SubscriberId[]
      ports.ledger.intend(
        lease,
        ids.map((id) => intent(id, { picks: new Uint8Array(3) })),
        { leaseMs: 1000, now },
      )
      ports.ledger.settle(
        lease,
        [
          settlement(ids[0] as SubscriberId, 'sent'),
          settlement(ids[1] as SubscriberId, 'failed', { suppress: true }),
        ],
        now,
      )
      ports.ledger.retry(publication.id, { states: ['failed', 'unknown'], now })
      ports.ledger.release(lease, { notBefore: null })
      ports.deliveries.recipients(ids)
      ports.deliveries.seen([publication.id, 9 as PublicationId], ids)
      for (const state of ['failed', 'unknown', 'skipped'] as const)
        ports.deliveries.page({ publicationId: publication.id, state, after: 0, limit: 5 })
      ports.deliveries.counts(publication.id)
      ports.publications.get(publication.id)
      ports.subscribers.page({ after: 0, limit: 5, list: list.id, status: 'active' })
      ports.subscribers.leave({
        id: ids[0] as SubscriberId,
        lists: 'all',
        publicationId: publication.id,
        now,
      })
      ports.events.page({ after: 0, limit: 5, publicationId: publication.id })
      ports.events.page({
        after: 0,
        limit: 5,
        publicationId: publication.id,
        subscriberId: ids[0] as SubscriberId,
      })
      ports.buckets.take([{ key: 'a', perSecond: 1, burst: 1, want: 1 }], now)
      ports.replies.claim({ key: 'k', fingerprint: 'f', now, expiresAt: now + 1 })
      ports.replies.sweep(now)
    })
    expect(plans.length).toBeGreaterThan(20)
    const walks = plans.filter((step) => /^SCAN (?!j\b|json_each|\d+.ROW|CONSTANT|\(subquery)/.test(step))
    expect(walks).toEqual([])
    // The recipients of one batch are put in order; nothing else is.
    const sorts = plans.filter((step) => step.includes('TEMP B-TREE') && !step.includes('json_group_array'))
    expect(sorts).toEqual([])
  })
})
