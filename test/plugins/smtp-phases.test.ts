import { expect, test } from 'vitest'
import { waitFor } from '../engine/support/wait.ts'
import { forRecipient } from '../servers/faults.ts'
import { letters, never, openSink, openSmtp } from './smtp-kit.ts'

const recorder = () => {
  const steps: (readonly [phase: string, seconds: number])[] = []
  return {
    meter: { phase: (phase: string, seconds: number) => void steps.push([phase, seconds]) },
    phases: () => steps.map(([phase]) => phase),
    seconds: () => steps.map(([, seconds]) => seconds),
  }
}

test('a step is told when it has ended', async () => {
  const answer = Promise.withResolvers<void>()
  const sink = await openSink({
    faults: forRecipient(() => true, 'dot', { do: 'delay', until: answer.promise }),
  })
  const { meter, phases, seconds } = recorder()
  const channel = await openSmtp(sink.port, { connections: 1 }, { meter })
  const sending = channel.send(letters(1), never())
  await waitFor('the envelope to be taken', () => phases().includes('envelope'))
  expect(phases()).toEqual(['connect', 'ehlo', 'envelope'])
  answer.resolve()
  await sending
  expect(phases()).toEqual(['connect', 'ehlo', 'envelope', 'data'])
  for (const each of seconds()) expect(each).toBeGreaterThanOrEqual(0)
})

test('a letter that is refused before it is sent has no time of its data', async () => {
  const sink = await openSink({
    faults: forRecipient(() => true, 'rcpt', { do: 'reply', text: '550 5.1.1 no' }),
  })
  const { meter, phases } = recorder()
  const channel = await openSmtp(sink.port, { connections: 1 }, { meter })
  await channel.send(letters(1), never())
  expect(phases()).toEqual(['connect', 'ehlo', 'envelope'])
})

test('of many letters on one connection every 16th is timed', async () => {
  const sink = await openSink()
  const { meter, phases } = recorder()
  const channel = await openSmtp(sink.port, { connections: 1 }, { meter })
  await channel.send(letters(40), never())
  expect(sink.connections().total).toBe(1)
  expect(phases().filter((phase) => phase === 'data')).toHaveLength(3)
})
