import type { FollowId, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'

/** What a write has made untrue. Told when it is committed, and waited for before its caller hears of it. Never rejects. */
export interface Untrue {
  /** What is known of these people: rows, settings, memberships. */
  people(ids: readonly SubscriberId[]): Promise<void>
  /** Of any of them. */
  everybody(): Promise<void>
  /** What was learned of these people; null: of any of them. */
  interests(ids: readonly SubscriberId[] | null): Promise<void>
  /** Items of these keys, and every choice among items. */
  items(keys: readonly string[]): Promise<void>
  /** Of any of them. */
  allItems(): Promise<void>
  links(id: PublicationId): Promise<void>
}

/** The same store, which says after each write what it has made untrue: here, in one place, and not where somebody writes.
 *  A write that rejects may have been done all the same, and tells too. */
export function watchStore(store: Store, untrue: Untrue): Store {
  const { subscribers, subscriptions, ledger, postings, follows, imports, lists, items, links, models } =
    store

  /** Write, then tell of it. `then` has null for a write that rejected. */
  async function told<T>(write: Promise<T>, then: (result: T | null) => Promise<void>): Promise<T> {
    let result: T
    try {
      result = await write
    } catch (error) {
      await then(null)
      throw error
    }
    await then(result)
    return result
  }
  async function peopleOf(ids: readonly FollowId[]): Promise<void> {
    const found = await follows.get(ids).catch(() => null)
    await (found === null ? everybody() : untrue.people(found.map(({ subscriberId }) => subscriberId)))
  }
  const oneOf = (id: SubscriberId) => () => untrue.people([id])
  const everybody = () => untrue.everybody()
  const ifAny = (tell: () => Promise<void>) => async (count: number | null) => {
    if (count !== 0) await tell()
  }

  return {
    ...store,
    subscribers: {
      ...subscribers,
      upsert: (rows, options) =>
        told(subscribers.upsert(rows, options), (outcomes) =>
          outcomes === null
            ? everybody()
            : untrue.people(
                // Who is unchanged may have joined a list.
                outcomes.flatMap(({ id, outcome }) =>
                  outcome === 'updated' || outcome === 'unchanged' ? [id] : [],
                ),
              ),
        ),
      leave: (request) => told(subscribers.leave(request), oneOf(request.id)),
      setStatus: (ids, status, now, proof) =>
        told(subscribers.setStatus(ids, status, now, proof), () => untrue.people(ids)),
    },
    subscriptions: {
      ...subscriptions,
      persist: (change) => told(subscriptions.persist(change), oneOf(change.id)),
      erase: (request) => told(subscriptions.erase(request), oneOf(request.id)),
      forget: (what, query) => told(subscriptions.forget(what, query), ifAny(everybody)),
    },
    imports: {
      ...imports,
      // Whom it was about is known by addresses alone, and to look them up would cost more than to read again who is asked for.
      commit: (id, step, batch, now) =>
        told(imports.commit(id, step, batch, now), async (counts) => {
          const known = counts === null || counts.updated + counts.unchanged > 0
          if (batch.kind === 'subscribers' && known) await everybody()
          if (batch.kind === 'items') await untrue.allItems()
        }),
    },
    // An address that turns out to be bad ends its person's subscription.
    ledger: {
      ...ledger,
      settle(lease, settlements, now) {
        const bad = settlements.flatMap(({ subscriberId, suppress }) => (suppress ? [subscriberId] : []))
        const write = ledger.settle(lease, settlements, now)
        return bad.length === 0 ? write : told(write, () => untrue.people(bad))
      },
    },
    postings: {
      ...postings,
      settle(settlements, now) {
        // Rooms have negative targets.
        const bad = settlements.flatMap(({ target, suppress }) =>
          suppress && target > 0 ? [target as FollowId] : [],
        )
        const write = postings.settle(settlements, now)
        return bad.length === 0 ? write : told(write, () => peopleOf(bad))
      },
    },
    // Their names and titles stand on what people are shown.
    lists: {
      ...lists,
      update: (id, version, input, now) => told(lists.update(id, version, input, now), everybody),
      remove: (id) => told(lists.remove(id), everybody),
    },
    items: {
      ...items,
      upsert: (rows, now) =>
        told(items.upsert(rows, now), async (outcomes) => {
          const changed = rows.filter((_, i) => outcomes === null || outcomes[i]?.outcome !== 'unchanged')
          if (changed.length > 0) await untrue.items(changed.map(({ key, url }) => key ?? url))
        }),
      remove: (id) => told(items.remove(id), () => untrue.allItems()),
    },
    models: {
      ...models,
      commit: (change) =>
        told(models.commit(change), () =>
          untrue.interests(change.affinities.map(({ subscriberId }) => subscriberId)),
        ),
      forget: (query) =>
        told(
          models.forget(query),
          ifAny(() => untrue.interests(null)),
        ),
    },
    links: {
      ...links,
      put: (id, some) => told(links.put(id, some), () => untrue.links(id)),
    },
  }
}
