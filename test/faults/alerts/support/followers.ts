import { followInputSchema } from '../../../../engine/model/follow.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { openStore } from '../../../../stores/open.ts'
import type { Daemon } from '../../support/daemon.ts'
import type { House } from '../../support/house.ts'
import { until } from '../../support/until.ts'
import type { Telling } from './books.ts'
import { topic } from './source.ts'

/** The first so many people of a house follow the topic; the others nothing. Their addresses. Before its daemon is started:
 *  a desk that is there learns of it with its next sweep. */
export async function follow(
  { database }: House,
  people: number,
  options: FollowOptions = {},
): Promise<readonly string[]> {
  const store = await openStore(`sqlite:${database}`)
  try {
    return await followIn(store, people, options)
  } finally {
    await store.close()
  }
}

export interface FollowOptions {
  readonly channel?: string
  /** Leave out so many people first. */
  readonly after?: number
}

export async function followIn(
  store: Store,
  count: number,
  { channel = 'smtp', after = 0 }: FollowOptions = {},
): Promise<readonly string[]> {
  const { rows } = await store.subscribers.page({ after, limit: count })
  const input = followInputSchema.parse({ channel, topics: [topic] })
  await store.follows.insertMany(
    rows.map(({ id }) => ({ subscriberId: id, input })),
    Date.now(),
  )
  return rows.map(({ address }) => address)
}

/** Waits until everything that was accepted so far is told, and nothing of it is under way any more. */
export async function allTold({ client }: Daemon): Promise<void> {
  // Alerts are taken in in the order of their reports: once the last one is told, so are those before it.
  const title = 'The last of the test'
  await client.post('/alerts', { key: 'last', topic, title })
  await until('the last alert to be told', async () => {
    const { data } = await client.get<{ data: Telling[] }>('/notifications', { limit: 20 })
    return data.some(({ summary }) => summary.endsWith(title))
  })
  const told = await client.all<Telling>('/notifications')
  for (const { id } of told)
    await until(`nothing of notification ${id} to be under way`, async () => {
      const { counts } = await client.get<Telling>(`/notifications/${id}`)
      return counts.queued + counts.handing + counts.retry === 0
    })
}
