import { expect, test } from 'vitest'
import { patience } from '../support/pace.ts'
import { audit } from './support/audit.ts'
import { booksLeft } from './support/books.ts'
import { startDaemon } from './support/daemon.ts'
import { auditOf, openOffice } from './support/office.ts'
import { until } from './support/until.ts'

const stopMs = patience(10_000)

test.each([
  { name: 'a quick server', people: 2000, delayMs: 0, connections: 8 },
  { name: 'a server that takes 3 s a letter', people: 80, delayMs: 3000, connections: 10 },
])(
  'SIGTERM in the middle of a campaign through $name: out within 10 s with nothing unknown, and the next start finishes it',
  async (from) => {
    const { people, delayMs, connections } = from
    const { house, sink, daemon, send } = await openOffice({
      people,
      settings: { delivery: { batch: 60, chunk: 200 } },
      smtp: { connections },
      sink: {
        faults: ({ phase }) => (delayMs > 0 && phase === 'dot' ? { do: 'delay', ms: delayMs } : undefined),
      },
    })
    await send()
    await until('letters to be on their way', () => sink.count() >= people / 10, { everyMs: 2 })

    const asked = performance.now()
    const exit = await daemon.stop()
    expect(performance.now() - asked).toBeLessThan(stopMs)
    expect(exit).toEqual({ code: 0, signal: null })
    const left = audit(await booksLeft(house, 'weekly'), sink.received())
    expect(left.counts).toMatchObject({ unknown: 0, handing: 0, failed: 0 })
    expect(left.counts.sent).toBe(sink.count())
    expect(left.counts.queued, 'the stop must fall into the campaign').toBeGreaterThan(0)

    sink.setFaults(null)
    const next = await startDaemon(house)
    await next.reaches('weekly', 'finished')
    const { counts, doubled, missing } = await auditOf(next, sink)
    expect(counts).toMatchObject({ sent: people, unknown: 0 })
    expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
  },
)
