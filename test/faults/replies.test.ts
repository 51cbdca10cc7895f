import { expect, test } from 'vitest'
import type { Campaign } from '../../engine/model/campaign.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Fault, FaultPlan, FaultPoint } from '../servers/faults.ts'
import { patience } from '../support/pace.ts'
import { addressOf } from './support/house.ts'
import { auditOf, openOffice } from './support/office.ts'

const people = 60
const retryBaseMs = 400
const retryCapMs = 2000
const retryForMs = patience(6000)

const later: Fault = { do: 'reply', text: '451 4.3.0 try again later' }
const full: Fault = { do: 'reply', text: '452 4.2.2 mailbox full' }
const gone: Fault = { do: 'reply', text: '550 5.1.1 no such user' }
const policy: Fault = { do: 'reply', text: '554 5.7.1 not from you' }
const closing: Fault = { do: 'reply', text: '421 4.3.2 closing down', end: true }

/** A plan that also keeps when each recipient was tried. */
function observed(plan: FaultPlan) {
  const tries = new Map<string, number[]>()
  return {
    tries: (index: number) => tries.get(addressOf(index)) ?? [],
    plan: (point: FaultPoint) => {
      if (point.phase === 'rcpt') tries.set(point.to, [...(tries.get(point.to) ?? []), performance.now()])
      return plan(point)
    },
  }
}

const settings = {
  delivery: { retryBaseMs, retryCapMs, sweepMs: 20, batch: 10, chunk: 20 },
  breaker: { openMs: 50, openCapMs: 100 },
}

test('4xx is tried again with back-off until the deadline, 5xx fails once, and neither stops the rest', async () => {
  let firstTry = true
  const { plan, tries } = observed(({ phase, to }) => {
    if (phase === 'rcpt' && to === addressOf(1)) return tries(1).length <= 2 ? later : undefined
    if (phase === 'rcpt' && to === addressOf(2)) return later
    if (phase === 'rcpt' && to === addressOf(3)) return gone
    if (phase === 'dot' && to === addressOf(4)) return policy
    if (phase === 'dot' && to === addressOf(5) && firstTry) {
      firstTry = false
      return full
    }
    return undefined
  })
  const { sink, daemon, send } = await openOffice({ people, settings, sink: { faults: plan } })
  await send({ retryForMs })
  await daemon.reaches('weekly', 'finished')

  const { counts, rows, doubled } = await auditOf(daemon, sink)
  expect(counts).toMatchObject({ sent: people - 3, failed: 3, unknown: 0, suppressed: 0 })
  expect(doubled).toEqual([])
  const row = (index: number) => rows.find(({ address }) => address === addressOf(index))
  expect(row(1)).toMatchObject({ state: 'sent', attempt: 3, copies: 1 })
  expect(row(5)).toMatchObject({ state: 'sent', attempt: 2, copies: 1 })
  expect(row(2)).toMatchObject({ state: 'failed', code: '451 4.3.0', copies: 0 })
  expect(row(2)!.detail).toMatch(/^Gave up after \d+ attempts: /)
  expect(row(3)).toMatchObject({ state: 'failed', code: '550 5.1.1', attempt: 1, copies: 0 })
  expect(row(4)).toMatchObject({ state: 'failed', code: '554 5.7.1', attempt: 1, copies: 0 })
  expect([3, 4, 6].map((index) => tries(index).length)).toEqual([1, 1, 1])
  // base x 2^(attempt - 1) up to the cap, less a fifth of jitter at most; how much later is the machine's affair.
  const waits = tries(2)
    .slice(1)
    .map((at, i) => at - tries(2)[i]!)
  expect(waits.length).toBeGreaterThanOrEqual(2)
  for (const [i, wait] of waits.entries())
    expect(wait).toBeGreaterThanOrEqual(0.8 * Math.min(retryBaseMs * 2 ** i, retryCapMs))
  expect(tries(2).at(-1)! - tries(2)[0]!).toBeLessThan(retryForMs + patience(500))
})

test('a mailbox that does not exist is suppressed: no later campaign goes there', async () => {
  const { plan, tries } = observed(({ phase, to }) =>
    phase === 'rcpt' && to === addressOf(3) ? gone : undefined,
  )
  const { sink, daemon, send } = await openOffice({ people, settings, sink: { faults: plan } })
  await send()
  await daemon.reaches('weekly', 'finished')
  const bounced = await daemon.client.get<Subscriber>('/subscribers/by-address', { address: addressOf(3) })
  expect(bounced.status).toBe('bounced')
  const suppressed = await daemon.client.all<{ address: string; reason: string }>('/suppressions')
  expect(suppressed).toMatchObject([{ address: addressOf(3), reason: 'bounce' }])

  const before = sink.count()
  await send({ name: 'next' })
  await daemon.reaches('next', 'finished')
  expect(sink.count() - before).toBe(people - 1)
  expect(tries(3)).toHaveLength(1)
})

test('421 is the server’s trouble: the letter goes over another connection and costs nobody an attempt', async () => {
  let left = 6
  const phases = ['mail', 'rcpt', 'dot']
  const { sink, daemon, send } = await openOffice({
    people,
    settings,
    sink: {
      faults: ({ phase, message }) =>
        // Not on the first letter of a connection alone: servers also end connections that served long enough.
        left > 0 && phase === phases[left % 3] && message > left % 2 && left-- > 0 ? closing : undefined,
    },
  })
  await send()
  await daemon.reaches('weekly', 'finished')
  expect(left).toBe(0)
  const { counts, rows, doubled } = await auditOf(daemon, sink)
  expect(counts).toMatchObject({ sent: people, failed: 0, unknown: 0 })
  expect(doubled).toEqual([])
  expect(rows.filter(({ attempt }) => attempt > 1)).toEqual([])
})

test('refusals of everybody pause the campaign instead of burning the list', async () => {
  const many = 600
  const { daemon, send } = await openOffice({
    people: many,
    settings,
    sink: { faults: ({ phase }) => (phase === 'rcpt' ? policy : undefined) },
  })
  await send({ autoPauseAfter: 20, autoPauseShare: 0.5 })
  const paused = await daemon.reaches('weekly', 'paused')
  expect((paused satisfies Campaign).reason).toContain('failed for good')
  // The pause holds from the next batches on: each of the four lanes may have a few of ten on their way.
  expect((await daemon.progress('weekly')).counts.failed).toBeLessThan(many / 2)
})
