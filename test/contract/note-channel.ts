import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Block,
  type Channel,
  type ChannelDefinition,
  channelApi,
  type Log,
  type Outcome,
  type Post,
} from '../../engine/channel/index.ts'
import { hostile, hostileBlocks, post, posts } from './posts.ts'
import { createWatchedClock, expectNothingLeft, restingHandles, type WatchedClock } from './watch.ts'

/** What somebody in front of a screen sees of a post. */
export interface ReceivedPost {
  /** The room or the person it came to, as the post named it. */
  readonly to: string
  /** All of its words, as they stand on the screen: markup is not words. */
  readonly text: string
  /** Whom it calls: people, groups, everyone. */
  readonly mentions: readonly string[]
  /** What words or buttons lead to. */
  readonly urls: readonly string[]
}

/** What the other side does with the requests to come.
 *  - `limited`: 429 with Retry-After.
 *  - `error`: 500.
 *  - `drop`: reads the request, and ends the connection.
 *  - `hang`: reads the request, and says nothing.
 *  - `redirect`: to an address of its own, where requests are counted too. */
export type Behaviour =
  | { readonly do: 'limited'; readonly retryAfterMs: number }
  | { readonly do: 'error' }
  | { readonly do: 'drop' }
  | { readonly do: 'hang' }
  | { readonly do: 'redirect' }

/** A channel that carries posts over HTTP and the other side of it, made anew for every test. */
export interface NoteChannelSubject<Config> {
  readonly definition: ChannelDefinition<Config, Post>
  /** Settings that work, with two rooms, as an operator writes them, without `type`. */
  readonly config: Readonly<Record<string, unknown>>
  /** The same, valid, with nothing listening where they lead. */
  readonly unreachable: Readonly<Record<string, unknown>>
  readonly rooms: readonly [string, string]
  /** A person it can reach, and what is none; null: it reaches rooms only. */
  readonly contacts: { readonly good: string; readonly bad: string } | null
  /** What of `config` nobody else may read: tokens, addresses that are keys. */
  readonly secrets: readonly string[]
  /** From a request to giving up on its answer, at most. */
  readonly timeoutMs: number
  /** What the channel says of a 500: it may have been taken, or not. */
  readonly onError: 'unknown' | 'transient'
  received(): readonly ReceivedPost[]
  /** Requests that could have posted something, refused ones too. */
  requests(): number
  /** For one room, or for all. Null: it is well again. */
  behave(behaviour: Behaviour | null, room?: string): void
  /** End the other side. */
  close(): Promise<void>
}

