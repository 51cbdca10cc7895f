import { expect, test } from 'vitest'
import type { BroadsheetError } from '../../engine/errors.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import { patience } from '../support/pace.ts'
import { type Daemon, startDaemon } from './support/daemon.ts'
import { auditOf, openOffice } from './support/office.ts'
import { canMount, mountSmallDisk } from './support/small-disk.ts'
import { until } from './support/until.ts'

const people = 2000
const lanes = 2
const batch = 20

const join = (daemon: Daemon, address: string) =>
  daemon.client.post('/subscribers', { address, lists: ['news'] })
const isThere = (daemon: Daemon, address: string) =>
  daemon.client.get<Subscriber>('/subscribers/by-address', { address }).then(
    () => true,
    () => false,
  )

// A tmpfs, since only a file system of its own can be filled without harm: that takes the right to mount.
test.skipIf(!canMount())(
  'disk full in the middle of a campaign: writes answer 507, what was acknowledged stays, and all goes on by itself',
  async () => {
    const disk = mountSmallDisk(48)
    const { house, sink, daemon, send } = await openOffice({
      people,
      data: disk.folder,
      settings: { delivery: { lanes, batch, chunk: 200, leaseMs: patience(1000), sweepMs: 50 } },
      sink: { faults: ({ phase }) => (phase === 'dot' ? { do: 'delay', ms: 5 } : undefined) },
    })
    await send({ uncertain: 'hold' })
    await until('letters to be on their way', () => sink.count() >= 200, { everyMs: 2 })
    disk.fill()

    // The log may have room left that it had taken before: what is answered until then counts as written.
    const acknowledged: string[] = []
    const code = await until(
      'the disk to be full',
      async () => {
        const address = `late${acknowledged.length}@readers.example`
        const refusal = await join(daemon, address).then(
          () => null,
          (error: BroadsheetError) => error.code,
        )
        if (refusal === null) acknowledged.push(address)
        return refusal
      },
      { everyMs: 0 },
    )
    expect(code).toBe('E_STORE_FULL')
    const answer = await fetch(`${daemon.url}/api/v1/subscribers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${daemon.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ address: 'refused@readers.example' }),
    })
    expect(answer.status).toBe(507)
    expect(await answer.json()).toMatchObject({
      code: 'E_STORE_FULL',
      detail: expect.stringContaining(disk.folder),
    })
    await until('the campaign to feel it', () => daemon.output().includes('"chunk.failed"'))
    expect(
      (await daemon.progress('weekly')).counts.queued,
      'it must hit a campaign under way',
    ).toBeGreaterThan(0)
    expect((await fetch(`${daemon.url}/livez`)).status).toBe(200)
    const stuck = sink.count()

    disk.free()
    await until('writes to be taken again', () => join(daemon, 'after@readers.example').catch(() => null))
    await daemon.reaches('weekly', 'finished')
    expect(daemon.alive()).toBe(true)
    expect(sink.count()).toBeGreaterThan(stuck)
    const { counts, doubled, missing, in: rowsIn } = await auditOf(daemon, sink)
    expect(doubled).toEqual([])
    expect(counts.sent + counts.unknown).toBe(people)
    expect(counts.unknown).toBeLessThanOrEqual(lanes * batch)
    expect(missing).toBe(rowsIn('unknown').filter(({ copies }) => copies === 0).length)

    // Acknowledged is on the disk: it outlives the process.
    await daemon.kill()
    const next = await startDaemon(house)
    for (const address of [...acknowledged, 'after@readers.example'])
      expect(await isThere(next, address), address).toBe(true)
    expect(await isThere(next, 'refused@readers.example')).toBe(false)
  },
)
