import type { DeliveryEvent } from '../model/event.ts'
import type { Json, NotificationId, Page, PublicationId, SubscriberId } from '../model/ids.ts'
import { noticeKinds } from '../model/notice.ts'
import type { Posting } from '../model/notification.ts'
import type { Store } from '../ports/store.ts'

const pageSize = 1000

async function all<T>(read: (after: number) => Promise<Page<T>>): Promise<readonly T[]> {
  const rows: T[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: Page<T> = await read(after)
    rows.push(...page.rows)
    after = page.next
  }
  return rows
}

/** What each said, in one line; null where it is forgotten. */
async function withTitles(store: Store, postings: readonly Posting[]) {
  const titles = new Map<NotificationId, string>()
  for (let at = 0; at < postings.length; at += pageSize) {
    const ids = new Set(postings.slice(at, at + pageSize).map(({ notificationId }) => notificationId))
    for (const { id, note } of await store.notifications.get([...ids])) titles.set(id, note.title)
  }
  return postings.map((row) => ({ ...row, title: titles.get(row.notificationId) ?? null }))
}

/** What was made of their clicks: weights by topic, and the counts behind them. Null: nothing. */
async function learnedOf(store: Store, id: SubscriberId): Promise<Json> {
  const [row] = JSON.parse(await store.deliveries.recipients([id])) as Json[][]
  // Of no letter in particular.
  const [kept] = await store.models.letters([{ publicationId: 0 as PublicationId, subscriberId: id }], 0)
  const weights = row?.[8] ?? null
  const tallies = kept?.tallies ?? null
  return tallies === null ? null : { weights, tallies: JSON.parse(tallies) as Json }
}

/** All that is known of one person, as plain JSON; null for nobody. Of the erased only what is still there. Times are
 *  milliseconds since 1970. */
export async function personData(
  store: Store,
  id: SubscriberId,
): Promise<{ readonly [key: string]: Json } | null> {
  const [subscriber] = await store.subscribers.get([id])
  const settings = await store.subscriptions.settings(id)
  if (subscriber === undefined || settings === null) return null
  const { address } = subscriber
  const memberships = await store.subscribers.memberships(id)
  const lists = await Promise.all(memberships.map(({ listId }) => store.lists.get(listId)))
  const consents = await all((after) => store.consents.page({ subscriberId: id, after, limit: pageSize }))
  const deliveries = await all((after) =>
    store.deliveries.ofSubscriber({ subscriberId: id, after, limit: pageSize }),
  )
  const events = await all<DeliveryEvent>((after) =>
    store.events.page({ subscriberId: id, after, limit: pageSize }),
  )
  const titles = new Map<PublicationId, string>()
  for (const publicationId of new Set([...deliveries, ...events].map((row) => row.publicationId))) {
    const publication = await store.publications.get(publicationId)
    if (publication !== null) titles.set(publicationId, publication.spec.campaign.title)
  }
  const titleOf = (publicationId: PublicationId) => titles.get(publicationId) ?? null
  const notices = await Promise.all(noticeKinds.map((kind) => store.notices.get(id, kind)))
  const follows = await all((after) => store.follows.page({ subscriberId: id, after, limit: pageSize }))
  const postings = await all<Posting>((after) =>
    store.notifications.postings({ subscriberId: id, after, limit: pageSize }),
  )
  const suppressions = await store.suppressions.byAddress([address])
  return {
    subscriber: { ...subscriber, ...settings } as unknown as Json,
    memberships: memberships.map((row, i) => ({
      ...row,
      list: lists[i]?.name ?? null,
      title: lists[i]?.title ?? null,
    })),
    consents: consents as unknown as Json,
    deliveries: deliveries.map(({ picks, ...row }) => ({
      ...row,
      campaign: titleOf(row.publicationId),
      // Which items it held, as stored; see engine/personalise/picks.ts.
      picks: picks === null ? null : Buffer.from(picks).toString('base64'),
    })),
    events: events.map((row) => ({ ...row, campaign: titleOf(row.publicationId) })),
    mails: notices.filter((notice) => notice !== null) as unknown as Json,
    suppressions: suppressions as unknown as Json,
    follows: follows as unknown as Json,
    followPreferences: (await store.followPreferences.get(id)) as unknown as Json,
    alerts: (await withTitles(store, postings)) as unknown as Json,
    learned: await learnedOf(store, id),
  }
}
