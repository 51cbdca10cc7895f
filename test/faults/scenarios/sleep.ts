import { expect } from 'vitest'
import { auditOf, openOffice } from '../support/office.ts'
import { passing, until } from '../support/until.ts'

export interface Sleep {
  readonly people: number
  readonly leaseMs: number
  readonly sleepMs: number
  readonly naps: number
  /** How long the channel waits for replies: below `sleepMs` every letter on the wire is given up on waking. */
  readonly replyMs: number
}

/** SIGSTOP in the middle of a campaign for longer than its leases, then SIGCONT: as when a laptop's lid is shut. */
export async function sleepAndWake({ people, leaseMs, sleepMs, naps, replyMs }: Sleep) {
  const { sink, daemon, send } = await openOffice({
    people,
    settings: { delivery: { leaseMs, batch: 25, chunk: 250, sweepMs: 20 } },
    smtp: { replyTimeoutMs: replyMs, dataTimeoutMs: replyMs },
  })
  await send({ uncertain: 'hold' })
  for (let nap = 1; nap <= naps; nap++) {
    await until('letters to be on their way', () => sink.count() >= (people * nap) / (naps + 1), {
      everyMs: 2,
    })
    daemon.signal('SIGSTOP')
    await passing(sleepMs)
    expect(sink.count(), 'the nap must fall into the campaign').toBeLessThan(people)
    daemon.signal('SIGCONT')
  }
  await daemon.reaches('weekly', 'finished')
  expect(daemon.alive()).toBe(true)
  const books = await auditOf(daemon, sink)
  expect(books.doubled).toEqual([])
  expect(books.counts.sent + books.counts.unknown).toBe(people)
  expect(books.missing).toBe(books.in('unknown').filter(({ copies }) => copies === 0).length)
  return books
}
