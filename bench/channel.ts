import { startChannelActor } from '../engine/actors/channel/channel.ts'
import type { Channel, Message, Outcome } from '../engine/channel/index.ts'
import { systemClock } from '../engine/clock.ts'
import { createLimiter } from '../engine/delivery/limits/limiter.ts'
import { silentLog } from '../engine/log.ts'
import type { BucketStore } from '../engine/ports/buckets.ts'
import { openStore } from '../stores/open.ts'
import { median, type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'
import { makeConfig } from './sample.ts'

const lanes = 4
const domains = 50
const sender = 'news@example.org'

/** Takes everything at once: what is left is the way there. */
const instant: Channel = {
  capabilities: { content: 'mime', maxBatch: 500, maxInFlight: 16, idempotent: true, maxMessageBytes: null },
  send: async (batch) =>
    batch.map(({ id }): Outcome => ({ id, status: 'sent', code: '250 2.0.0', detail: 'taken' })),
  probe: async () => ({ ok: true, detail: 'up' }),
  close: async () => {},
}

const lettersOf = (count: number): readonly Message[] =>
  Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    from: sender,
    to: `reader${i}@domain${i % domains}.example`,
    bytes: new Uint8Array(),
    eightBit: false,
    utf8: false,
    key: String(i),
  }))

/** Nothing of it ever holds anything back. */
const wide = { perSecond: 1e9, burst: 1_000_000_000 }
const limits = { channel: { smtp: wide }, sender: { [sender]: wide }, domain: { '*': wide } }

/** What breaker, slots, pauses and limits cost a message: an instant channel behind its actor, beside the same send
 *  without one. Four lanes at a time, as the engine sends; rounds alternate, the medians are compared. */
export async function benchChannel(
  report: Report,
  { letters = 200_000, rounds = 5 }: { letters?: number; rounds?: number } = {},
): Promise<void> {
  const { file, remove } = makeFolder()
  const stores = { memory: await openStore('memory:'), SQLite: await openStore(`sqlite:${file}`) }
  for (const [size, word] of [
    [64, 'batches of 64'],
    [1, 'one letter a batch'],
  ] as const) {
    const batch = lettersOf(size)
    const count = size === 1 ? letters / 20 : letters
    for (const [place, { buckets }] of Object.entries(stores)) {
      const ways = { bare, breaker: behindActor(buckets, {}), limits: behindActor(buckets, limits) }
      const nanos = { bare: [] as number[], breaker: [] as number[], limits: [] as number[] }
      for (let roundNo = 0; roundNo <= rounds; roundNo++)
        for (const name of ['bare', 'breaker', 'limits'] as const) {
          // Without an actor it takes too little to be read from a clock of microseconds.
          const took = await measure(ways[name].send, batch, name === 'bare' ? 20 * count : count)
          // The first round warms up.
          if (roundNo > 0) nanos[name].push(took)
        }
      await ways.breaker.close()
      await ways.limits.close()
      const peer = median(nanos.bare)
      for (const [name, what] of [
        ['breaker', 'breaker, slots and pauses'],
        ['limits', 'the same and limits of channel, sender and 50 domains'],
      ] as const)
        report({
          name: `${what}, ${place}, ${word}`,
          value: round(median(nanos[name])),
          unit: 'ns CPU/letter',
          peer: `the same send without: ${round(peer)} ns`,
          ratio: round(peer / median(nanos[name]), 3),
        })
    }
  }
  for (const store of Object.values(stores)) await store.close()
  remove()
}

type Send = (batch: readonly Message[]) => Promise<unknown>
const { signal } = new AbortController()
const bare = { send: (batch: readonly Message[]) => instant.send(batch, signal) }

function behindActor(buckets: BucketStore, said: object) {
  const config = makeConfig({ limits: said })
  const limiter = createLimiter(config, buckets)
  const actor = startChannelActor({
    name: 'smtp',
    channel: instant,
    settings: config.breaker,
    limiter,
    clock: systemClock,
    log: silentLog,
    onChange() {},
  })
  const send: Send = async (batch) => {
    if (limiter.pressure('smtp', sender, Date.now()) !== 'none') {
      const addresses = batch.map(({ to }) => to)
      const { admitted } = await limiter.admit('smtp', sender, addresses, Date.now())
      if (admitted.length !== batch.length) throw new Error('a limit held letters back')
    }
    return actor.send(batch, signal)
  }
  return { send, close: () => actor.close() }
}

/** CPU of all threads, nanoseconds a letter: what else the machine does meanwhile is not in it. */
async function measure(send: Send, batch: readonly Message[], letters: number): Promise<number> {
  let left = Math.ceil(letters / batch.length)
  const sent = left * batch.length
  const before = process.cpuUsage()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (left-- > 0) await send(batch)
    }),
  )
  const { user, system } = process.cpuUsage(before)
  return ((user + system) * 1000) / sent
}

if (import.meta.main) await benchChannel((figure) => console.log(JSON.stringify(figure)))
