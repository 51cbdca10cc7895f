import { describe, expect, it } from 'vitest'
import { always, type Fault, forRecipient, onConnection, once, type Phase, times } from '../servers/faults.ts'
import { startSink } from '../servers/smtp-sink.ts'
import { patience } from '../support/pace.ts'
import {
  copies,
  impatient,
  letter,
  letters,
  never,
  openSink,
  openSmtp,
  sendOrUnsent,
  tally,
} from './smtp-kit.ts'

const drop: Fault = { do: 'drop' }
const reset: Fault = { do: 'reset' }
const hang: Fault = { do: 'hang' }
// More than the socket buffers of both sides can hide.
const hugeBytes = 16_000_000

describe('a server that cannot be reached', () => {
  it('rejects, names the place, and sends on when it is back', async () => {
    const first = await startSink()
    await first.close()
    const channel = await openSmtp(first.port)
    await expect(channel.send(letters(3), never())).rejects.toThrow(
      `Nothing listens at 127.0.0.1:${first.port}: the connection was refused. Check host and port`,
    )
    const back = await openSink({ port: first.port })
    expect(tally(await channel.send(letters(3), never()))).toEqual({ sent: 3 })
    expect(back.count()).toBe(3)
  })

  it('rejects a name that DNS does not know, in words', async () => {
    const channel = await openSmtp(25, { host: 'mail.broadsheet.invalid' })
    await expect(channel.send(letters(3), never())).rejects.toThrow(
      /mail\.broadsheet\.invalid:25.*(DNS|Check)/,
    )
    expect(await channel.probe(never())).toMatchObject({ ok: false })
  })

  it('is asked once a batch, not once a connection', async () => {
    const sink = await openSink({ faults: always('connect', drop) })
    const channel = await openSmtp(sink.port)
    await expect(channel.send(letters(100), never())).rejects.toThrow(/closed the connection/)
    expect(sink.connections().total).toBe(1)
  })
})

describe('a connection that ends before the final dot', () => {
  const phases: Phase[] = ['banner', 'ehlo', 'mail', 'rcpt', 'data']
  const cases = phases.flatMap((phase) =>
    ([drop, reset, hang] as const).map((fault) => ({ phase, fault, name: `${fault.do} at ${phase}` })),
  )

  it.each(cases)('$name: unsent, and one copy in the end', async ({ phase, fault }) => {
    const sink = await openSink({ faults: always(phase, fault) })
    const limits = fault.do === 'hang' ? impatient : {}
    const channel = await openSmtp(sink.port, { connections: 2, ...limits })
    const batch = letters(8)
    const outcomes = await sendOrUnsent(channel, batch)
    expect(tally(outcomes)).toEqual({ unsent: 8 })
    expect(sink.count()).toBe(0)
    // A broken server is not tried once for every letter.
    expect(sink.connections().total).toBeLessThanOrEqual(5)

    sink.setFaults(null)
    const again = await openSmtp(sink.port)
    expect(tally(await again.send(batch, never()))).toEqual({ sent: 8 })
    expect(Object.values(copies(sink))).toEqual(Array.from({ length: 8 }, () => 1))
  })

  it.each(['mail', 'rcpt', 'data'] as const)('dropped once at %s: nobody notices', async (phase) => {
    const sink = await openSink({ faults: once(phase, drop) })
    const channel = await openSmtp(sink.port, { connections: 2 })
    expect(tally(await channel.send(letters(10), never()))).toEqual({ sent: 10 })
    expect(Object.values(copies(sink))).toEqual(Array.from({ length: 10 }, () => 1))
  })

  it.each([drop, reset, hang])('$do within a long letter: unsent', async (fault) => {
    const sink = await openSink({ faults: always('body', fault) })
    const limits = fault.do === 'hang' ? { dataTimeoutMs: 300 } : {}
    const channel = await openSmtp(sink.port, { connections: 1, ...limits })
    const outcomes = await sendOrUnsent(channel, [letter(1, 'reader@example.org', hugeBytes)])
    expect(tally(outcomes)).toEqual({ unsent: 1 })
    sink.setFaults(null)
    const again = await openSmtp(sink.port)
    expect(tally(await again.send([letter(1)], never()))).toEqual({ sent: 1 })
  })

  // 25 KB are in the kernel's hands at once, dot and all: nobody can tell how much of it the server read.
  it.each([drop, reset, hang])('$do within a short letter: unknown, for it had left', async (fault) => {
    const sink = await openSink({ faults: always('body', fault) })
    const limits = fault.do === 'hang' ? { dataTimeoutMs: 300 } : {}
    const channel = await openSmtp(sink.port, { connections: 1, ...limits })
    const outcomes = await channel.send([letter(1, 'reader@example.org', 25_000)], never())
    expect(tally(outcomes)).toEqual({ unknown: 1 })
  })

  it('is a refusal where the server still said so', async () => {
    const faults = always('body', { do: 'reply', text: '452 4.3.1 insufficient system storage' })
    const sink = await openSink({ faults })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send([letter(1, 'reader@example.org', hugeBytes)], never())
    expect(outcomes).toMatchObject([{ status: 'transient', code: '452 4.3.1', scope: 'recipient' }])
  })

  it('leaves a recipient alone whose address makes the server hang up', async () => {
    const faults = forRecipient((to) => to === 'reader5@example.org', 'rcpt', drop)
    const sink = await openSink({ faults })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send(letters(10), never())
    expect(outcomes.find(({ id }) => id === 5)).toMatchObject({ status: 'unsent', code: 'disconnected' })
    expect(tally(outcomes)).toEqual({ sent: 9, unsent: 1 })
  })
})

