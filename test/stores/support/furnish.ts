import { hourOf } from '../../../engine/model/audience-flow.ts'
import { bareProof } from '../../../engine/model/consent.ts'
import { feedInputSchema } from '../../../engine/model/feed.ts'
import type { ItemId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import { newUser } from '../../../engine/model/user.ts'
import { assetPieceBytes } from '../../../engine/ports/assets.ts'
import type { BucketRequest } from '../../../engine/ports/buckets.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { rollUp } from '../../contract/store/analytics/roll.ts'
import {
  campaignInput,
  fresh,
  handOver,
  intent,
  itemInput,
  longMs,
  moveRun,
  mustLease,
  newList,
  newPeople,
  newRun,
  now,
  putAsset,
  send,
  specOf,
  startRun,
} from '../../contract/store/scene.ts'
import { furnishAlerts } from './furnish-alerts.ts'

// Where escaping goes wrong, if it does.
const odd = 'tab\there, line\nthere, \\N, {a,"b"}, it\'s Ünïcode 𝄞 \u2028 and\r\nmore'

export interface Furnished {
  /** A run in the middle of itself, with chunks that were leased when their process went away. */
  readonly paused: PublicationId
  /** Runs that are paused while their audience is being planned: of a list, and by a rule. */
  readonly planning: readonly PublicationId[]
  /** Of somebody who was erased. */
  readonly erased: string
  readonly bucket: BucketRequest
  /** Claimed, and answered. */
  readonly replies: readonly [string, string]
}

/** Something of everything that a store keeps, in every state that it may be left in. */
export async function furnish(store: Store): Promise<Furnished> {
  const proof = { ...bareProof('form', now), ip: '192.0.2.1', userAgent: odd, words: odd }
  const lists = [await newList(store), await newList(store)]
  await store.lists.remove(lists[1]!)
  const list = lists[0]!
  await store.topics.insert({ name: fresh('topic'), title: odd, description: '' }, now)
  await store.segments.insert(
    { name: fresh('segment'), title: odd, description: '', rule: 'everyone', tree: { is: 'everyone' } },
    now,
  )
  const template = templateInputSchema.parse({ name: fresh('t'), subject: odd, body: odd })
  const { id: templateId } = await store.templates.insert(template, now, odd)
  await store.templates.update(templateId, 1, { ...template, body: 'x' }, now + 1)
  const key = await store.apiKeys.insert({ name: fresh('key'), hash: 'ab'.repeat(32) }, now)
  await store.apiKeys.used(key.id, now)
  await furnishAccess(store)
  const feed = await store.feeds.insert(
    feedInputSchema.parse({ name: fresh('feed'), url: 'https://site.example/feed', topics: ['news'] }),
    now,
  )
  await store.feedStates.put({
    feedId: feed.id,
    url: feed.url,
    etag: odd,
    lastModified: null,
    nextAt: now + 1000,
    intervalMs: 900_000,
    lastFetchedAt: now,
    failures: 2,
    lastError: odd,
    lastItemAt: null,
    movedTo: null,
    itemsSeen: 12,
  })
  await store.items.upsert(
    [
      itemInput({ topics: ['news', 'sea'], popularity: 0.1, title: odd, summary: odd }),
      itemInput({ topics: [], popularity: 1e-7 }),
    ],
    now,
  )
  const erased = await furnishPeople(store, list, proof)
  await furnishImports(store)
  const runs = await furnishRuns(store)
  const link = (n: number, url: string) => ({
    key: `key-${n}`,
    url: `https://site.example/${url}`,
    itemId: null,
  })
  await store.links.put(runs.paused, [link(1, odd), { ...link(2, ''), itemId: 1 as ItemId }])
  const bucket = { key: `domain:${odd}`, perSecond: 3, burst: 7, want: 5 }
  await store.buckets.take([bucket], now)
  const replies = [fresh('reply'), fresh('reply')] as const
  for (const key of replies) await store.replies.claim({ key, fingerprint: 'f', now, expiresAt: now + 9 })
  await store.replies.save(replies[1], { status: 201, body: JSON.stringify({ odd }) }, now + 9)
  await furnishAlerts(store, odd)
  await furnishNumbers(store)
  await store.audienceFlow.keep(await store.audienceFlow.look({ from: hourOf(now) - 1, to: hourOf(now) + 1 }))
  await furnishModels(store)
  await furnishAssets(store)
  await store.presence.beat(now)
  return { ...runs, erased, bucket, replies }
}

/** One of two pieces with two names, and an upload that was never finished. */
async function furnishAssets(store: Store): Promise<void> {
  const bytes = Buffer.alloc(assetPieceBytes + 10, 7)
  for (const name of ['logo.png', 'Logo-2026.png']) await putAsset(store, bytes, name)
  await store.assetUploads.begin(now)
}

async function furnishModels(store: Store): Promise<void> {
  const people = await newPeople(store, 2, [])
  const affinities = people.map((subscriberId) => ({
    subscriberId,
    weights: '{ "climate": 0.250 }',
    tallies: `[[1, 0.50, ${now}], {}]`,
  }))
  for (const note of ['first', odd]) {
    const { revision } = await store.models.draft()
    const state = JSON.stringify({ odd, note }, null, 1)
    await store.softBounces.put({ subscriberId: people[0]!, score: 1.7320508075688772, at: now }, null)
    await store.models.commit({ revision, cursor: 3, state, affinities, snapshot: { note }, now })
  }
}

/** What is read, and counted but for the last event. */
async function furnishNumbers(store: Store): Promise<void> {
  const { id: publicationId, people } = await newRun(store, 3)
  await moveRun(store, publicationId, 'cancelled')
  const told = people.flatMap((subscriberId) =>
    (['sent', 'opened', 'clicked'] as const).map((type) => ({ subscriberId, type })),
  )
  const plain = { publicationId, channel: 'smtp', at: now, code: null, detail: null }
  await store.events.append(
    told.map(({ subscriberId, type }) => ({
      ...plain,
      subscriberId,
      type,
      class: type === 'sent' ? null : 'human',
      link: type === 'clicked' ? 1 : null,
      key: fresh('told'),
    })),
  )
  await rollUp(store)
  await store.events.append([{ ...plain, subscriberId: people[0]!, type: 'opened', class: 'proxy' }])
}

async function furnishPeople(
  store: Store,
  list: Awaited<ReturnType<typeof newList>>,
  proof: ReturnType<typeof bareProof>,
): Promise<string> {
  const row = {
    address: `${fresh('ü')}@example.org`,
    name: odd,
    language: 'de',
    timeZone: 'Europe/Berlin',
    attributes: {
      city: 'CAFE\u0301',
      b: [odd, 1, null, { deep: 'Ä' }],
      a: 1e21,
      10: true,
      ['__proto__']: 'own',
    },
    topics: { sea: 0.30000000000000004, news: 1 },
  }
  const others = Array.from({ length: 3 }, () => ({ address: `${fresh('p')}@example.org` }))
  const [first, left, asked, erased] = (
    await store.subscribers.upsert([row, ...others], { lists: [list], now, proof })
  ).map(({ id }) => id) as [SubscriberId, SubscriberId, SubscriberId, SubscriberId]
  await store.subscribers.leave({ id: left, lists: 'all', publicationId: null, now, proof })
  await store.subscriptions.persist({
    id: first,
    from: 'active',
    to: 'paused',
    settings: { maxPerWeek: 2, tracking: 'denied', pausedUntil: now + longMs },
    consents: [{ ...proof, kind: 'pause', lists: [] }],
    now,
  })
  await store.notices.put({
    subscriberId: asked,
    kind: 'confirm',
    askedAt: now,
    expiresAt: now + longMs,
    dueAt: now,
    lists: [list],
    fields: { name: odd },
  })
  await store.notices.claim({ now, leaseMs: longMs, limit: 1 })
  await store.subscriptions.erase({ id: erased, remember: true, proof, now })
  await store.suppressions.add(
    [
      { address: '@example.net', reason: 'import', detail: null },
      { address: 'x@example.org', reason: 'manual', detail: odd },
    ],
    now,
  )
  await store.suppressions.remove('x@example.org')
  return others[2]!.address
}

async function furnishImports(store: Store): Promise<void> {
  const begin = () => store.imports.begin({ kind: 'items', name: odd, settings: { map: { odd } }, now })
  const { id } = await begin()
  const step = { after: 0, rows: 3, rejected: 1, bytes: 100, digest: 'ab' }
  await store.imports.commit(id, step, { kind: 'items', rows: [itemInput(), itemInput()] }, now)
  await store.imports.end(id, { state: 'interrupted', detail: odd, report: { odd } }, now)
  await begin()
}

/** Campaigns in their states, and deliveries in theirs. */
async function furnishRuns(store: Store): Promise<Pick<Furnished, 'paused' | 'planning'>> {
  await store.campaigns.insert(campaignInput({ title: odd, data: { odd } }), now)
  const { id: paused, people } = await newRun(store, 60, { chunkSize: 10, spec: { onceKey: 'spring' } })
  const states = ['sent', 'failed', 'retry', 'unknown'] as const
  for (const [seq, state] of states.entries()) {
    const lease = await mustLease(store, paused, seq)
    const own = people.slice(seq * 10, seq * 10 + 10)
    const dueAt = state === 'retry' ? now + longMs : null
    await send(store, lease, own.slice(0, 8), state, { code: '250', detail: odd, dueAt })
    if (seq > 0) await store.ledger.release(lease, { notBefore: now + 1 })
  }
  // Killed while a letter was on the wire, with picks; and with chunk 0 in its hands, too.
  const leased = await mustLease(store, paused, 4)
  const picks = Buffer.from([0, 9, 10, 13, 92, 255])
  await handOver(store, leased, [intent(people[40]!, { picks }), intent(people[41]!)])
  await store.ledger.intend(leased, [intent(people[42]!, { state: 'skipped', code: 'too_few_items' })], {
    leaseMs: longMs,
    now,
  })
  await moveRun(store, paused, 'paused')

  // Two months, finished and planned in part by a rule.
  const { id: other, list } = await newRun(store, 3)
  const ruled = await startRun(store, { segments: [{ is: 'everyone' }], publications: [other] })
  await store.ledger.plan(ruled, { chunkSize: 5, maxChunks: 1 })
  await pauseCampaignOf(store, ruled)
  const listed = await startRun(store, { listIds: [list] })
  await store.ledger.plan(listed, { chunkSize: 1, maxChunks: 1 })
  await pauseCampaignOf(store, listed)
  await moveRun(store, other, 'cancelled')
  await furnishEditions(store)
  return { paused, planning: [listed, ruled] }
}

/** As a pause leaves a run that is still being planned. */
async function pauseCampaignOf(store: Store, id: PublicationId): Promise<void> {
  const publication = await store.publications.get(id)
  const campaign = await store.campaigns.get(publication!.campaignId)
  await store.campaigns.change(
    campaign!.id,
    campaign!.version,
    { state: 'paused', reason: odd, scheduledAt: null },
    now,
  )
}

async function furnishEditions(store: Store): Promise<void> {
  const { id, name, title, version } = await store.campaigns.insert(
    campaignInput({ repeat: { cron: '0 7 * * *', timeZone: 'UTC', until: null, count: null } }),
    now,
  )
  const { campaign, publication } = await store.campaigns.start(
    id,
    version,
    {
      spec: specOf({ campaign: { id, name, title }, localTime: now }),
      month: 202_702,
      edition: { dueAt: now, next: now + longMs, skipped: [{ dueAt: now - 1, reason: odd }] },
    },
    now,
  )
  await store.events.append([
    {
      publicationId: publication.id,
      subscriberId: 1 as SubscriberId,
      channel: 'smtp',
      type: 'opened',
      at: now - 90 * 86_400_000,
      code: null,
      detail: odd,
    },
  ])
  await store.campaigns.change(
    id,
    campaign.version,
    {
      state: 'scheduled',
      reason: null,
      scheduledAt: now + longMs,
      publication: { state: 'finished', finishedAt: now },
    },
    now,
  )
}

async function furnishAccess({ users, sessions, tokens, audit }: Store): Promise<void> {
  const input = { name: `${fresh('owner')}@example.org`, fullName: odd, role: 'owner' } as const
  const totp = { secret: 'sealed', lastStep: 59_000_000, confirmedAt: now }
  const owner = await users.insert({ ...newUser(input), totp, recoveryCodes: ['ab'] }, now)
  await sessions.open({
    userId: owner.id,
    hash: 'ef'.repeat(32),
    createdAt: now,
    expiresAt: now + longMs,
    address: '2001:db8::1',
    userAgent: odd,
  })
  await tokens.put({ hash: 'cd'.repeat(32), purpose: 'invite', subject: '7', expiresAt: now + longMs })
  await audit.append([
    {
      at: now,
      caller: { kind: 'user', id: String(owner.id), name: owner.name },
      action: 'user.add',
      subject: 'user/7',
      outcome: 'done',
      requestId: null,
      address: null,
      detail: { note: odd, first: true },
    },
  ])
}
