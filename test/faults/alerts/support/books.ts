import type { Client } from '../../../../app/cli/daemon/client.ts'
import type { Alert } from '../../../../engine/model/alert.ts'
import type { Page } from '../../../../engine/model/ids.ts'
import type { Notification, Posting, PostingCounts } from '../../../../engine/model/notification.ts'
import type { Store } from '../../../../engine/ports/store.ts'

/** One notification, and what became of it. */
export interface Telling extends Pick<Notification, 'id' | 'reason' | 'alertIds'> {
  /** The subject of its mails. */
  readonly summary: string
  readonly counts: PostingCounts
  readonly postings: readonly Posting[]
}

/** What the books say of alerts. */
export interface AlertBooks {
  readonly alerts: readonly Pick<Alert, 'id' | 'key' | 'state'>[]
  readonly tellings: readonly Telling[]
}

/** As a running daemon tells. */
export async function alertBooksOf(client: Client): Promise<AlertBooks> {
  const alerts = await client.all<Alert>('/alerts')
  const tellings: Telling[] = []
  for await (const { id } of client.rows<Telling>('/notifications')) {
    const telling = await client.get<Telling>(`/notifications/${id}`)
    tellings.push({ ...telling, postings: await client.all<Posting>(`/notifications/${id}/postings`) })
  }
  return { alerts, tellings }
}

/** As they lie in a store. */
export async function alertBooksIn(store: Store): Promise<AlertBooks> {
  const tellings: Telling[] = []
  for (const { id, reason, alertIds, note } of await all((after) =>
    store.notifications.page({ after: after ?? 0, limit }),
  ))
    tellings.push({
      id,
      reason,
      alertIds,
      summary: note.summary,
      counts: await store.notifications.counts(id),
      postings: await all((after) => store.notifications.postings({ notificationId: id, after, limit })),
    })
  return { alerts: await all((after) => store.alerts.page({ after: after ?? 0, limit })), tellings }
}

const limit = 1000

async function all<Row>(page: (after: number | null) => Promise<Page<Row>>): Promise<readonly Row[]> {
  const found: Row[] = []
  let after: number | null = null
  do {
    const { rows, next }: Page<Row> = await page(after)
    found.push(...rows)
    after = next
  } while (after !== null)
  return found
}
