import type { TrackingConsent } from '../model/consent.ts'
import type { EpochMs, ListId, SubscriberId } from '../model/ids.ts'
import type { Membership } from '../model/list.ts'
import type { Subscriber } from '../model/subscriber.ts'
import { nextStatus } from '../model/subscription.ts'
import type { Store } from '../ports/store.ts'

/** All that a preferences page shows. */
export interface PersonView {
  readonly subscriber: Subscriber
  readonly memberships: readonly {
    readonly listId: ListId
    readonly name: string
    readonly title: string
    readonly description: string
    readonly membership: Membership
    readonly at: EpochMs
  }[]
  readonly maxPerWeek: number | null
  readonly tracking: TrackingConsent
  readonly pausedUntil: EpochMs | null
}

/** People who come back only by their own confirmed word. */
export const hasLeft = (row: Subscriber): boolean => nextStatus(row.status, 'rejoin') !== null

/** Null for nobody, and for who was erased. */
export async function present(
  store: Pick<Store, 'subscribers'>,
  id: SubscriberId,
): Promise<Subscriber | null> {
  const [row] = await store.subscribers.get([id])
  return row === undefined || row.status === 'erased' ? null : row
}

export async function membershipsOf(
  store: Pick<Store, 'subscribers'>,
  id: SubscriberId,
): Promise<ReadonlyMap<ListId, Membership>> {
  return new Map(
    (await store.subscribers.memberships(id)).map(({ listId, membership }) => [listId, membership]),
  )
}

export const viewOf = async (store: PersonStore, id: SubscriberId): Promise<PersonView | null> =>
  (await viewsOf(store, [id])).get(id) ?? null

export type PersonStore = Pick<Store, 'subscribers' | 'subscriptions' | 'lists'>

/** Without those whom there is not, and those who were erased. */
export async function viewsOf(
  store: PersonStore,
  ids: readonly SubscriberId[],
): Promise<ReadonlyMap<SubscriberId, PersonView>> {
  const [rows, memberships, said] = await Promise.all([
    store.subscribers.get(ids),
    store.subscribers.membershipsOf(ids),
    Promise.all(ids.map((id) => store.subscriptions.settings(id))),
  ])
  const listIds = [...new Set(memberships.map(({ listId }) => listId))]
  const lists = new Map(
    (await Promise.all(listIds.map((id) => store.lists.get(id)))).flatMap((list) =>
      list === null ? [] : [[list.id, list]],
    ),
  )
  const settings = new Map(ids.map((id, i) => [id, said[i] ?? null]))
  const known = Map.groupBy(memberships, ({ id }) => id)
  return new Map(
    rows.flatMap((subscriber) => {
      const { id, status } = subscriber
      const own = settings.get(id) ?? null
      if (status === 'erased' || own === null) return []
      const on = (known.get(id) ?? []).flatMap(({ listId, membership, at }) => {
        const list = lists.get(listId)
        if (list === undefined) return []
        const { name, title, description } = list
        return [{ listId, membership, at, name, title, description }]
      })
      return [[id, { subscriber, memberships: on, ...own }] as const]
    }),
  )
}
