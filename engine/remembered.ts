import { type Caches, policies, type Space } from './cache/caches.ts'
import { type RememberedItems, rememberItems } from './cache/items.ts'
import { watchStore } from './cache/watched-store.ts'
import type { Clock } from './clock.ts'
import type { EngineConfig } from './config.ts'
import type { Models } from './delivery/ranking.ts'
import type { PickView } from './delivery/rehearsal.ts'
import { todaysPicks } from './delivery/todays-picks.ts'
import type { TrackingConsent } from './model/consent.ts'
import type { PublicationId, SubscriberId } from './model/ids.ts'
import type { Link } from './model/link.ts'
import type { Store } from './ports/store.ts'
import { type PersonView, viewsOf } from './subscriptions/person.ts'

/** What this node remembers of its store, and the store that forgets it for every write. Nothing of it is for the sending of letters:
 *  consent, suppressions and what a letter is made from are read where the ledger writes. */
export interface Remembered {
  readonly store: Store
  /** All that a preferences page shows. */
  readonly people: Space<SubscriberId, PersonView>
  /** What people said to being read; nothing for who was erased. In this process alone: a campaign's readers come once or twice each,
   *  and a million of them in Redis would take room from the queue. */
  readonly tracking: Space<SubscriberId, TrackingConsent>
  /** Where the letters of a publication lead. */
  readonly links: Space<PublicationId, readonly Link[]>
  /** Items to choose from, for what is shown and not sent. */
  readonly items: RememberedItems
  /** What a letter with the usual settings would hold for a person now. */
  readonly picks: Space<SubscriberId, readonly PickView[]>
}

export function createRemembered(parts: {
  readonly config: Pick<EngineConfig, 'ranking'>
  readonly caches: Caches
  readonly store: Store
  readonly models: Models
  readonly clock: Clock
}): Remembered {
  const { config, caches, store: bare, models, clock } = parts
  const people = caches.space<SubscriberId, PersonView>({
    name: 'preferences.people',
    policy: policies.preferences,
    load: (ids) => viewsOf(bare, ids),
  })
  const tracking = caches.space<SubscriberId, TrackingConsent>({
    name: 'preferences.tracking',
    policy: policies.preferences,
    shared: false,
    maxEntries: 20_000,
    maxBytes: 8 * 2 ** 20,
    load: (ids) => trackingOf(bare, ids),
  })
  const links = caches.space<PublicationId, readonly Link[]>({
    name: 'content.links',
    policy: policies.content,
    async load(ids) {
      const tables = await Promise.all(ids.map((id) => bare.links.get(id)))
      return new Map(ids.map((id, i) => [id, tables[i]!]))
    },
  })
  const items = rememberItems({ caches, items: bare.items, clock })

  const picks = caches.space<SubscriberId, readonly PickView[]>({
    name: 'personalisation.picks',
    policy: policies.personalisation,
    load: (ids) => todaysPicks({ config: config.ranking, store: bare, items, models, now: clock.now() }, ids),
  })

  const store = watchStore(bare, {
    async people(ids) {
      await Promise.all([people.drop(ids), tracking.drop(ids), picks.drop(ids)])
    },
    async everybody() {
      await Promise.all([people.clear(), tracking.clear(), picks.clear()])
    },
    interests: (ids) => (ids === null ? picks.clear() : picks.drop(ids)),
    items: (keys) => items.changed(keys),
    allItems: () => items.changed(null),
    links: (id) => links.drop([id]),
  })
  return { store, people, tracking, links, items, picks }
}

/** Without those whom there is not, and those who were erased. */
export async function trackingOf(
  store: Pick<Store, 'subscribers' | 'subscriptions'>,
  ids: readonly SubscriberId[],
): Promise<ReadonlyMap<SubscriberId, TrackingConsent>> {
  const [rows, said] = await Promise.all([
    store.subscribers.get(ids),
    Promise.all(ids.map((id) => store.subscriptions.settings(id))),
  ])
  const present = new Set(rows.flatMap(({ id, status }) => (status === 'erased' ? [] : [id])))
  return new Map(
    ids.flatMap((id, i) => {
      const settings = said[i] ?? null
      return settings === null || !present.has(id) ? [] : [[id, settings.tracking]]
    }),
  )
}
