import { seeded } from '../app/demo/content/seeded.ts'
import type { CountFacts } from '../engine/analytics/fold.ts'
import { providerOf } from '../engine/analytics/provider.ts'
import type { NewDeliveryEvent, ReadClass } from '../engine/model/event.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../engine/model/ids.ts'
import { dayMs } from '../engine/model/rollup.ts'
import type { Store } from '../engine/ports/store.ts'
import { startRun } from '../test/contract/store/scene.ts'

// A made-up readership: whose addresses are at few large and very many small domains, and what they do with a letter every other day.

export const domains = 50_000
const largest = [
  'gmail.com',
  'yahoo.com',
  'outlook.com',
  'icloud.com',
  'gmx.de',
  'web.de',
  'qq.com',
  't-online.de',
]
export const begin = Date.UTC(2027, 0, 4, 6)
const hourMs = 3_600_000

/** Of rank r a share of 1 / r. */
function createZipf(chance: () => number): () => number {
  const upTo = new Float64Array(domains)
  let sum = 0
  for (let rank = 0; rank < domains; rank += 1) upTo[rank] = sum += 1 / (rank + 1)
  return () => {
    const at = chance() * sum
    let [low, high] = [0, domains - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (upTo[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Those that are there, and new ones up to that many. */
export async function fillPeople(store: Store, count: number): Promise<readonly SubscriberId[]> {
  const ids: SubscriberId[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<Store['subscribers']['page']>> = await store.subscribers.page({
      after,
      limit: 1000,
    })
    ids.push(...page.rows.map(({ id }) => id))
    after = page.next
  }
  const chance = seeded(1)
  const zipf = createZipf(chance)
  const languages = ['en', 'de', 'fr', 'es']
  for (let from = ids.length; from < count; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, count - from) }, (_, i) => {
      const rank = zipf()
      const domain = largest[rank] ?? `mail${rank}.example`
      return { address: `reader${from + i}@${domain}`, language: languages[Math.floor(chance() * 4)]! }
    })
    // They joined over two years.
    const now = begin - Math.floor((1 - from / count) * 730) * dayMs
    for (const { id } of await store.subscribers.upsert(rows, { lists: [], now })) ids.push(id)
  }
  return ids
}

export const facts: CountFacts = {
  variantOf: (_, subscriberId) => (subscriberId % 10 === 0 ? 'holdout' : 'learned'),
  topicsOf: (_, link) => [`topic-${link % 30}`],
  providerOf,
}

/** Of 100 who get a letter: 45 open it (a third of them by a machine of their mail program alone), 6 click, 1 bounces. */
const readers = { opened: 0.45, clicked: 0.06, bounced: 0.01, unsubscribed: 0.002 }
const classes: readonly (readonly [upTo: number, read: ReadClass])[] = [
  [0.4, 'human'],
  [0.72, 'prefetch'],
  [0.92, 'proxy'],
  [0.97, 'scanner'],
  [1, 'unknown'],
]

/** Letters to all of them, one every other day, sent within an hour; and what is done with them, half of it within six hours, in the order
 *  in which it comes. `story` is endless. */
export async function* story(
  store: Store,
  people: readonly SubscriberId[],
): AsyncGenerator<NewDeliveryEvent> {
  const chance = seeded(2)
  // What is still to come, by hour.
  const later = new Map<number, NewDeliveryEvent[]>()
  const hourOf = (at: EpochMs) => Math.floor((at - begin) / hourMs)
  for (let letter = 0; ; letter += 1) {
    const publicationId = await startRun(store, {})
    const start = begin + letter * 2 * dayMs
    for (const [i, subscriberId] of people.entries()) {
      const at = start + Math.floor((i / people.length) * hourMs)
      yield eventOf(publicationId, subscriberId, 'sent', at)
      for (const event of doingsOf(publicationId, subscriberId, at, chance)) {
        const hour = hourOf(event.at)
        const some = later.get(hour) ?? []
        some.push(event)
        later.set(hour, some)
      }
    }
    const next = hourOf(start + 2 * dayMs)
    for (let hour = 0; hour < next; hour += 1) {
      const some = later.get(hour) ?? []
      later.delete(hour)
      for (const event of some.toSorted((a, b) => a.at - b.at)) yield event
    }
  }
}

function* doingsOf(
  publicationId: PublicationId,
  subscriberId: SubscriberId,
  sentAt: EpochMs,
  chance: () => number,
): Generator<NewDeliveryEvent> {
  const soon = () => sentAt + Math.floor(-Math.log2(1 - chance()) * 6 * hourMs)
  if (chance() < readers.bounced)
    yield { ...eventOf(publicationId, subscriberId, 'bounced', soon()), detail: 'soft: mailbox full' }
  else if (chance() < readers.opened) {
    const openedAt = soon()
    const at = chance()
    const by = classes.find(([upTo]) => at < upTo)![1]
    yield { ...eventOf(publicationId, subscriberId, 'opened', openedAt), class: by }
    // Some are found out later.
    if (by === 'human' && chance() < 0.03)
      yield {
        ...eventOf(publicationId, subscriberId, 'opened', openedAt),
        class: 'scanner',
        was: 'human',
        key: `fix:${publicationId}:${subscriberId}`,
      }
    if (chance() < readers.clicked / readers.opened)
      yield {
        ...eventOf(publicationId, subscriberId, 'clicked', openedAt + 20_000),
        class: 'human',
        link: Math.floor(chance() ** 2 * 60),
      }
  } else if (chance() < readers.unsubscribed)
    yield eventOf(publicationId, subscriberId, 'unsubscribed', soon())
}

const eventOf = (
  publicationId: PublicationId,
  subscriberId: SubscriberId,
  type: NewDeliveryEvent['type'],
  at: EpochMs,
): NewDeliveryEvent => ({
  publicationId,
  subscriberId,
  channel: 'smtp',
  type,
  at,
  code: null,
  detail: null,
})
