import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Carried, Channel, Outcome } from '../../../engine/channel/index.ts'
import { createTestClock } from '../support/clock.ts'
import { capabilitiesOf, letter, never, openDesk } from './desk.ts'

type Fate = 'sent' | 'gone' | 'later' | 'room' | 'silent' | 'unsent' | 'unknown' | 'down' | 'told'
const fates: { readonly [fate in Fate]: (id: number) => Outcome } = {
  sent: (id) => ({ id, status: 'sent', code: '250', detail: null }),
  gone: (id) => ({ id, status: 'permanent', code: '550 5.1.1', detail: 'no such user', suppress: true }),
  later: (id) => transient(id, 'recipient', null),
  room: (id) => transient(id, 'room', 1),
  silent: (id) => ({ id, status: 'unknown', code: 'timeout', detail: 'no answer', scope: 'room' }),
  unsent: (id) => ({ id, status: 'unsent', code: 'unreachable', detail: 'nothing listens' }),
  unknown: (id) => ({ id, status: 'unknown', code: 'timeout', detail: 'no answer' }),
  down: (id) => transient(id, 'channel', null),
  told: (id) => transient(id, 'channel', 1),
}
const transient = (
  id: number,
  scope: 'recipient' | 'room' | 'channel',
  retryAfterMs: number | null,
): Outcome => ({
  id,
  status: 'transient',
  code: '451',
  detail: 'later',
  scope,
  retryAfterMs,
})

/** An actor whose next call brings these, one a letter. */
function start(config: object = {}) {
  const clock = createTestClock()
  let reachable = true
  let held: Promise<unknown> | null = null
  let next: readonly Fate[] = []
  const probes: number[] = []
  const channel: Channel<Carried> = {
    capabilities: capabilitiesOf(),
    async send(batch) {
      const mine = next
      await held
      return batch.map(({ id }, i) => fates[mine[i]!](id))
    },
    async probe() {
      probes.push(clock.now())
      return reachable ? { ok: true, detail: 'up' } : { ok: false, detail: 'still nothing' }
    },
    close: async () => {},
  }
  const desk = openDesk(channel, { clock, config: { breaker: config } })
  const call = (...said: Fate[]) => {
    next = said
    return desk.actor.send(
      said.map((_, i) => letter(i)),
      never,
    )
  }
  return {
    ...desk,
    probes,
    call,
    async calls(count: number, ...said: Fate[]) {
      for (let n = 0; n < count; n++) await call(...said)
    },
    /** So many times one call after the other. */
    async inTurns(times: number, ...said: Fate[]) {
      for (let n = 0; n < times; n++) for (const one of said) await call(one)
    },
    reach: (is: boolean) => {
      reachable = is
    },
    hold(until: Promise<unknown> | null) {
      held = until
    },
    state: () => desk.actor.state().state,
    /** Until the probe that is due has decided. */
    async wait() {
      clock.advance(desk.actor.blockedUntil()! - clock.now())
      const before = desk.states.length
      await vi.waitFor(() => expect(desk.actor.state().state).not.toBe('half-open'), {
        interval: 1,
        timeout: 60_000,
      })
      return desk.states.slice(before)
    },
  }
}

test('an outage is found after three calls without one answer, and nothing goes until a probe comes through', async () => {
  const { actor, clock, call, calls, reach, state, wait, probes } = start()
  reach(false)
  await calls(2, 'unsent', 'down', 'unknown')
  await call('unsent', 'gone')
  await calls(2, 'unsent')
  expect(state()).toBe('closed')
  await call('unknown')
  expect(actor.state()).toEqual({ state: 'open', detail: 'no answer' })
  const opened = clock.now()
  await wait()
  await wait()
  await wait()
  expect(actor.state()).toEqual({ state: 'open', detail: 'still nothing' })
  reach(true)
  await wait()
  expect(state()).toBe('closed')
  // The wait doubles, from one second to eight: within ten of its return something goes again.
  expect(probes.map((at) => at - opened)).toEqual([1000, 3000, 7000, 15_000])
  expect(actor.blockedUntil()).toBe(null)
})