/** What every channel of posts must do. Each test opens it against a fresh other side. */
export function testNoteChannel<Config>(
  name: string,
  create: () => Promise<NoteChannelSubject<Config>>,
): void {
  describe(`${name} keeps the contract of channels that carry posts`, () => {
    let subject: NoteChannelSubject<Config>
    let opened: Channel<Post>[] = []
    let clock: WatchedClock
    /** All that was said to people: logs, outcomes, probes. */
    let said: unknown[]

    const open = async (settings: Readonly<Record<string, unknown>> = subject.config) => {
      const config = subject.definition.config.parse(settings)
      const channel = await subject.definition.open(config, { clock, log: logInto(said), random: () => 0.5 })
      opened.push(channel)
      return channel
    }
    const send = async (channel: Channel<Post>, batch: readonly Post[], signal = never()) => {
      const outcomes = await channel.send(batch, signal)
      said.push(outcomes)
      expect(idsOf(outcomes)).toEqual(idsOf(batch))
      for (const { detail, code } of outcomes) {
        expect(detail?.length ?? 0).toBeLessThanOrEqual(500)
        expect(code?.length ?? 0).toBeLessThanOrEqual(100)
      }
      return outcomes
    }
    const requested = (count: number) =>
      vi.waitFor(() => expect(subject.requests()).toBe(count), { interval: 5, timeout: 60_000 })

    beforeEach(async () => {
      opened = []
      said = []
      clock = createWatchedClock()
      subject = await create()
    })
    afterEach(async () => {
      await Promise.all(opened.map((channel) => channel.close()))
      await subject.close()
      // Whatever happened, no secret is in what people read.
      const text = JSON.stringify(said)
      for (const secret of subject.secrets) expect(text).not.toContain(secret)
    })

    it('declares itself', async () => {
      expect(subject.definition.api).toBe(channelApi)
      expect(subject.definition.name).toMatch(/^[a-z][a-z0-9-]*$/)
      const { capabilities } = await open()
      expect(capabilities.content).toBe('note')
      expect(capabilities.maxBatch).toBeGreaterThan(0)
      expect(capabilities.maxInFlight).toBeGreaterThan(0)
      expect(capabilities.rooms).toEqual(expect.arrayContaining([...subject.rooms]))
    })

    it('refuses a setting it does not know, by name', () => {
      const result = subject.definition.config.safeParse({ ...subject.config, colour: 'green' })
      expect(result.success).toBe(false)
      expect(JSON.stringify(result.error?.issues)).toContain('colour')
    })

    it('posts to rooms: one outcome a post, each there once', async () => {
      const channel = await open()
      const batch = posts(Math.min(4, channel.capabilities.maxBatch), subject.rooms)
      expect(statuses(await send(channel, batch))).toEqual(['sent'])
      expect(titlesIn(subject.received())).toEqual(titlesOf(batch))
      for (const { to, note } of batch)
        expect(subject.received().find(({ text }) => text.includes(note.title))?.to).toBe(to)
    })

    it('takes an empty batch', async () => {
      expect(await (await open()).send([], never())).toEqual([])
    })

    it('works as many batches at once as it allows, with the same ids in each', async () => {
      const channel = await open()
      const count = Math.min(8, channel.capabilities.maxInFlight)
      const batches = Array.from({ length: count }, (_, n) => posts(1, subject.rooms, `Lane ${n}`))
      const outcomes = await Promise.all(batches.map((batch) => send(channel, batch)))
      expect(statuses(outcomes.flat())).toEqual(['sent'])
      expect(titlesIn(subject.received())).toEqual(titlesOf(batches.flat()))
    })

    it('knows a person from what is none, and reaches it', async () => {
      const channel = await open()
      if (subject.contacts === null) return expect(await channel.contact?.('anybody')).not.toBe(null)
      const { good, bad } = subject.contacts
      expect(await channel.contact?.(good)).toBe(null)
      expect(await channel.contact?.(bad)).toMatch(/.{10}/)
      expect(await channel.contact?.(subject.rooms[0])).toMatch(/.{10}/)
      const batch = [post(1, good)]
      expect(statuses(await send(channel, batch))).toEqual(['sent'])
      expect(subject.received().map(({ to }) => to)).toEqual([good])
    })

    it('refuses what is neither a room nor a person, without a request', async () => {
      const channel = await open()
      for (const to of [
        'no-such-room',
        '',
        '../admin',
        'constructor',
        '__proto__',
        subject.contacts?.bad ?? '?',
      ])
        expect(await send(channel, [post(1, to)])).toMatchObject([{ status: 'permanent', suppress: false }])
      expect(subject.requests()).toBe(0)
    })

    it('answers a later post of the same thread, whatever it makes of the receipt', async () => {
      const channel = await open()
      const first = post(1, subject.rooms[0])
      const [outcome] = await send(channel, [first])
      const receipt = outcome?.status === 'sent' ? (outcome.receipt ?? null) : null
      if (channel.capabilities.edits === true) expect(receipt).not.toBe(null)
      expect(receipt?.length ?? 0).toBeLessThanOrEqual(1000)
      for (const [n, earlier] of [receipt, null, 'nonsense', '../../x', '{}'].entries()) {
        const note = { ...first.note, title: `Over ${n}`, tone: 'good' as const }
        // Another delivery: a place that refuses copies of a key takes it.
        const key = `${first.key} ${n}`
        const later = { ...first, key, note, reason: 'resolved' as const, earlier }
        expect(statuses(await send(channel, [later]))).toEqual(['sent'])
        expect(subject.received().some(({ text }) => text.includes(`Over ${n}`))).toBe(true)
      }
    })

    it('shows hostile text as the text it is', async () => {
      const channel = await open()
      const whole = {
        ...post(1, subject.rooms[0]).note,
        title: hostile[0]!,
        summary: hostile[1]!,
        blocks: [],
      }
      const all = [{ blocks: [], lines: [hostile[0]!] }, ...hostileBlocks]
      for (const [n, { blocks, lines }] of all.entries()) {
        const one = { ...post(1, subject.rooms[0]), key: `hostile ${n}`, note: { ...whole, blocks } }
        const outcomes = await send(channel, [one])
        expect(statuses(outcomes)).toEqual(['sent'])
        const received = subject.received().at(-1)
        expect(received?.mentions).toEqual([])
        expect(received?.urls.filter((url) => url !== 'https://example.org/')).toEqual([])
        for (const line of lines) expect(received?.text).toContain(line)
        expect(received?.text).not.toMatch(/[\0\u001b\u202e]/)
      }
    })

    it('shortens what is far too long, keeps its links, and says that more is left out', async () => {
      const channel = await open()
      const blocks: Block[] = [
        { type: 'text', text: 'long words in a row '.repeat(50_000) },
        { type: 'list', items: Array.from({ length: 1_000 }, (_, n) => `item ${n} ${'x'.repeat(100)}`) },
        ...Array.from({ length: 10_000 }, (_, n): Block => ({ type: 'text', text: `Paragraph ${n}` })),
        {
          type: 'links',
          links: [{ title: 'Acknowledge', url: 'https://example.org/ack', style: 'primary' }],
        },
      ]
      const long = '𝒳👩‍👩‍👧‍👦 '.repeat(5_000)
      const note = { title: `Monster ${long}`, url: null, tone: 'error' as const, summary: long, blocks }
      expect(await send(channel, [{ ...post(1, subject.rooms[0]), note }])).toMatchObject([
        { status: 'sent' },
      ])
      expect(subject.requests()).toBe(1)
      const [received] = subject.received()
      expect(received?.text).toContain('Monster')
      expect(received?.text).toContain('long words in a row')
      expect(received?.text).toMatch(/\d+ more/)
      expect(received?.text.isWellFormed()).toBe(true)
      expect(received?.urls).toContain('https://example.org/ack')
    })

    it('can be probed, and a probe posts nothing', async () => {
      const result = await (await open()).probe(never())
      said.push(result)
      expect(result).toMatchObject({ ok: true })
      expect(subject.received()).toEqual([])
    })

    it('opens where nothing answers, and then blames no person and no room', async () => {
      const lost = await open(subject.unreachable)
      for (const outcome of await send(lost, posts(2, subject.rooms).slice(0, lost.capabilities.maxBatch)))
        expect(outcome.status).toMatch(/^(unsent|transient)$/)
      const result = await lost.probe(never())
      said.push(result)
      expect(result.ok).toBe(false)
      expect(result.detail.length).toBeGreaterThan(10)
      expect(await (await open()).probe(AbortSignal.abort())).toHaveProperty('ok')
    })

    it('leaves a room alone that asks for it, until its time, and no other', async () => {
      const channel = await open()
      const [first, second] = subject.rooms
      subject.behave({ do: 'limited', retryAfterMs: 30_000 }, first)
      const [limited] = await send(channel, [post(1, first)])
      expect(limited).toMatchObject({ status: 'transient' })
      if (limited?.status !== 'transient') return
      expect(['room', 'channel']).toContain(limited.scope)
      expect(limited.retryAfterMs).toBeGreaterThan(29_000)
      expect(limited.retryAfterMs).toBeLessThanOrEqual(31_000)
      subject.behave(null)
      const asked = subject.requests()
      clock.advance(25_000)
      expect(await send(channel, [post(1, first)])).toMatchObject([
        { status: 'transient', scope: limited.scope },
      ])
      expect(subject.requests()).toBe(asked)
      if (limited.scope === 'room') expect(statuses(await send(channel, [post(1, second)]))).toEqual(['sent'])
      clock.advance(6_000)
      expect(statuses(await send(channel, [post(1, first)]))).toEqual(['sent'])
    })

    it('says of an error what it documents', async () => {
      const channel = await open()
      subject.behave({ do: 'error' })
      const [outcome] = await send(channel, [post(1, subject.rooms[0])])
      expect(outcome?.status).toBe(subject.onError)
    })

    it('does not know what became of a post whose connection ended', async () => {
      const channel = await open()
      subject.behave({ do: 'drop' })
      expect(statuses(await send(channel, [post(1, subject.rooms[0])]))).toEqual(['unknown'])
    })

    it('gives up on an answer in its time', async () => {
      const channel = await open()
      subject.behave({ do: 'hang' })
      const sending = send(channel, [post(1, subject.rooms[0])])
      await requested(1)
      clock.advance(subject.timeoutMs)
      expect(statuses(await sending)).toEqual(['unknown'])
      expect(subject.requests()).toBe(1)
    })

    it('follows no redirect', async () => {
      const channel = await open()
      subject.behave({ do: 'redirect' })
      const [outcome] = await send(channel, [post(1, subject.rooms[0])])
      expect(outcome?.status).not.toBe('sent')
      expect(subject.requests()).toBe(1)
    })

    it('begins nothing when it is stopped, and answers within five seconds for what it had begun', async () => {
      const channel = await open()
      const two = posts(2, subject.rooms).slice(0, channel.capabilities.maxBatch)
      expect(statuses(await send(channel, two, AbortSignal.abort()))).toEqual(['unsent'])
      expect(subject.requests()).toBe(0)
      subject.behave({ do: 'hang' })
      const stop = new AbortController()
      const sending = send(
        channel,
        posts(4, [subject.rooms[0]]).slice(0, channel.capabilities.maxBatch),
        stop.signal,
      )
      await requested(1)
      stop.abort()
      clock.advance(5_000)
      const outcomes = (await sending).toSorted((a, b) => a.id - b.id)
      expect(outcomes[0]?.status).toBe('unknown')
      expect(outcomes.filter(({ status }) => status === 'unknown').length).toBe(subject.requests())
      expect(outcomes.slice(subject.requests()).every(({ status }) => status === 'unsent')).toBe(true)
    })

    it('closes twice, takes nothing after that, and leaves no handle behind', async () => {
      const before = await restingHandles()
      const channel = await open()
      await send(channel, posts(2, subject.rooms).slice(0, channel.capabilities.maxBatch))
      await channel.probe(never())
      await Promise.all([channel.close(), channel.close()])
      await channel.close()
      await expect(channel.send([post(1, subject.rooms[0])], never())).rejects.toThrow()
      await expectNothingLeft(clock, before)
    })

    it('answers for everything when it is closed at work', async () => {
      const before = await restingHandles()
      const channel = await open()
      subject.behave({ do: 'hang' })
      const sending = send(channel, [post(1, subject.rooms[0])])
      await requested(1)
      await channel.close()
      expect(statuses(await sending)).toEqual(['unknown'])
      await expectNothingLeft(clock, before)
    })
  })
}

const idsOf = (list: readonly { readonly id: number }[]) => list.map(({ id }) => id).toSorted((a, b) => a - b)
const never = () => new AbortController().signal
const statuses = (outcomes: readonly Outcome[]): string[] => [
  ...new Set(outcomes.map(({ status }) => status)),
]

const titlesOf = (batch: readonly Post[]) => batch.map(({ note }) => note.title).toSorted()
const titlesIn = (received: readonly ReceivedPost[]) =>
  received.map(({ text }) => /(?:Disk|Lane \d+) \d+ full/.exec(text)?.[0] ?? text).toSorted()

/** A log that keeps what it is told. */
function logInto(said: unknown[]): Log {
  const line = (fields: object, event: string) => {
    said.push({ event, ...fields, error: 'error' in fields ? String(fields.error) : undefined })
  }
  return { debug: line, info: line, warn: line, error: line, child: () => logInto(said) }
}
