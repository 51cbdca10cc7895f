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

export async function viewOf(
  store: Pick<Store, 'subscribers' | 'subscriptions' | 'lists'>,
  id: SubscriberId,
): Promise<PersonView | null> {
  const subscriber = await present(store, id)
  const said = await store.subscriptions.settings(id)
  if (subscriber === null || said === null) return null
  const rows = await store.subscribers.memberships(id)
  const lists = await Promise.all(rows.map(({ listId }) => store.lists.get(listId)))
  return {
    subscriber,
    memberships: rows.flatMap((row, i) => {
      const list = lists[i]
      return list ? [{ ...row, name: list.name, title: list.title, description: list.description }] : []
    }),
    ...said,
  }
}
