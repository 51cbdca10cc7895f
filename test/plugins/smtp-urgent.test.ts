import { expect, it, vi } from 'vitest'
import type { Message } from '../../engine/channel/index.ts'
import { forRecipient, onConnection } from '../servers/faults.ts'
import { letter, never, openSink, openSmtp, tally } from './smtp-kit.ts'

const connections = 4
const bulkTo = (to: string) => to.startsWith('reader')
const bulk = (count: number): Message[] => Array.from({ length: count }, (_, n) => letter(n + 1))
const alert = (id: number): Message => ({ ...letter(id, `officer${id}@example.org`), urgent: true })
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 5 })

/** A campaign's letters fill every connection, and no answer to one comes. */
async function busyOffice() {
  const sink = await openSink({
    keep: true,
    faults: forRecipient(bulkTo, 'dot', { do: 'hang' }),
  })
  const channel = await openSmtp(sink.port, { connections, drainMs: 0 })
  const stop = new AbortController()
  const mails = () => sink.commands().filter((line) => line.startsWith('RCPT') && line.includes('<reader'))
  const campaign = channel.send(bulk(40), stop.signal)
  await eventually(() => expect(mails()).toHaveLength(connections))
  return { sink, channel, campaign, mails, stop: () => stop.abort() }
}

it('an alert does not wait for a campaign that fills every connection of a server that hangs', async () => {
  const { sink, channel, campaign, mails, stop } = await busyOffice()
  expect(tally(await channel.send([alert(1)], never()))).toEqual({ sent: 1 })
  expect(tally(await channel.send([alert(2), alert(3)], never()))).toEqual({ sent: 2 })
  expect(sink.received().map(({ to }) => to)).toEqual([1, 2, 3].map((id) => `officer${id}@example.org`))
  // One connection more, kept while it is needed; it takes none of the campaign's letters.
  expect(sink.connections().total).toBe(connections + 1)
  expect(mails()).toHaveLength(connections)
  stop()
  expect(tally(await campaign)).toEqual({ unknown: connections, unsent: 40 - connections })
})

it('where the server allows no further connection an alert is the next letter of those there are', async () => {
  const sink = await openSink({
    keep: true,
    faults: onConnection(2, ({ phase }) =>
      phase === 'banner' ? { do: 'reply', text: '421 4.7.0 too many connections', end: true } : undefined,
    ),
  })
  const channel = await openSmtp(sink.port, { connections: 1 })
  const campaign = channel.send(bulk(200), never())
  await eventually(() => expect(sink.count()).toBeGreaterThan(0))
  expect(tally(await channel.send([alert(1)], never()))).toEqual({ sent: 1 })
  expect(tally(await campaign)).toEqual({ sent: 200 })
  const to = sink.received().map((receipt) => receipt.to)
  expect(to.indexOf('officer1@example.org')).toBeLessThan(190)
  expect(sink.connections().total).toBe(2)
})

it('the connection that an alert opened takes over when the other one has served its time', async () => {
  const gate = Promise.withResolvers<void>()
  const sink = await openSink({
    keep: true,
    faults: forRecipient((to) => to === 'reader3@example.org', 'dot', { do: 'delay', until: gate.promise }),
  })
  const channel = await openSmtp(sink.port, { connections: 1, messagesPerConnection: 3 })
  const campaign = channel.send(bulk(6), never())
  await eventually(() => expect(sink.commands().filter((line) => line === 'DATA')).toHaveLength(3))
  expect(tally(await channel.send([alert(1)], never()))).toEqual({ sent: 1 })
  expect(sink.connections().total).toBe(2)
  gate.resolve()
  expect(tally(await campaign)).toEqual({ sent: 6 })
  // Letters 4 and 5 by the alert's, which has served its time with them.
  expect(sink.connections().total).toBe(3)
})
