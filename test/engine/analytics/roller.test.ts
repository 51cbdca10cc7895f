import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../engine/engine.ts'
import type { NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { createMemoryBus } from '../../../stores/memory/nodes/bus.ts'
import { openStore } from '../../../stores/open.ts'
import { createTestClock } from '../support/clock.ts'
import { type House, openHouse } from '../support/house.ts'
import { waitFor } from '../support/wait.ts'

async function sent(house: House): Promise<PublicationId> {
  const campaign = await house.campaign()
  await house.engine.campaigns.start(campaign.id)
  return (await house.until(campaign, 'finished')).publicationId!
}

const read = (
  publicationId: PublicationId,
  subscriberId: number,
  at: EpochMs,
  more: Partial<NewDeliveryEvent> = {},
): NewDeliveryEvent => ({
  publicationId,
  subscriberId: subscriberId as SubscriberId,
  channel: 'smtp',
  type: 'opened',
  at,
  code: null,
  detail: null,
  class: 'human',
  ...more,
})

const counted = (house: House) =>
  waitFor(
    'all events to be counted',
    async () => {
      const { rolledTo, last } = await house.engine.analytics.status()
      return rolledTo === last
    },
    () => house.clock.advance(100),
  )

describe('the roller', () => {
  test('counts what happens, and what is asked then is not from before', async () => {
    await using house = await openHouse({ people: 20 })
    const id = await sent(house)
    await counted(house)
    const { analytics } = house.engine
    const [before] = await analytics.funnels([id])
    expect(before).toMatchObject({
      deliveries: { sent: 20 },
      opened: { all: { recipients: 0, share: { value: 0 } } },
    })

    const now = house.clock.now()
    await house.store.events.append([
      read(id, 1, now),
      read(id, 1, now + 1),
      read(id, 2, now, { class: 'proxy' }),
      read(id, 3, now, { class: 'prefetch' }),
      read(id, 1, now, { type: 'clicked', link: 0 }),
      read(id, 4, now, { type: 'clicked', class: 'scanner', link: 0 }),
      read(id, 5, now, { type: 'bounced', class: null, detail: 'hard: no such user' }),
    ])
    await counted(house)
    const [funnel] = await analytics.funnels([id])
    expect(funnel).toMatchObject({
      opened: {
        people: { recipients: 2, events: 3, share: { value: 0.1 } },
        all: { recipients: 3, events: 4 },
        classes: {
          human: { recipients: 1, events: 2 },
          prefetch: { recipients: 1 },
          scanner: { recipients: 0 },
        },
      },
      clicked: { people: { recipients: 1, events: 1 }, all: { recipients: 2, events: 2 } },
      clickedOfOpened: { value: 0.5 },
      bounced: { recipients: 1, classes: { hard: 1, soft: 0, other: 0 } },
    })

    // The scanner was a person after all.
    await house.store.events.append([
      read(id, 4, now, { type: 'clicked', class: 'human', was: 'scanner', link: 0 }),
    ])
    await counted(house)
    const [corrected] = await analytics.funnels([id])
    expect(corrected).toMatchObject({
      clicked: {
        people: { recipients: 2 },
        all: { recipients: 2, events: 2 },
        classes: { scanner: { events: 0 } },
      },
    })
  })

  test('tells of what moved, once a second at most, and of the last move too', async () => {
    await using house = await openHouse({ people: 3 })
    const id = await sent(house)
    await counted(house)
    const told: { at: EpochMs; ids: readonly PublicationId[] }[] = []
    house.clock.advance(5000)
    house.engine.listen((fact: Fact) => {
      if (fact.type === 'analytics.counted') told.push({ at: house.clock.now(), ids: fact.publicationIds })
    })
    for (let n = 0; n < 10; n += 1) {
      await house.store.events.append([read(id, 1, house.clock.now())])
      await counted(house)
    }
    const end = house.clock.now()
    await waitFor(
      'the last fact',
      () => told.at(-1) !== undefined && told.at(-1)!.at >= end,
      () => house.clock.advance(100),
    )
    expect(told.every(({ ids }) => ids.length === 1 && ids[0] === id)).toBe(true)
    for (const [i, { at }] of told.entries())
      if (i > 0) expect(at - told[i - 1]!.at).toBeGreaterThanOrEqual(1000)
  })

  test('is one of the nodes; when that one is gone another goes on, and both show the same', async () => {
    const clock = createTestClock()
    const store = await openStore('memory:', {})
    const bus = createMemoryBus()
    await using one = await openHouse({ store, clock, bus, node: 'one', people: 3 })
    await using two = await openHouse({ store, clock, bus, node: 'two' })
    const id = await sent(one)
    await counted(two)
    await one.engine.stop({ deadlineMs: 0 })
    await store.events.append([read(id, 1, clock.now())])
    await counted(two)
    expect((await two.engine.analytics.funnels([id]))[0]).toMatchObject({
      opened: { people: { recipients: 1 } },
    })
    expect((await one.engine.analytics.funnels([id]))[0]).toMatchObject({
      opened: { people: { recipients: 1 } },
    })
  })

  test('leaves the counting to the node that has the lead, for as long as it has it', async () => {
    const store = await openStore('memory:', {})
    await store.leadership.lead('rollup', 'another', 3_600_000)
    await using house = await openHouse({ store, people: 3 })
    await sent(house)
    for (let beat = 0; beat < 20; beat += 1) {
      house.clock.advance(400)
      await store.check()
    }
    expect((await store.analytics.cursor()).rolledTo).toBe(0)
    await store.leadership.resign('rollup', 'another')
    await counted(house)
    expect((await store.analytics.cursor()).rolledTo).toBeGreaterThan(0)
  })

  test('a rebuild counts everything again, to the same numbers, and says how far it is', async () => {
    await using house = await openHouse({ people: 20 })
    const id = await sent(house)
    const now = house.clock.now()
    await house.store.events.append(
      Array.from({ length: 20 }, (_, i) =>
        read(id, i + 1, now, { class: i % 2 === 0 ? 'human' : 'scanner' }),
      ),
    )
    await counted(house)
    const { analytics } = house.engine
    const before = await analytics.funnels([id])
    const steps: number[] = []
    const status = await analytics.rebuild({ onProgress: (rolledTo) => steps.push(rolledTo) })
    expect(status).toMatchObject({ rolledTo: status.last, behindMs: 0 })
    expect(steps.at(-1)).toBe(status.last)
    expect(await analytics.funnels([id])).toEqual(before)
  })
})