describe('a connection that ends after the final dot', () => {
  it.each([
    { fault: drop, taken: true },
    { fault: drop, taken: false },
    { fault: reset, taken: true },
    { fault: hang, taken: true },
    { fault: hang, taken: false },
  ])('$fault.do, letter taken: $taken: unknown, and never sent again by itself', async ({ fault, taken }) => {
    const sink = await openSink({ faults: times(1, 'dot', { ...fault, taken }) })
    const limits = fault.do === 'hang' ? { dataTimeoutMs: 300 } : {}
    const channel = await openSmtp(sink.port, { connections: 1, ...limits })
    const outcomes = await channel.send([letter(1)], never())
    expect(tally(outcomes)).toEqual({ unknown: 1 })
    expect(sink.count()).toBe(taken ? 1 : 0)
    expect(outcomes[0]).toMatchObject({ code: fault.do === 'hang' ? 'timeout' : 'disconnected' })
  })

  it('is the fate of that letter only', async () => {
    const sink = await openSink({ faults: times(1, 'dot', { do: 'drop', taken: true }) })
    const channel = await openSmtp(sink.port, { connections: 2 })
    expect(tally(await channel.send(letters(20), never()))).toEqual({ unknown: 1, sent: 19 })
    expect(Object.values(copies(sink))).toEqual(Array.from({ length: 20 }, () => 1))
  })

  it('hands the rest back unsent when it happens again and again', async () => {
    const sink = await openSink({ faults: always('dot', drop) })
    const channel = await openSmtp(sink.port, { connections: 1 })
    expect(tally(await channel.send(letters(50), never()))).toEqual({ unknown: 3, unsent: 47 })
  })
})

describe('a server under strain', () => {
  it('may be slow: the limit is for each reply, not for the letter', async () => {
    const phases = new Set<Phase>(['mail', 'rcpt', 'data', 'dot'])
    const delayMs = patience(1000)
    const sink = await openSink({
      faults: ({ phase }) => (phases.has(phase) ? { do: 'delay', ms: delayMs } : undefined),
    })
    const channel = await openSmtp(sink.port, { connections: 4, replyTimeoutMs: Math.round(2.7 * delayMs) })
    expect(tally(await channel.send(letters(4), never()))).toEqual({ sent: 4 })
  })

  it('may close idle connections: the next letter goes over a new one', async () => {
    const sink = await openSink()
    const channel = await openSmtp(sink.port, { connections: 1, messagesPerConnection: 1000 })
    await channel.send([letter(1)], never())
    sink.setFaults(onConnection(1, always('mail', drop)))
    expect(tally(await channel.send([letter(2)], never()))).toEqual({ sent: 1 })
  })

  it('may end a connection by 421 after some letters', async () => {
    const sink = await openSink({
      faults: ({ phase, message }) =>
        phase === 'mail' && message > 3
          ? { do: 'reply', text: '421 4.7.0 enough for now', end: true }
          : undefined,
    })
    const channel = await openSmtp(sink.port, { connections: 2 })
    expect(tally(await channel.send(letters(20), never()))).toEqual({ sent: 20 })
    expect(Object.values(copies(sink))).toEqual(Array.from({ length: 20 }, () => 1))
  })

  it('may allow few connections', async () => {
    const sink = await openSink({
      faults: ({ phase, connection }) =>
        phase === 'banner' && connection > 2
          ? { do: 'reply', text: '421 4.7.0 too many', end: true }
          : undefined,
    })
    const channel = await openSmtp(sink.port, { connections: 8 })
    expect(tally(await channel.send(letters(100), never()))).toEqual({ sent: 100 })
  })

  it('that always says 421 is a fault of the channel, and is not run against', async () => {
    const sink = await openSink({
      faults: always('mail', { do: 'reply', text: '421 4.3.2 shutting down', end: true }),
    })
    const channel = await openSmtp(sink.port, { connections: 2 })
    const outcomes = await channel.send(letters(50), never())
    for (const outcome of outcomes) {
      expect(outcome.status === 'transient' ? outcome.scope : outcome.status).toMatch(/^(channel|unsent)$/)
    }
    expect(sink.connections().total).toBeLessThanOrEqual(6)
  })
})

describe('the drain deadline', () => {
  it('ends a letter that was not begun, at once', async () => {
    const sink = await openSink({ faults: always('rcpt', hang), keep: true })
    const channel = await openSmtp(sink.port, { connections: 1, replyTimeoutMs: 60_000, drainMs: 60_000 })
    const stop = new AbortController()
    const sending = channel.send(letters(3), stop.signal)
    await expect.poll(() => sink.commands().some((line) => line.startsWith('RCPT'))).toBe(true)
    stop.abort()
    expect(tally(await sending)).toEqual({ unsent: 3 })
  })

  it('waits a little for the answer to a letter that has left', async () => {
    const stop = new AbortController()
    const sink = await openSink({
      faults({ phase }) {
        if (phase !== 'dot') return undefined
        stop.abort()
        return { do: 'delay', ms: 50 }
      },
    })
    const channel = await openSmtp(sink.port, { connections: 1, drainMs: 5000 })
    expect(tally(await channel.send(letters(3), stop.signal))).toEqual({ sent: 1, unsent: 2 })
    expect(sink.count()).toBe(1)
  })

  it('does not wait longer than that', async () => {
    const sink = await openSink({ faults: always('dot', { do: 'hang', taken: true }) })
    const channel = await openSmtp(sink.port, { connections: 1, dataTimeoutMs: 60_000, drainMs: 50 })
    const stop = new AbortController()
    const sending = channel.send(letters(3), stop.signal)
    await expect.poll(() => sink.count()).toBe(1)
    stop.abort()
    expect(tally(await sending)).toEqual({ unknown: 1, unsent: 2 })
  })
})
