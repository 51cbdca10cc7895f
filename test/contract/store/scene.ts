import { createHash } from 'node:crypto'
import type { Asset } from '../../../engine/model/asset.ts'
import { type CampaignInput, campaignInputSchema, selectionSchema } from '../../../engine/model/campaign.ts'
import type { ChunkLease, LeasedChunk } from '../../../engine/model/chunk.ts'
import type { ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { type ItemInput, itemInputSchema } from '../../../engine/model/item.ts'
import type { PublicationSpec, PublicationState } from '../../../engine/model/publication.ts'
import { assetPieceBytes } from '../../../engine/ports/assets.ts'
import type { Intent, Settlement } from '../../../engine/ports/ledger.ts'
import type { Store } from '../../../engine/ports/store.ts'

// What tests put into a store. No test runner in here: processes that tests start use it too.

/** The time at which everything happens unless a test says otherwise. */
export const now = 1_800_000_000_000
/** Longer than any test. */
export const longMs = 3_600_000

let made = 0
/** A name nothing else has, not even of another process. */
export const fresh = (prefix: string): string => {
  made += 1
  return `${prefix}-${process.pid}-${made}`
}

export const newList = async (store: Store): Promise<ListId> =>
  (await store.lists.insert({ name: fresh('list'), title: 'A list', description: '' }, now)).id

/** Active subscribers, members of `lists`, in id order. */
export async function newPeople(
  store: Store,
  count: number,
  lists: readonly ListId[],
): Promise<SubscriberId[]> {
  const rows = Array.from({ length: count }, () => ({ address: `${fresh('person')}@example.org` }))
  return (await store.subscribers.upsert(rows, { lists, now })).map((row) => row.id)
}

export const campaignInput = (fields: Partial<CampaignInput> = {}): CampaignInput => ({
  ...campaignInputSchema.parse({
    name: fresh('campaign'),
    title: 'A campaign',
    template: 'letter',
    sender: { address: 'news@example.org' },
    lists: ['everyone'],
  }),
  ...fields,
})

export const itemInput = (fields: Partial<ItemInput> = {}): ItemInput => ({
  ...itemInputSchema.parse({ title: 'An item', url: `https://example.org/${fresh('item')}` }),
  ...fields,
})

export const specOf = (
  fields: Partial<PublicationSpec> & Pick<PublicationSpec, 'campaign'>,
): PublicationSpec => ({
  bundle: {
    template: {
      name: 'letter',
      format: 'html',
      subject: 'Hi',
      preheader: '',
      body: '<p>Hi</p>',
      text: null,
      variants: {},
    },
    partials: {},
  },
  subject: null,
  sender: { address: 'news@example.org', name: '', replyTo: null },
  channel: 'smtp',
  listIds: [],
  excludeListIds: [],
  segments: [],
  excludeSegments: [],
  publications: [],
  excludePublications: [],
  list: { name: 'list', title: 'A list' },
  selection: selectionSchema.parse({}),
  candidates: [],
  topics: {},
  data: {},
  uncertain: 'hold',
  onceKey: null,
  retryUntil: now + longMs,
  autoPauseShare: 0.1,
  autoPauseAfter: 200,
  language: 'en',
  timeZone: 'UTC',
  earlier: [],
  startedAt: now,
  ...fields,
})

/** Bring bytes in, as the engine does. */
export async function putAsset(
  { assetUploads }: Pick<Store, 'assetUploads'>,
  bytes: Uint8Array,
  name: string,
  options = { maxTotalBytes: 1e9, now },
): Promise<{ readonly asset: Asset; readonly created: boolean }> {
  const id = await assetUploads.begin(options.now)
  for (let seq = 0; seq * assetPieceBytes < bytes.length; seq += 1)
    await assetUploads.append(id, seq, bytes.subarray(seq * assetPieceBytes, (seq + 1) * assetPieceBytes))
  const hash = createHash('sha256').update(bytes).digest('hex')
  const facts = { hash, name, type: 'image/png', bytes: bytes.length, width: 3, height: null } as const
  return await assetUploads.seal(id, facts, options)
}

/** A started publication. */
export async function startRun(store: Store, fields: Partial<PublicationSpec>): Promise<PublicationId> {
  const { id, name, title, version } = await store.campaigns.insert(campaignInput(), now)
  const run = { spec: specOf({ ...fields, campaign: { id, name, title } }), month: 202_701 }
  return (await store.campaigns.start(id, version, run, now)).publication.id
}

export async function planAll(store: Store, id: PublicationId, chunkSize = 100): Promise<void> {
  for (;;) if ((await store.ledger.plan(id, { chunkSize, maxChunks: 10 })).done) return
}

/** Move a publication and its campaign, as the engine does. */
export async function moveRun(
  store: Store,
  id: PublicationId,
  state: 'running' | 'paused' | 'cancelled',
): Promise<void> {
  const publication = await store.publications.get(id)
  const campaign = publication === null ? null : await store.campaigns.get(publication.campaignId)
  if (campaign === null) throw new Error(`no campaign of publication ${id}`)
  const moved: { state: PublicationState; finishedAt: number | null } = { state, finishedAt: null }
  const change = { state, reason: null, scheduledAt: null, publication: moved }
  await store.campaigns.change(campaign.id, campaign.version, change, now)
}

/** A publication to `count` people of a list of its own, planned and running. */
export async function newRun(
  store: Store,
  count: number,
  options: { readonly chunkSize?: number; readonly spec?: Partial<PublicationSpec> } = {},
): Promise<{ readonly id: PublicationId; readonly list: ListId; readonly people: readonly SubscriberId[] }> {
  const list = await newList(store)
  const people = await newPeople(store, count, [list])
  const id = await startRun(store, { listIds: [list], ...options.spec })
  await planAll(store, id, options.chunkSize)
  return { id, list, people }
}

export async function mustLease(
  store: Store,
  publicationId: PublicationId,
  seq = 0,
  leaseMs = longMs,
): Promise<LeasedChunk> {
  const lease = await store.ledger.lease({ publicationId, seq }, { owner: 'test', leaseMs, now })
  if (lease === null) throw new Error(`chunk ${publicationId}/${seq} is not to be had`)
  return lease
}

export const intent = (subscriberId: SubscriberId, fields: Partial<Intent> = {}): Intent => ({
  subscriberId,
  attempt: 1,
  state: 'handing',
  code: null,
  detail: null,
  picks: null,
  ...fields,
})

export const settlement = (
  subscriberId: SubscriberId,
  state: Settlement['state'],
  fields: Partial<Settlement> = {},
): Settlement => ({ subscriberId, state, code: null, detail: null, dueAt: null, suppress: false, ...fields })

/** Ask for permission; the ids that got it. */
export async function handOver(
  store: Store,
  lease: ChunkLease,
  intents: readonly Intent[],
): Promise<readonly SubscriberId[]> {
  const result = await store.ledger.intend(lease, intents, { leaseMs: longMs, now })
  if (result.status !== 'granted') throw new Error(`not granted: ${result.status}`)
  return result.granted
}

/** Hand over and settle, for people without a row. */
export async function send(
  store: Store,
  lease: ChunkLease,
  people: readonly SubscriberId[],
  state: Settlement['state'],
  fields: Partial<Settlement> = {},
): Promise<void> {
  await handOver(
    store,
    lease,
    people.map((id) => intent(id)),
  )
  await store.ledger.settle(
    lease,
    people.map((id) => settlement(id, state, fields)),
    now,
  )
}