test('half of the calls failing opens it, though never two in a row do; fewer do not', async () => {
  const { call, inTurns, state } = start()
  await inTurns(4, 'sent', 'unsent')
  await call('sent')
  expect(state()).toBe('closed')
  await call('unsent')
  expect(state()).toBe('open')

  const other = start()
  for (let n = 0; n < 100; n++) await other.call(n % 5 === 2 || n % 5 === 4 ? 'unsent' : 'sent')
  expect(other.state()).toBe('closed')
})

test('a call counts for the share of its letters that the channel failed, not once for each of them', async () => {
  const many = Array.from({ length: 99 }, () => 'unsent' as const)
  const { call, calls, state } = start()
  await call(...many, 'sent')
  await calls(20, 'sent')
  expect(state()).toBe('closed')
  const other = start()
  await other.calls(9, 'unsent', 'sent')
  expect(other.state()).toBe('closed')
  await other.call('unsent', 'sent')
  expect(other.state()).toBe('open')
})

test('a call that is answered takes back what was said of the one before', async () => {
  const { actor, call } = start()
  for (const said of [['unsent'], ['unsent', 'sent']] as const) {
    await call(...said)
    expect(actor.state()).toEqual({ state: 'closed', detail: 'nothing listens' })
    await call('sent')
    expect(actor.state()).toEqual({ state: 'closed', detail: null })
  }
})

test('a call that is answered opens nothing, whatever share of those before it failed', async () => {
  const { call, inTurns, state } = start()
  await inTurns(4, 'unsent', 'sent')
  await call('unsent')
  // The tenth, which is enough to judge by.
  await call('sent')
  expect(state()).toBe('closed')
  await call('unsent')
  expect(state()).toBe('open')
})

test('one that is back begins anew: what failed before it opened is forgotten', async () => {
  const { call, calls, inTurns, state, wait } = start()
  await inTurns(5, 'sent', 'unsent')
  expect(state()).toBe('open')
  await wait()
  await call('sent')
  await calls(2, 'unsent')
  expect(state()).toBe('closed')
})

test('too few calls within the window open nothing, however many there were before', async () => {
  const { clock, calls, states } = start()
  for (let n = 0; n < 100; n++) {
    await calls(1, 'unsent')
    await calls(1, 'sent')
    // Eight calls in any thirty seconds.
    clock.advance(7500)
  }
  expect(states).toEqual([])
})

test('what is said of recipients and rooms, or of when to come back, never opens it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.constantFrom<Fate>('sent', 'gone', 'later', 'room', 'silent', 'told'), {
          minLength: 1,
          maxLength: 5,
        }),
        { maxLength: 60 },
      ),
      async (said) => {
        const { call, clock, states } = start({ minCalls: 2, faultShare: 0.01, failures: 1 })
        for (const one of said) {
          await call(...one)
          clock.advance(1)
        }
        expect(states).toEqual([])
      },
    ),
    { numRuns: 50 },
  )
})

test('a letter that was on its way closes what an outage opened, and not what fails for half of them', async () => {
  for (const cause of ['outage', 'share'] as const) {
    const { hold, call, calls, state } = start()
    const gate = Promise.withResolvers<void>()
    hold(gate.promise)
    const late = call('sent')
    await vi.waitFor(() => new Promise((resolve) => setImmediate(resolve)))
    hold(null)
    if (cause === 'outage') await calls(3, 'unsent')
    else await calls(10, 'unsent', 'sent')
    expect(state()).toBe('open')
    gate.resolve()
    await late
    expect(state()).toBe(cause === 'outage' ? 'closed' : 'open')
  }
})

test('one whose probe came through is judged by its first call', async () => {
  const { call, calls, state, wait } = start()
  await calls(3, 'unknown')
  await wait()
  await call('unknown')
  expect(state()).toBe('open')
  await wait()
  await call('sent')
  await calls(2, 'unknown')
  expect(state()).toBe('closed')
})

test('one that comes back and fails at once waits longer each time; after a good while it begins anew', async () => {
  const { actor, clock, calls, state, wait } = start()
  const waits: number[] = []
  const fall = async () => {
    await calls(3, 'down')
    waits.push(actor.blockedUntil()! - clock.now())
    await wait()
    expect(state()).toBe('closed')
  }
  for (let n = 0; n < 5; n++) await fall()
  clock.advance(30_000)
  await fall()
  expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 1000])
})
