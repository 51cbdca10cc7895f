import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { fold, needsOf } from '../../../engine/analytics/fold.ts'
import type { ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { plainPreferences } from '../../../stores/rules/follow.ts'
import { addFunctions } from '../../../stores/sqlite/audience/functions.ts'
import { migrate } from '../../../stores/sqlite/migrations/index.ts'
import { createPorts } from '../../../stores/sqlite/ports.ts'
import { followOf, notificationOf, reopenMs, reportOf } from '../../contract/store/alerts/scene.ts'
import { facts } from '../../contract/store/analytics/roll.ts'
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
      ports.events.page({ after: 0, limit: 5, reads: true })
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
    expect(walksOf(plans)).toEqual([])
    // The recipients of one batch are put in order; nothing else is.
    expect(sortsOf(plans).filter((step) => !step.includes('json_group_array'))).toEqual([])
  })

  test('nothing that alerts do walks a table, nor sorts what is not given', () => {
    const plans = plansOf((ports) => {
      const people = ports.subscribers.upsert(
        ['a', 'b', 'c', 'd'].map((name) => ({ address: `${name}@example.org` })),
        { lists: [], now },
      )
      for (const { id } of people) ports.follows.insert(id, followOf(), now)
      const follows = ports.follows.page({ after: 0, limit: 9 }).rows.map(({ id }) => id)
      const accepted = ports.alerts.accept([reportOf(), reportOf()], { now, reopenMs })
      const [first, second] = accepted.map(({ alert }) => alert!.id)
      ports.alerts.unheard(9)
      ports.alerts.page({ after: 0, limit: 9, open: true })
      ports.alerts.page({ after: 9, limit: 9, key: 'k' })
      ports.alerts.get([first!, second!])
      const held = [{ followId: follows[3]!, dueAt: now, code: 'digest' as const }]
      const alertIds = [first!, second!]
      const rooms = [1, 2].map((n) => ({ channel: 'slack', room: `r${n}` }))
      const people3 = Uint32Array.from(follows.slice(0, 3))
      const decision = {
        heard: [{ id: first!, version: 1 }],
        moves: [{ id: second!, version: 1, change: { state: 'escalated' as const } }],
        groups: [{ key: 'a', version: 0, value: 1 }],
        notifications: [notificationOf({ group: 'a', rooms, people: people3, held, alertIds })],
        digested: [],
      }
      const take = { limit: 2, leaseMs: 0 }
      const told = ports.desk.commit(decision, { now, take })
      if (told.status !== 'done') throw new Error(told.status)
      const [{ id, postings }] = told.notifications as [(typeof told.notifications)[number]]
      ports.desk.groups({ after: '', limit: 9 })
      ports.postings.unfinished(9)
      ports.postings.take(id, { limit: 2, leaseMs: 1000, now })
      const outcome = { code: null, detail: null, dueAt: now, receipt: 'r', suppress: true } as const
      ports.postings.settle([{ ...postings[0]!, ...outcome, state: 'retry' }], now)
      const claimed = ports.postings.claim({ limit: 9, leaseMs: 1000, now })
      ports.postings.settle(
        claimed.map((one) => ({ ...one, ...outcome, state: 'failed' })),
        now,
      )
      const digested = ports.desk.heldDue({ now, limit: 1 }).map(({ posting }) => posting)
      const next = [{ key: 'a', version: 1, value: null }]
      ports.desk.commit({ ...decision, heard: [], moves: [], groups: next, digested }, { now, take })
      ports.notifications.get([id])
      ports.notifications.page({ after: 0, limit: 9, group: 'a' })
      ports.notifications.page({ after: 0, limit: 9, alertId: first! })
      ports.notifications.postings({ notificationId: id, after: null, limit: 9 })
      ports.notifications.postings({ subscriberId: people[0]!.id, after: 0, limit: 9 })
      ports.follows.changes({ since: 0, limit: 9 })
      ports.follows.page({ after: 0, limit: 9, subscriberId: people[0]!.id })
      ports.follows.update(follows[0]!, 1, followOf(), now)
      ports.follows.remove(follows[1]!, now)
      ports.followPreferences.set(people[0]!.id, plainPreferences, now)
      ports.followPreferences.of(people.map((person) => person.id))
      ports.alerts.remove({ before: now + 1, limit: 9 })
      ports.notifications.removeSome({ before: now + 1, limit: 9 })
    })
    expect(plans.length).toBeGreaterThan(20)
    // Of indexes of a few rows all may be read: of what is open, unheard, not yet sent.
    const few = /INDEX (alert_unheard|alert_open|notification_unfinished|posting_(handing|due|held))$/
    expect(walksOf(plans).filter((step) => !few.test(step))).toEqual([])
    expect(sortsOf(plans)).toEqual([])
  })

  test('nothing that is counted, or asked of numbers, walks a table', () => {
    const plans = plansOf((ports) => {
      const rows = ['a', 'b'].map((name) => ({ address: `${name}@example.org` }))
      const [first, second] = ports.subscribers.upsert(rows, { lists: [], now }).map(({ id }) => id)
      const publicationId = 1 as PublicationId
      const event = { publicationId, channel: 'smtp', at: now, code: null, detail: null }
      ports.events.append(
        (['sent', 'opened', 'clicked'] as const).map((type) => ({
          ...event,
          subscriberId: first!,
          type,
          class: type === 'sent' ? null : 'human',
          key: type,
        })),
      )
      const count = () => {
        const { cursor, events } = ports.rollups.next(9)
        return ports.rollups.apply(fold(cursor, events, ports.rollups.known(needsOf(events)), facts))
      }
      if (!count()) throw new Error('not counted')
      const taken = { type: 'opened', class: 'scanner', was: 'human', link: null } as const
      ports.events.append([
        { ...event, ...taken, subscriberId: first! },
        { ...event, ...taken, subscriberId: second! },
      ])
      if (!count()) throw new Error('not counted')
      const one = { publicationIds: [publicationId], byPublication: true }
      for (const publications of [one, { publicationIds: null, byPublication: false }])
        for (const dimension of ['all', 'domain', 'topic'] as const)
          for (const byDay of [true, false])
            ports.analytics.counts({ ...publications, dimension, byDay, from: 1, to: 9, top: 5 })
      ports.analytics.people({ ...one, dimension: 'domain', top: 5 })
      ports.analytics.people({ ...one, dimension: 'link' })
      ports.analytics.quarters({ ...one, from: 1, to: 9 })
      ports.analytics.cohorts({ from: 1, to: 9 })
      ports.analytics.score(first!)
      ports.analytics.cursor()
      ports.rollups.forget({ before: now, limit: 9 })
    })
    expect(plans.length).toBeGreaterThan(15)
    // The days that there are, and their values, are written out; publications are few.
    expect(walksOf(plans).filter((step) => !/^SCAN (d$|v VIRTUAL|p$)/.test(step))).toEqual([])
    expect(plans).toContain(
      'SEARCH c USING PRIMARY KEY (publication_id=? AND dimension=? AND day=? AND value=?)',
    )
    expect(plans).toContain(
      'SEARCH rollup_people USING PRIMARY KEY (publication_id=? AND dimension=? AND value=?)',
    )
  })
})

const walksOf = (plans: readonly string[]) =>
  plans.filter((step) => /^SCAN (?!j\b|wanted\b|json_each|\d+.ROW|CONSTANT|\(subquery)/.test(step))
const sortsOf = (plans: readonly string[]) => plans.filter((step) => step.includes('TEMP B-TREE'))
