import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { Json } from '../../../engine/model/ids.ts'
import { itemInputSchema } from '../../../engine/model/item.ts'
import { subscriberInputSchema } from '../../../engine/model/subscriber.ts'
import { templateInputSchema } from '../../../engine/model/template.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'

/** A data folder and settings as an operator would have them, with people, items and a template in the store. */
export interface House {
  readonly folder: string
  readonly settings: string
  readonly data: string
  /** The SQLite file. */
  readonly database: string
  /** Write broadsheet.yaml anew, for the next start. */
  configure(settings: object): void
}

export interface Furniture {
  readonly people: number
  readonly body?: string
  /** Instead of the text made from the body. */
  readonly text?: string
  readonly attributes?: (index: number) => { readonly [name: string]: Json }
}

export const sender = 'news@news.example'
export const addressOf = (index: number): string => `reader${index}@readers.example`
/** Stands in links: what a proxy in front of the daemon would answer to. */
export const publicUrl = 'https://news.example'

const letter = `<html><body><h1>Hello {{ subscriber.name }}</h1>
{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a> {{ item.reason }}</p>
{% endfor %}<a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`
const topics = ['security', 'climate', 'culture', 'sport']
const rowsAWrite = 1000

/** A house that goes with the test. `data` puts its data elsewhere than beside the settings; `empty`: its store is furnished
 *  by somebody else, or not at all. */
export async function openHouse(
  options: Furniture & { readonly settings: object; readonly data?: string; readonly empty?: boolean },
): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-fault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = options.data ?? join(folder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const settings = join(folder, 'broadsheet.yaml')
  const database = join(data, 'broadsheet.db')
  const configure = (said: object) =>
    writeFileSync(
      settings,
      stringify({ data, publicUrl, http: { port: 0 }, log: { level: 'info', format: 'json' }, ...said }),
    )
  configure(options.settings)
  if (options.empty !== true) {
    // Straight into the store: importing is another test's matter.
    const store = await openStore(`sqlite:${database}`)
    await furnish(store, options)
    await store.close()
  }
  return { folder, settings, data, database, configure }
}

/** People on the list `news`, items of their interests, and the template `daily`. */
export async function furnish(
  store: Store,
  { people, body = letter, text, attributes }: Furniture,
): Promise<void> {
  const now = Date.now()
  const list = await store.lists.insert({ name: 'news', title: 'The News', description: '' }, now)
  for (const name of topics) await store.topics.insert({ name, title: name, description: '' }, now)
  await store.templates.insert(
    templateInputSchema.parse({
      name: 'daily',
      subject: 'News for {{ subscriber.name }}',
      body,
      ...(text !== undefined && { text }),
    }),
    now,
  )
  await store.items.upsert(
    Array.from({ length: 24 }, (_, i) =>
      itemInputSchema.parse({
        title: `Item ${i}`,
        url: `https://news.example/${i}`,
        topics: [topics[i % topics.length]],
        publishedAt: now - i * 3_600_000,
      }),
    ),
    now,
  )
  for (let from = 0; from < people; from += rowsAWrite)
    await store.subscribers.upsert(
      Array.from({ length: Math.min(rowsAWrite, people - from) }, (_, offset) => {
        const i = from + offset
        return subscriberInputSchema.parse({
          address: addressOf(i),
          name: `Reader ${i}`,
          topics: { [topics[i % topics.length]!]: 0.9 },
          ...(attributes && { attributes: attributes(i) }),
        })
      }),
      { lists: [list.id], now },
    )
}

/** What a campaign needs to be told at least. */
export const campaignInput = (overrides: object = {}) => ({
  name: 'weekly',
  title: 'Weekly',
  template: 'daily',
  sender: { address: sender, name: 'The News' },
  lists: ['news'],
  selection: { count: 3, onlyNew: false },
  ...overrides,
})
