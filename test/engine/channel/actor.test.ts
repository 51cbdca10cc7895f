import { expect, test, vi } from 'vitest'
import type { Carried, Channel, Outcome } from '../../../engine/channel/index.ts'
import { capabilitiesOf, letter, never, openDesk, post } from './desk.ts'

/** An actor of a channel that answers when it is told to. */
function start(capabilities: Partial<Channel['capabilities']> = {}) {
  const calls: { readonly ids: readonly number[]; readonly answer: () => void }[] = []
  const channel: Channel<Carried> = {
    capabilities: capabilitiesOf({ maxBatch: 10, ...capabilities }),
    send: (batch) =>
      new Promise<readonly Outcome[]>((resolve) => {
        calls.push({
          ids: batch.map(({ id }) => id),
          answer: () => resolve(batch.map(({ id }) => ({ id, status: 'sent', code: '250', detail: null }))),
        })
      }),
    probe: async () => ({ ok: true, detail: 'up' }),
    close: async () => {},
  }
  return { actor: openDesk(channel).actor, calls, ids: () => calls.map(({ ids }) => ids[0]) }
}
const turns = () => vi.waitFor(() => new Promise<void>((resolve) => setImmediate(resolve)))

test('a slot is kept for what is urgent, and goes to it first', async () => {
  const { actor, calls, ids } = start()
  const sending = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => actor.send([letter(id)], never))
  await turns()
  expect(ids()).toEqual([1, 2, 3, 4, 5, 6, 7])
  for (const id of [101, 102])
    sending.push(actor.send([letter(10), letter(id, { urgent: true })].toReversed(), never))
  await turns()
  // The eighth slot; the other alert goes before letters 8 and 9, which came first.
  expect(ids().slice(7)).toEqual([101])
  calls[0]!.answer()
  await turns()
  expect(ids().slice(8)).toEqual([102])
  calls[7]!.answer()
  await turns()
  expect(ids()).toHaveLength(9)
  calls[1]!.answer()
  await turns()
  expect(ids().slice(9)).toEqual([8])
  for (let n = 0; n < calls.length; n++) {
    calls[n]!.answer()
    await turns()
  }
  expect((await Promise.all(sending)).flat()).toHaveLength(13)
  expect(calls).toHaveLength(11)
})

test('a channel of one call at a time keeps nothing, and still puts what is urgent first', async () => {
  const { actor, calls, ids } = start({ maxInFlight: 1 })
  for (const id of [1, 2]) void actor.send([letter(id)], never)
  void actor.send([letter(3, { urgent: true })], never)
  await turns()
  expect(ids()).toEqual([1])
  for (let n = 0; n < 3; n++) {
    calls[n]!.answer()
    await turns()
  }
  expect(ids()).toEqual([1, 3, 2])
})

test.each([
  ['mime', post(2)],
  ['note', letter(2)],
] as const)(
  'a channel of %s that is given the other kind is a defect, and nothing leaves',
  async (content, wrong) => {
    const { actor, calls } = start({ content })
    const right = content === 'mime' ? letter(1) : post(1)
    await expect(actor.send([right, wrong], never)).rejects.toThrow(TypeError)
    expect(calls).toHaveLength(0)
    const sending = actor.send([right], never)
    await vi.waitFor(() => expect(calls).toHaveLength(1), { interval: 5, timeout: 60_000 })
    calls[0]!.answer()
    expect(await sending).toMatchObject([{ id: 1, status: 'sent' }])
  },
)
