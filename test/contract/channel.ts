import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Channel,
  type ChannelDefinition,
  channelApi,
  type Message,
  type Outcome,
} from '../../engine/channel/index.ts'
import { silentLog } from '../../engine/log.ts'
import { createWatchedClock, expectNothingLeft, restingHandles, type WatchedClock } from './watch.ts'

export interface ReceivedLetter {
  readonly to: string
  /** The message as it was handed to `send`, without what the way added on top. */
  readonly bytes: Uint8Array
}

/** A channel and the other side of it, made anew for every test. */
export interface ChannelSubject<Config> {
  readonly definition: ChannelDefinition<Config>
  /** Settings that work, as an operator writes them, without `type`. */
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that are valid and lead nowhere: nothing listens, no such folder may be made. */
  readonly unreachable: Readonly<Record<string, unknown>>
  /** What the other side has taken so far. */
  received(): Promise<readonly ReceivedLetter[]> | readonly ReceivedLetter[]
  /** End the other side. */
  close(): Promise<void>
}

/** What every channel must do. Each test opens it against a fresh other side. */
export function testChannel<Config>(name: string, create: () => Promise<ChannelSubject<Config>>): void {
  describe(`${name} keeps the channel contract`, () => {
    let subject: ChannelSubject<Config>
    let opened: Channel[] = []
    let clock: WatchedClock

    const open = async (settings: Readonly<Record<string, unknown>> = subject.config): Promise<Channel> => {
      const config = subject.definition.config.parse(settings)
      const channel = await subject.definition.open(config, {
        clock,
        log: silentLog,
        random: () => 0.5,
      })
      opened.push(channel)
      return channel
    }

    beforeEach(async () => {
      opened = []
      clock = createWatchedClock()
      subject = await create()
    })
    afterEach(async () => {
      await Promise.all(opened.map((channel) => channel.close()))
      await subject.close()
    })

    it('declares itself', async () => {
      expect(subject.definition.api).toBe(channelApi)
      expect(subject.definition.name).toMatch(/^[a-z][a-z0-9-]*$/)
      const { capabilities } = await open()
      expect(capabilities.content).toBe('mime')
      expect(capabilities.maxBatch).toBeGreaterThan(0)
      expect(capabilities.maxInFlight).toBeGreaterThan(0)
    })

    it('refuses a setting it does not know, by name', () => {
      const result = subject.definition.config.safeParse({ ...subject.config, colour: 'green' })
      expect(result.success).toBe(false)
      expect(JSON.stringify(result.error?.issues)).toContain('colour')
    })

    it('sends a batch: one outcome a letter, every letter there once and byte for byte', async () => {
      const channel = await open()
      const batch = letters(Math.min(20, channel.capabilities.maxBatch))
      const outcomes = await channel.send(batch, never())
      expectOneOutcomeEach(batch, outcomes)
      expect(statuses(outcomes)).toEqual(['sent'])
      expectReceived(await subject.received(), batch)
    })

    it('takes an empty batch', async () => {
      const channel = await open()
      expect(await channel.send([], never())).toEqual([])
    })

    it('takes the largest batch it allows', async () => {
      const channel = await open()
      const batch = letters(Math.min(500, channel.capabilities.maxBatch))
      expectOneOutcomeEach(batch, await channel.send(batch, never()))
      expect((await subject.received()).length).toBe(batch.length)
    })

    it('works as many batches at once as it allows, with the same ids in each', async () => {
      const channel = await open()
      const count = Math.min(8, channel.capabilities.maxInFlight)
      const batches = Array.from({ length: count }, (_, n) => letters(10, `lane${n}`))
      const results = await Promise.all(batches.map((batch) => channel.send(batch, never())))
      for (const [n, batch] of batches.entries()) expectOneOutcomeEach(batch, results[n] ?? [])
      expect(statuses(results.flat())).toEqual(['sent'])
      expectReceived(await subject.received(), batches.flat())
    })

    it('has done with the bytes when it answers', async () => {
      const channel = await open()
      const memory = new Uint8Array(new SharedArrayBuffer(4096))
      const text = letterText('shared@example.org')
      memory.set(text)
      const message = { ...letter(1, 'shared@example.org'), bytes: memory.subarray(0, text.length) }
      expect(statuses(await channel.send([message], never()))).toEqual(['sent'])
      memory.fill(0)
      expect(textOf((await subject.received())[0])).toBe(Buffer.from(text).toString('latin1'))
    })

    it('carries a letter of 2 MB whole', async () => {
      const channel = await open()
      const limit = channel.capabilities.maxMessageBytes ?? Number.POSITIVE_INFINITY
      const bytes = letterText('big@example.org', Math.min(2_000_000, limit - 1000))
      const message = { ...letter(1, 'big@example.org'), bytes }
      expect(statuses(await channel.send([message], never()))).toEqual(['sent'])
      expectReceived(await subject.received(), [message])
    })

    it('carries 8-bit text and addresses whole, or refuses them without blaming the address', async () => {
      const channel = await open()
      const text = `Message-ID: <eight@example.org>\r\nSubject: Grüße\r\n\r\nгазета 新聞 😀\r\n`
      const message: Message = {
        ...letter(1, 'jürgen@example.org'),
        bytes: Buffer.from(text, 'utf8'),
        eightBit: true,
        utf8: true,
      }
      const [outcome] = await channel.send([message], never())
      if (outcome?.status === 'sent') expectReceived(await subject.received(), [message])
      else {
        expect(outcome).toMatchObject({ status: 'permanent', suppress: false })
        expect(await subject.received()).toEqual([])
      }
    })

    it.each([
      'a@example.org\r\nRCPT TO:<b@example.org>',
      'a@example.org\n',
      'a@exa\0mple.org',
      'a>b@example.org',
      '',
    ])('lets no address speak for itself: %j', async (to) => {
      const channel = await open()
      const good = letter(2, 'good@example.org')
      const outcomes = await channel.send([letter(1, to), good], never())
      expect(outcomes.find(({ id }) => id === 1)).toMatchObject({ status: 'permanent', suppress: false })
      expectReceived(await subject.received(), [good])
    })

    it('begins nothing when it is stopped before it starts', async () => {
      const channel = await open()
      const batch = letters(5)
      const outcomes = await channel.send(batch, AbortSignal.abort())
      expectOneOutcomeEach(batch, outcomes)
      expect(statuses(outcomes)).toEqual(['unsent'])
      expect(await subject.received()).toEqual([])
    })

    it('answers for every letter when it is stopped half way, and says the truth', async () => {
      const channel = await open()
      const batch = letters(Math.min(300, channel.capabilities.maxBatch))
      const stop = new AbortController()
      const sending = channel.send(batch, stop.signal)
      await vi.waitUntil(async () => (await subject.received()).length > 0, { interval: 1, timeout: 60_000 })
      stop.abort()
      const outcomes = await sending
      expectOneOutcomeEach(batch, outcomes)
      const there = new Set((await subject.received()).map(({ to }) => to))
      for (const { id, status } of outcomes) {
        const { to } = batch[id - 1] ?? letter(0, '')
        if (status === 'sent') expect(there).toContain(to)
        else if (status === 'unsent') expect(there).not.toContain(to)
        else expect(status).toBe('unknown')
      }
    })

    it('refuses copies of a key if it claims to, also after a restart', async () => {
      const channel = await open()
      if (!channel.capabilities.idempotent) return
      const message = letter(1, 'once@example.org')
      expect(statuses(await channel.send([message], never()))).toEqual(['sent'])
      expect(statuses(await channel.send([message], never()))).toEqual(['sent'])
      await channel.close()
      const again = await open()
      expect(statuses(await again.send([{ ...message, id: 7 }], never()))).toEqual(['sent'])
      expectReceived(await subject.received(), [message])
    })

    it('can be probed, and a probe delivers nothing', async () => {
      const channel = await open()
      const result = await channel.probe(never())
      expect(result).toMatchObject({ ok: true })
      expect(await subject.received()).toEqual([])
    })

    it('never rejects a probe', async () => {
      const channel = await open()
      expect(await channel.probe(AbortSignal.abort())).toHaveProperty('ok')
      const lost = await open(subject.unreachable)
      const result = await lost.probe(never())
      expect(result.ok).toBe(false)
      expect(result.detail.length).toBeGreaterThan(10)
    })

    it('opens where nothing answers, and then blames the channel, no recipient', async () => {
      const lost = await open(subject.unreachable)
      const batch = letters(3)
      let outcomes: readonly Outcome[]
      try {
        outcomes = await lost.send(batch, never())
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
        expect(String(error).length).toBeGreaterThan(20)
        return
      }
      expectOneOutcomeEach(batch, outcomes)
      for (const outcome of outcomes) {
        expect(outcome.status === 'transient' ? outcome.scope : outcome.status).toMatch(/^(unsent|channel)$/)
      }
    })

    it('closes twice, takes nothing after that, and leaves no handle behind', async () => {
      const before = await restingHandles()
      const channel = await open()
      await channel.send(letters(10), never())
      await channel.probe(never())
      await Promise.all([channel.close(), channel.close()])
      await channel.close()
      await expect(channel.send(letters(1), never())).rejects.toThrow()
      await expectNothingLeft(clock, before)
    })

    it('answers for everything when it is closed at work', async () => {
      const before = await restingHandles()
      const channel = await open()
      const batch = letters(Math.min(300, channel.capabilities.maxBatch))
      const sending = channel.send(batch, never())
      await channel.close()
      const outcomes = await sending
      expectOneOutcomeEach(batch, outcomes)
      const there = (await subject.received()).length
      expect(there).toBeGreaterThanOrEqual(outcomes.filter(({ status }) => status === 'sent').length)
      expect(there).toBeLessThanOrEqual(outcomes.filter(({ status }) => status !== 'unsent').length)
      await expectNothingLeft(clock, before)
    })
  })
}

