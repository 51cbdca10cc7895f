import type { Delivery } from '../../../engine/model/delivery.ts'
import type { CampaignId, Page, PublicationId, TemplateId } from '../../../engine/model/ids.ts'
import type { Kept } from '../../../engine/ports/collection.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { numbersOf, sorted } from '../../contract/store/analytics/numbers.ts'
import { handOver, intent, longMs, moveRun, now, settlement } from '../../contract/store/scene.ts'
import { alertsOf } from './furnish-alerts.ts'

async function all<T>(page: (after: number) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for (let after: number | null = 0; after !== null; ) {
    const next: Page<T> = await page(after)
    rows.push(...next.rows)
    after = next.next
  }
  return rows
}
const limit = 500

/** All that a store's ports tell, and nothing is changed by asking. */
export async function everything(store: Store): Promise<{ readonly [port: string]: readonly unknown[] }> {
  const collection = (name: 'lists' | 'topics' | 'segments' | 'templates' | 'apiKeys' | 'feeds') =>
    all<Kept>((after) => store[name].page({ after, limit }))
  const people = await all((after) => store.subscribers.page({ after, limit }))
  const templates = await collection('templates')
  const feeds = await collection('feeds')
  const users = await all((after) => store.users.page({ after, limit }))
  const campaigns = await all((after) => store.campaigns.page({ after, limit }))
  const publications = await all((after) => store.publications.page({ after, limit }))
  return {
    lists: await collection('lists'),
    topics: await collection('topics'),
    segments: await collection('segments'),
    templates,
    templateVersions: await Promise.all(templates.map(({ id }) => versionsOf(store, id as TemplateId))),
    assets: await all((after) => store.assets.page({ after, limit })),
    apiKeys: await collection('apiKeys'),
    users,
    sessions: await Promise.all(users.map(({ id }) => store.sessions.ofUser(id, now))),
    invited: [await store.tokens.look('cd'.repeat(32), 'invite', now)],
    audit: (await store.audit.page({ before: null, limit })).rows,
    feeds,
    feedStates: await store.feedStates.get(feeds.map(({ id }) => id as never)),
    subscribers: people,
    standing: await Promise.all(people.map(({ id }) => standingOf(store, id))),
    suppressions: await all((after) => store.suppressions.page({ after, limit })),
    items: await all((after) => store.items.page({ after, limit })),
    imports: await all((after) => store.imports.page({ after, limit })),
    campaigns,
    editions: await Promise.all(campaigns.map(({ id }) => editionsOf(store, id))),
    publications: await Promise.all(publications.map(({ id }) => runOf(store, id))),
    events: await all((after) => store.events.page({ after, limit })),
    due: await store.ledger.due({ now, limit }),
    zones: await store.deliveries.timeZones(),
    alerts: [
      await alertsOf(
        store,
        people.map(({ id }) => id),
      ),
    ],
    numbers: [await numbersOf(store), await store.analytics.cursor(), await flowOf(store)],
    presence: [await store.presence.found()],
  }
}

const standingOf = async (store: Store, id: Parameters<Store['subscribers']['memberships']>[0]) => ({
  memberships: await store.subscribers.memberships(id),
  settings: await store.subscriptions.settings(id),
  consents: await all((after) => store.consents.page({ subscriberId: id, after, limit })),
  softBounce: await store.softBounces.get(id),
  confirm: await store.notices.get(id, 'confirm'),
  deliveries: (await all((after) => store.deliveries.ofSubscriber({ subscriberId: id, after, limit }))).map(
    bytesAsHex,
  ),
})

async function flowOf({ audienceFlow }: Store) {
  const ever = { from: 0, to: 1_000_000, every: 1 }
  return {
    kept: await audienceFlow.kept(),
    flow: sorted(await audienceFlow.flow(ever)),
    sizes: sorted(await audienceFlow.sizes({ ...ever, listId: null })),
    cohorts: await audienceFlow.cohorts({ from: 0, to: 999_999 }),
    alertTimes: sorted(await audienceFlow.alertTimes(ever)),
  }
}

/** Some stores give a Buffer, others a bare array. */
const bytesAsHex = (row: Delivery) => ({ ...row, picks: row.picks && Buffer.from(row.picks).toString('hex') })

async function versionsOf({ templates }: Store, templateId: TemplateId) {
  const { rows } = await templates.versions({ templateId, before: null, limit })
  return Promise.all(rows.map(async (head) => [head, await templates.version(templateId, head.version)]))
}

const editionsOf = async (store: Store, campaignId: CampaignId) => ({
  editions: await all((after) => store.editions.page({ campaignId, after, limit })),
  sum: await store.editions.sum(campaignId),
})

const runOf = async (store: Store, publicationId: PublicationId) => ({
  publication: await store.publications.get(publicationId),
  deliveries: (await all((after) => store.deliveries.page({ publicationId, after, limit }))).map(bytesAsHex),
  waitsUntil: await store.deliveries.waitsUntil(publicationId, now),
})

/** Resume a run and send what is left of it; what then stands in the books. */
export async function sendTheRest(store: Store, id: PublicationId): Promise<unknown> {
  await moveRun(store, id, 'running')
  const later = now + 2 * longMs
  for (;;) {
    const chunks = await store.ledger.due({ now: later, limit })
    const [next] = chunks.filter(({ publicationId }) => publicationId === id)
    if (next === undefined) break
    const lease = await store.ledger.lease(next, { owner: 'next', leaseMs: longMs, now: later })
    if (lease === null) throw new Error(`chunk ${next.seq} is not to be had`)
    const intents = lease.work.map(({ subscriberId, attempt }) => intent(subscriberId, { attempt }))
    const granted = await handOver(store, lease, intents)
    const settlements = granted.map((subscriberId) => settlement(subscriberId, 'sent'))
    await store.ledger.settle(lease, settlements, later)
    await store.ledger.release(lease, { notBefore: null })
  }
  const { deliveries } = await runOf(store, id)
  return {
    counts: await store.deliveries.counts(id),
    deliveries: deliveries.map(({ subscriberId, state, attempt, uncertain, code }) => [
      subscriberId,
      state,
      attempt,
      uncertain,
      code,
    ]),
    sent: (await all((after) => store.events.page({ after, limit, publicationId: id, type: 'sent' }))).length,
  }
}

/** Plan the rest of a run's audience; how many it is then. */
export async function planTheRest(store: Store, id: PublicationId): Promise<unknown> {
  for (;;) {
    const progress = await store.ledger.plan(id, { chunkSize: 5, maxChunks: 1 })
    if (progress.done) return progress
  }
}
