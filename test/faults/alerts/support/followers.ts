import type { Subscriber } from '../../../../engine/model/subscriber.ts'
import type { Daemon } from '../../support/daemon.ts'
import { until } from '../../support/until.ts'
import type { Telling } from './books.ts'
import { topic } from './source.ts'

/** The first so many people follow the topic by mail; the others nothing. Their addresses. */
export async function follow(
  { client }: Daemon,
  count: number,
  channel = 'smtp',
): Promise<readonly string[]> {
  const people = (await client.all<Subscriber>('/subscribers')).slice(0, count)
  for (const { id } of people) await client.post(`/subscribers/${id}/follows`, { channel, topics: [topic] })
  return people.map(({ address }) => address)
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
  let open = (await client.all<Telling>('/notifications')).map(({ id }) => id)
  await until('nothing to be under way', async () => {
    const states = await Promise.all(open.map((id) => client.get<Telling>(`/notifications/${id}`)))
    open = states.flatMap(({ id, counts: { queued, handing, retry } }) =>
      queued + handing + retry > 0 ? [id] : [],
    )
    return open.length === 0
  })
}
