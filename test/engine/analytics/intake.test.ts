import { describe, expect, test } from 'vitest'
import { createReadIntake, type LetterRead, type TakenBatch } from '../../../engine/analytics/intake.ts'
import { createReadClassifier } from '../../../engine/analytics/read/classify.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { createTestClock } from '../support/clock.ts'
import { browsers, homes } from './read/corpus/people.ts'

const chrome = browsers['Chrome, Windows']
const language = { accept: 'text/html', 'accept-language': 'en' }

function openIntake(classifier = createReadClassifier()) {
  const clock = createTestClock()
  const { events } = openMemoryStore()
  const batches: NewDeliveryEvent[][] = []
  const told: TakenBatch[] = []
  let failing = 0
  const intake = createReadIntake({
    events: {
      async append(batch) {
        batches.push([...batch])
        if (failing > 0) {
          failing--
          throw new BroadsheetError('E_STORE', 'The database is away.')
        }
        return events.append(batch)
      },
    },
    classifier,
    clock,
    told: (batch) => told.push(batch),
  })
  const read = (fields: Partial<LetterRead> = {}): LetterRead => ({
    publicationId: 1 as PublicationId,
    subscriberId: 1 as SubscriberId,
    channel: 'smtp',
    type: 'clicked',
    at: clock.now(),
    method: 'GET',
    ip: homes[0]!,
    agent: chrome,
    headers: language,
    link: 0,
    links: 10,
    sentAt: null,
    ...fields,
  })
  return {
    clock,
    intake,
    batches,
    told,
    read,
    add: (fields: Partial<LetterRead> = {}) => intake.add(read(fields)),
    fail(times: number) {
      failing = times
    },
    events: async () => (await events.page({ after: 0, limit: 10_000 })).rows,
  }
}

/** What rollups would count: by link and class. */
const counted = (events: readonly { link: number | null; class: string | null; was: string | null }[]) => {
  const counts = new Map<string, number>()
  const add = (what: string, n: number) => counts.set(what, (counts.get(what) ?? 0) + n)
  for (const { link, class: by, was } of events) {
    add(`${link} ${by}`, 1)
    if (was !== null) add(`${link} ${was}`, -1)
  }
  return Object.fromEntries([...counts].filter(([, n]) => n !== 0))
}

describe('the intake', () => {
  test('keeps what turns out twice of the same read, each time', async () => {
    const turns = ['unknown', 'scanner'] as const
    const { add, events } = openIntake({
      tellsByItself: () => true,
      classify: (_read, earlier) => ({
        class: turns[earlier.length - 1] ?? 'human',
        reason: 'burst',
        revises: earlier.map((_, place) => place),
      }),
    })
    for (const link of [0, 1, 2]) await add({ link })
    expect(counted(await events())).toEqual({ '0 scanner': 1, '1 scanner': 1, '2 scanner': 1 })
  })

  test('writes what comes together in one call, 1,000 at most, and in its order', async () => {
    const { batches, told, add, events } = openIntake()
    await Promise.all(
      Array.from({ length: 2500 }, (_, i) =>
        add({ subscriberId: (i + 1) as SubscriberId, type: 'opened', link: null }),
      ),
    )
    expect(batches.map((batch) => batch.length)).toEqual([1000, 1000, 500])
    expect(told.map(({ reads }) => reads.length)).toEqual([1000, 1000, 500])
    expect((await events()).map(({ subscriberId }) => subscriberId)).toEqual(
      Array.from({ length: 2500 }, (_, i) => i + 1),
    )
  })

  test('a burst is known with its last click: the earlier ones, kept as a person’s, are corrected once', async () => {
    const { clock, add, events, told } = openIntake()
    for (let link = 0; link < 6; link++) {
      await add({ link })
      clock.advance(700)
    }
    const rows = await events()
    const corrections = rows.filter(({ was }) => was !== null)
    const kept = rows.filter(({ was }) => was === null)
    expect(kept.map(({ class: by }) => by)).toEqual([
      'human',
      'human',
      'scanner',
      'scanner',
      'scanner',
      'scanner',
    ])
    expect(corrections).toMatchObject([
      {
        type: 'clicked',
        link: 0,
        at: kept[0]!.at,
        class: 'scanner',
        was: 'human',
        key: `fix:${kept[0]!.id}:scanner`,
        code: 'burst',
      },
      {
        type: 'clicked',
        link: 1,
        at: kept[1]!.at,
        class: 'scanner',
        was: 'human',
        key: `fix:${kept[1]!.id}:scanner`,
      },
    ])
    expect(counted(rows)).toEqual(
      Object.fromEntries([0, 1, 2, 3, 4, 5].map((link) => [`${link} scanner`, 1])),
    )
    expect(told.map(({ corrections: n }) => n)).toEqual([0, 0, 2, 0, 0, 0])
  })

  test('a burst within one write needs no correction', async () => {
    const { read, intake, events } = openIntake()
    await Promise.all([0, 1, 2, 3, 4].map((link) => intake.add(read({ link }))))
    const rows = await events()
    expect(rows).toHaveLength(5)
    expect(new Set(rows.map(({ class: by, was }) => `${by} ${was}`))).toEqual(new Set(['scanner null']))
  })

  test('the hidden link tells of its whole burst, pictures by the same machine too, and of nobody else', async () => {
    const { clock, add, events } = openIntake()
    await add({ type: 'opened', link: null, ip: homes[1]! })
    await add({ type: 'opened', link: null })
    clock.advance(2000)
    await add({ link: 3 })
    clock.advance(4000)
    await add({ link: null })
    clock.advance(3_600_000)
    await add({ link: 3 })
    const rows = await events()
    expect(rows.filter(({ was }) => was !== null)).toMatchObject([
      { type: 'opened', class: 'scanner', was: 'human', key: `fix:${rows[1]!.id}:scanner` },
      { type: 'clicked', link: 3, class: 'scanner', was: 'human', key: `fix:${rows[2]!.id}:scanner` },
    ])
    expect(rows[0]).toMatchObject({ type: 'opened', class: 'human' })
    expect(rows.at(-1)).toMatchObject({ type: 'clicked', link: 3, class: 'human', was: null })
  })

  test('people are judged apart', async () => {
    const { add, events } = openIntake()
    for (let i = 0; i < 6; i++) await add({ subscriberId: (i + 1) as SubscriberId, link: i })
    for (let i = 0; i < 6; i++) await add({ publicationId: (i + 2) as PublicationId, link: i })
    expect(new Set((await events()).map(({ class: by }) => by))).toEqual(new Set(['human']))
  })

  test('what could not be written rejects; what it would have corrected is corrected by the next one', async () => {
    const { clock, add, fail, events } = openIntake()
    await add({ link: 0 })
    clock.advance(600)
    await add({ link: 1 })
    clock.advance(600)
    fail(1)
    await expect(add({ link: 2 })).rejects.toThrow('away')
    clock.advance(600)
    await add({ link: 3 })
    const rows = await events()
    expect(rows.filter(({ was }) => was !== null).map(({ link }) => link)).toEqual([0, 1])
    expect(counted(rows)).toEqual({ '0 scanner': 1, '1 scanner': 1, '3 scanner': 1 })
  })
})
