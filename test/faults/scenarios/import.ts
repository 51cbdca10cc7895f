import { Readable } from 'node:stream'
import { expect } from 'vitest'
import type { ImportResult, RejectedRow } from '../../../engine/audience/import/import.ts'
import type { ImportJob } from '../../../engine/ports/imports.ts'
import { openStore } from '../../../stores/open.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { type House, openHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const piece = 1000
/** One of a hundred has no address. */
const isBroken = (index: number) => index % 100 === 37
const row = (index: number) =>
  isBroken(index) ? `broken ${index},Nobody,x\n` : `reader${index}@import.example,"Reader ${index}",Bonn\n`

/** The file in pieces; with `stopAfter` it stays open behind so many rows, as from a sender that is slow. */
function people(rows: number, stopAfter = rows): Readable {
  async function* file() {
    yield 'E-Mail,Name,City\n'
    for (let from = 0; from < stopAfter; from += piece)
      yield Array.from({ length: Math.min(piece, stopAfter - from) }, (_, offset) => row(from + offset)).join(
        '',
      )
    if (stopAfter < rows) await new Promise(() => {})
  }
  return Readable.from(file())
}

const send = (daemon: Daemon, body: Readable, query: object, rejects: RejectedRow[] = []) =>
  daemon.client.work<object, ImportResult>(
    '/subscribers/import',
    {
      query: { lists: 'news', progress: 1, rejects: 1, ...query },
      body,
      type: 'text/csv',
      onLine(line) {
        if (line.type === 'reject') rejects.push(line as unknown as RejectedRow)
      },
    },
    () => {},
  )

const importHouse = (): Promise<House> => openHouse({ people: 0, settings: {} })

/** An import whose daemon is killed `kills` times on the way and that goes on each time; memory is looked at in the last. */
export async function importAcrossKills(rows: number, kills: number) {
  const house = await importHouse()
  let daemon = await startDaemon(house)
  let id: number | null = null
  for (let kill = 1; kill <= kills; kill++) {
    const upTo = Math.floor((rows * kill) / (kills + 1))
    const sent = send(daemon, people(rows, upTo), { resume: id }).catch(() => null)
    const job = await until(
      'the import to have committed some of what was sent',
      async () => {
        const [found] = await daemon.client.all<ImportJob>('/imports')
        return found !== undefined && found.rows > upTo - 3 * piece && found.rows > 0 ? found : null
      },
      { limitMs: 600_000, everyMs: 20 },
    )
    id = job.id
    await daemon.kill()
    await sent
    daemon = await startDaemon(house)
    const after = await daemon.client.get<ImportJob>(`/imports/${id}`)
    expect(after.state).toBe('interrupted')
    expect(after.rows).toBeGreaterThanOrEqual(job.rows)
    expect(after.created + after.updated + after.unchanged + after.rejected).toBe(after.rows)
  }
  const rejects: RejectedRow[] = []
  const before = daemon.memory().now
  const result = await send(daemon, people(rows), { resume: id }, rejects)
  const grownBytes = daemon.memory().peak - before
  await daemon.stop()
  const store = await openStore(`sqlite:${house.database}`)
  const stored = await store.subscribers.count({})
  await store.close()
  return { result, rejects, stored, grownBytes }
}

/** accepted + rejected = rows, each row once, each refusal with line and reason. */
export function expectWhole(rows: number, found: Awaited<ReturnType<typeof importAcrossKills>>): void {
  const broken = Array.from({ length: rows }, (_, index) => index).filter(isBroken)
  const accepted = rows - broken.length
  expect(found.result).toMatchObject({
    rows,
    created: accepted,
    updated: 0,
    unchanged: 0,
    rejected: broken.length,
  })
  expect(found.stored).toBe(accepted)
  // The header is line 1.
  expect(found.rejects.map(({ line }) => line)).toEqual(broken.map((index) => index + 2))
  for (const [at, { reason, raw }] of found.rejects.entries()) {
    expect(reason).toBe(`"broken ${broken[at]}" has no "@"`)
    expect(raw).toEqual([`broken ${broken[at]}`, 'Nobody', 'x'])
  }
}

/** The same file twice at once, and once more after some have left. */
export async function importTwice(rows: number) {
  const house = await importHouse()
  const daemon = await startDaemon(house)
  const both = await Promise.all([1, 2].map(() => send(daemon, people(rows), {})))
  const left = [0, 1, 2, 3].map((index) => `reader${index}@import.example`)
  for (const [index, address] of left.entries()) {
    const { id } = await daemon.client.get<{ id: number }>('/subscribers/by-address', { address })
    await daemon.client.post(
      `/subscribers/${id}/leave`,
      index % 2 === 0 ? { all: true } : { lists: ['news'] },
    )
  }
  const again = await send(daemon, people(rows), {})
  await daemon.stop()
  const store = await openStore(`sqlite:${house.database}`)
  const [list] = await store.lists.byName(['news'])
  const stored = await store.subscribers.count({})
  const members = await store.subscribers.count({ list: list!.id })
  const statuses = await Promise.all(
    left.map(async (each) => (await store.subscribers.byAddress(each))?.status),
  )
  await store.close()
  return { both, again, stored, members, left: left.length, statuses }
}
