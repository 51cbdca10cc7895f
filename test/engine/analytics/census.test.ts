import { expect, test } from 'vitest'
import { createCensus } from '../../../engine/actors/census.ts'
import { silentLog } from '../../../engine/log.ts'
import { hourMs, hourOf } from '../../../engine/model/audience-flow.ts'
import { bareProof, type ConsentKind } from '../../../engine/model/consent.ts'
import type { HourRange } from '../../../engine/ports/audience-flow.ts'
import { openMemoryStore } from '../../../stores/memory/open.ts'
import { newPeople } from '../../contract/store/scene.ts'
import { createTestClock } from '../support/clock.ts'
import { waitFor } from '../support/wait.ts'

async function open() {
  const clock = createTestClock()
  const bare = openMemoryStore({ monotonic: clock.now })
  const looks: HourRange[] = []
  const audienceFlow = {
    ...bare.audienceFlow,
    look(hours: HourRange) {
      looks.push({ from: hours.from, to: hours.to })
      return bare.audienceFlow.look(hours)
    },
  }
  const store = { ...bare, audienceFlow, reports: { ...bare.reports, audienceFlow } }
  const census = (owner: string) => createCensus({ store, owner, clock, log: silentLog })
  const [id] = await newPeople(bare, 1, [])
  return {
    clock,
    store,
    looks,
    census,
    told: (kind: ConsentKind) =>
      store.consents.append([
        {
          ...bareProof('page', clock.now()),
          subscriberId: id!,
          kind,
          from: 'active',
          to: 'paused',
          lists: [],
        },
      ]),
    kept: (hour: number) =>
      waitFor(
        `hour ${hour}`,
        async () => (await store.audienceFlow.kept()) === hour,
        () => clock.advance(60_000),
      ),
    flow: async (from: number) =>
      (await store.audienceFlow.flow({ from, to: from + 1000, every: 1 })).map(
        ({ hour, kind, n }) => `${hour - from} ${kind} ${n}`,
      ),
  }
}

test('the audience is counted once an hour, when the hour is over, by one node', async () => {
  const { clock, looks, census, told, kept, flow } = await open()
  const start = hourOf(clock.now())
  await told('pause')
  const nodes = ['a', 'b'].map(census)
  for (const node of nodes) node.start()
  await kept(start)
  expect(looks).toEqual([{ from: 0, to: start }])
  // The hour is not over.
  expect(await flow(start)).toEqual([])
  await kept(start + 1)
  expect(looks).toEqual([
    { from: 0, to: start },
    { from: start - 48, to: start + 1 },
  ])
  expect(await flow(start)).toEqual(['0 pause 1'])
  for (const node of nodes) await node.stop()
})

test('after a pause all hours since the last one are looked at, and two days before', async () => {
  const { clock, looks, census, told, kept, flow } = await open()
  const start = hourOf(clock.now())
  const first = census('a')
  first.start()
  await kept(start)
  await first.stop()
  await told('pause')
  clock.advance(400 * hourMs)
  await told('resume')
  clock.advance(hourMs)
  const second = census('b')
  second.start()
  await kept(start + 401)
  expect(looks.at(-1)).toEqual({ from: start - 48, to: start + 401 })
  expect(await flow(start)).toEqual(['0 pause 1', '400 resume 1'])
  await second.stop()
})