const never = () => new AbortController().signal

function letterText(to: string, bytes = 300): Buffer {
  const head =
    `Message-ID: <${to.replace('@', '.')}@sender.test>\r\nFrom: News <news@sender.test>\r\nTo: ${to}\r\n` +
    'Subject: Contract\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n'
  const line = 'All the news of the day, in lines that are neither long nor begin with a dot.\r\n'
  return Buffer.from(
    head + line.repeat(Math.max(1, Math.ceil((bytes - head.length) / line.length))),
    'latin1',
  )
}

const letter = (id: number, to: string): Message => ({
  id,
  from: 'news@sender.test',
  to,
  bytes: letterText(to.replace(/[\r\n\0]/g, '')),
  eightBit: false,
  utf8: false,
  key: `key of ${to}`,
})

const letters = (count: number, prefix = 'reader'): Message[] =>
  Array.from({ length: count }, (_, n) => letter(n + 1, `${prefix}${n + 1}@example.org`))

function expectOneOutcomeEach(batch: readonly Message[], outcomes: readonly Outcome[]): void {
  const ids = outcomes.map(({ id }) => id).toSorted((a, b) => a - b)
  expect(ids).toEqual(batch.map(({ id }) => id).toSorted((a, b) => a - b))
}

const statuses = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(outcomes.map(({ status }) => status)),
]

const textOf = (received: ReceivedLetter | undefined): string =>
  received === undefined ? '' : Buffer.from(received.bytes).toString('latin1')

function expectReceived(received: readonly ReceivedLetter[], batch: readonly Message[]): void {
  const told = (list: readonly ReceivedLetter[]) => list.map((one) => `${one.to}\n${textOf(one)}`).toSorted()
  expect(told(received)).toEqual(told(batch))
}
