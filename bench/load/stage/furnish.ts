import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Client } from '../../../app/cli/daemon/client.ts'
import { makeItems } from '../../../app/demo/content/items.ts'
import { makePeople } from '../../../app/demo/content/people.ts'
import { campaignData, list, paper, topics } from '../../../app/demo/content/publication.ts'
import { seeded } from '../../../app/demo/content/seeded.ts'
import { readTemplates } from '../../../app/templates/files.ts'
import type { SubscriberInput } from '../../../engine/model/subscriber.ts'

/** Those of the campaigns under load; `list` is of the newsletters. */
export const crowd = { name: 'crowd', title: 'Everybody', description: '', optIn: 'single' }
/** What people follow, and what only the room hears of. */
export const alertTopics = { people: 'load-people', room: 'load-room' }

const template = 'letter'
const batch = 1000
const lanes = 16

/** A paper with lists, topics, items and a template: over HTTP, as an operator would. */
export async function furnish(client: Client, now: number): Promise<void> {
  await client.post('/lists', list)
  await client.post('/lists', crowd)
  for (const topic of topics) await client.post('/topics', topic)
  for (const name of Object.values(alertTopics)) await client.post('/topics', { name, title: name })
  await client.post('/items', makeItems(now))
  for (const one of readTemplates(join(import.meta.dirname, '../../../app/templates', template)))
    await client.post('/templates', one)
}

type Person = Pick<SubscriberInput, 'address' | 'name'>

/** People from number `from` on: the same numbers are the same people. In batches, however many there are. */
export function* people(from: number, count: number): Generator<SubscriberInput> {
  for (let done = 0; done < count; done += batch) {
    const first = from + done
    // Distinct over the batches by their number.
    for (const [i, person] of makePeople(Math.min(batch, count - done), seeded(first + 1)).entries())
      yield { ...person, address: `r${first + i}.${person.address}` }
  }
}

/** Imports them. Resolves with those that came. */
export async function bringIn(
  client: Client,
  options: {
    readonly from: number
    readonly count: number
    readonly lists: readonly string[]
    readonly onRows: (done: number) => void
  },
): Promise<readonly Person[]> {
  const { from, count, lists, onRows } = options
  const known: Person[] = []
  // Whoever is drawn as the address of a request: a few thousand are enough.
  const lines = function* () {
    for (const person of people(from, count)) {
      if (known.length < 5000) known.push({ address: person.address, name: person.name })
      yield `${JSON.stringify(person)}\n`
    }
  }
  const { created } = await client.work<{ rows: number }, { created: number }>(
    '/subscribers/import',
    {
      query: { lists: lists.join(','), format: 'ndjson', progress: 1 },
      body: Readable.from(lines()),
      type: 'application/x-ndjson',
    },
    ({ rows }) => onRows(rows),
  )
  if (created !== count) throw new Error(`${created} of ${count} people were taken in`)
  return known
}

/** All of them follow the alerts of a topic, by mail. */
export async function follow(client: Client, ids: readonly number[]): Promise<void> {
  const waiting = [...ids]
  const lane = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
      await client.post(`/subscribers/${id}/follows`, { channel: 'smtp', topics: [alertTopics.people] })
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** A campaign to a list, by a channel; not begun yet. */
export const makeCampaign = (
  client: Client,
  options: { readonly name: string; readonly list: string; readonly channel: string },
): Promise<{ readonly id: number; readonly name: string }> =>
  client.post('/campaigns', {
    name: options.name,
    title: paper.title,
    template,
    sender: paper.sender,
    channel: options.channel,
    lists: [options.list],
    selection: { count: 10, onlyNew: false },
    data: campaignData,
  })
