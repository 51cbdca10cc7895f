import { expect, test } from 'vitest'
import { type PresetName, presets } from '../../../engine/audience/columns/presets.ts'
import { importSubscribers } from '../../../engine/audience/import/import.ts'
import { systemClock as clock } from '../../../engine/clock.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { layouts } from './support/layouts.ts'

async function load(file: string, preset?: PresetName | 'none') {
  const store = openMemoryStore()
  async function* bytes() {
    yield Buffer.from(file)
  }
  const result = await importSubscribers(bytes(), { store, clock, lists: [], preset })
  return { store, result }
}

test('there are twelve layouts, and every preset has one', () => {
  expect(layouts.length).toBeGreaterThanOrEqual(12)
  expect(new Set(layouts.map(({ preset }) => preset))).toEqual(new Set(Object.keys(presets)))
})

test.each(layouts)(
  '$what is known by its columns, and read',
  async ({ file, preset, people, delimiter = ',' }) => {
    const { store, result } = await load(file)
    expect(result.rejects).toEqual([])
    expect(result).toMatchObject({
      preset,
      rejected: 0,
      created: Object.keys(people).length,
      file: { delimiter },
    })
    for (const [address, wanted] of Object.entries(people)) {
      const found = (await store.subscribers.byAddress(address)) as Subscriber
      const { attributes, createdAt, ...fields } = wanted
      expect(found).toMatchObject(fields)
      expect(found.attributes).toEqual(attributes)
      if (createdAt !== undefined) expect(new Date(found.createdAt).toISOString()).toBe(createdAt)
    }
  },
)

test.each(layouts)('$what brings nobody back who left', async ({ file, people }) => {
  const store = openMemoryStore()
  const addresses = Object.keys(people)
  const outcomes = await store.subscribers.upsert(
    addresses.map((address) => ({ address })),
    { lists: [], now: 1 },
  )
  await store.subscribers.setStatus(
    outcomes.map(({ id }) => id),
    'unsubscribed',
    2,
  )
  async function* bytes() {
    yield Buffer.from(file)
  }
  await importSubscribers(bytes(), { store, clock, lists: [] })
  for (const address of addresses)
    expect(await store.subscribers.byAddress(address)).toMatchObject({ status: 'unsubscribed' })
})

test('a preset can be named, and none can be', async () => {
  const ghost = layouts.find(({ preset }) => preset === 'ghost')!
  const { result } = await load(ghost.file, 'none')
  expect(result.preset).toBeNull()
  expect(result.columns).toContainEqual({ column: 'labels', field: 'attributes.labels' })
  const bare = await load('email,subscribed_to_emails\na@x.org,false\n', 'ghost')
  expect(await bare.store.subscribers.byAddress('a@x.org')).toMatchObject({ status: 'unsubscribed' })
})
