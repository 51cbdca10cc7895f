import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../../engine/channel/index.ts'
import {
  holdingClock,
  type LogLine,
  never,
  type Opened,
  openStaged,
  post,
  posts,
  stagePlugin,
  startOtherSide,
} from './stage.ts'

// Each of these plugins harms whom it can. What must hold: this process stays, the posts of another plugin go through at once
// meanwhile, what is told of the hostile one's own posts is true, and it is back where it may be.

const within = { timeout: 60_000, interval: 5 }

let bystander: Opened & { readonly received: readonly unknown[] }
beforeEach(async () => {
  const { url, address, received } = await startOtherSide()
  const opened = await openStaged(stagePlugin('./well-behaved.ts', { addresses: ['*:*'] }), {
    settings: { url },
    setting: { addresses: [address] },
  })
  bystander = { ...opened, received }
})

async function expectBystanderServed(): Promise<void> {
  const before = bystander.received.length
  expect(statuses(await bystander.lane.send(posts(post(1)), never()))).toEqual(['sent'])
  expect(bystander.received.length).toBe(before + 1)
}

const open = (name: string, options: Parameters<typeof openStaged>[1] = {}): Promise<Opened> =>
  openStaged(stagePlugin(`./hostile/${name}.ts`), options)
const statuses = (outcomes: readonly Outcome[]): string[] => outcomes.map(({ status }) => status)
const sendOne = (lane: Opened['lane'], title: string, id = 1): Promise<readonly Outcome[]> =>
  lane.send(posts(post(id, title)), never())
const endOf = (lines: readonly LogLine[]): readonly unknown[] =>
  lines.filter(({ event }) => event === 'plugin.ended').map(({ fields }) => fields.why)
/** It is up again, and works. */
const expectBack = (lane: Opened['lane'], title = 'fine'): Promise<void> =>
  vi.waitFor(async () => expect(statuses(await sendOne(lane, title))).toEqual(['sent']), within)
const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

test('hangs in send: its batch is unknown when its time is up, and it is started anew', async () => {
  const { lane, lines } = await open('hangs-in-send', { setting: { limits: { sendMs: 1000 } } })
  const sending = lane.send(posts(post(1), post(2)), never())
  await expectBystanderServed()
  const outcomes = await sending
  expect(outcomes).toMatchObject([
    { id: 1, status: 'unknown', code: 'plugin_ended' },
    { id: 2, status: 'unknown', code: 'plugin_ended' },
  ])
  expect(endOf(lines)).toEqual(['it did not answer "send" within 1 s'])
  await vi.waitFor(
    async () => expect(await lane.probe(never())).toEqual({ ok: true, detail: 'fine' }),
    within,
  )
})

test('does not stop when the daemon does: what it has is unknown', async () => {
  const { lane, lines } = await open('hangs-in-send')
  const stop = new AbortController()
  const sending = lane.send(posts(post(1)), stop.signal)
  await vi.waitFor(() => expect(lines.map(({ fields }) => fields.said)).toContain('posts.taken'), within)
  stop.abort()
  await lane
    .send(posts(post(2)), stop.signal)
    .then((outcomes) => expect(statuses(outcomes)).toEqual(['unsent']))
  expect(statuses(await sending)).toEqual(['unknown'])
  expect(endOf(lines)).toEqual(['it did not stop "send" within 5 s'])
})

test('hangs in open: nothing was handed to it, and nothing is claimed to have left', async () => {
  const { lane, lines } = await open('hangs-in-open', { setting: { limits: { openMs: 1000 } } })
  expect(endOf(lines)[0]).toBe('it did not answer "open" within 1 s')
  const refused = expect(sendOne(lane, 'never')).rejects.toThrow(
    /The plugin "hangs-in-open" is down: it did not answer "open" within 1 s/,
  )
  await expectBystanderServed()
  await refused
  expect(await lane.probe(never())).toMatchObject({ ok: false })
  await lane.close()
})

test('loops for ever in send: its standing event loop is noticed', async () => {
  const { lane, lines } = await open('loops-in-send', { setting: { limits: { stuckMs: 1000 } } })
  const sending = sendOne(lane, 'loop')
  await expectBystanderServed()
  expect(statuses(await sending)).toEqual(['unknown'])
  expect(endOf(lines)).toEqual(['its event loop stood still for 1 s'])
  await expectBack(lane)
})

test('exits in send: back at once the first time, later and later after that', async () => {
  const clock = holdingClock(875)
  const { lane, lines } = await open('exits-in-send', { clock })
  expect(await sendOne(lane, 'exit')).toMatchObject([
    { id: 1, status: 'unknown', detail: 'The plugin "exits-in-send" is down: it exited with code 7.' },
  ])
  await expectBystanderServed()
  await expectBack(lane)
  expect(statuses(await sendOne(lane, 'exit'))).toEqual(['unknown'])
  await expect(sendOne(lane, 'too early')).rejects.toThrow(/it exited with code 7; it is started again in/)
  const waits = lines.filter(({ event }) => event === 'plugin.ended').map(({ fields }) => fields.waitMs)
  expect(waits).toEqual([0, 875])
  clock.release()
  await expectBack(lane)
})

test.each([
  ['exits-at-import', 'it exited with code 3'],
  ['throws-at-import', 'RangeError: there is no printer'],
])('%s: the channel is there, and closed', async (name, why) => {
  const { lane, lines } = await open(name)
  expect(lane.capabilities).toMatchObject({ content: 'note', maxBatch: 1, pending: true })
  await vi.waitFor(() => expect(endOf(lines)[0]).toBe(why), within)
  await expect(sendOne(lane, 'never')).rejects.toThrow(`The plugin "${name}" is down: ${why}`)
  expect(await lane.probe(never())).toMatchObject({ ok: false })
  await expectBystanderServed()
})

test('throws what is no error in send: the call is refused, its process stays', async () => {
  const { lane, lines } = await open('throws-in-send')
  await expect(sendOne(lane, 'text')).rejects.toThrow('threw "a text"')
  await expect(sendOne(lane, 'nothing')).rejects.toThrow('threw undefined')
  await expect(sendOne(lane, 'trap')).rejects.toThrow('threw something that cannot be shown')
  expect(endOf(lines)).toEqual([])
  expect(statuses(await sendOne(lane, 'later'))).toEqual(['unknown'])
  expect(endOf(lines)).toEqual(['it failed outside of all calls: nobody caught this'])
  await expectBystanderServed()
})

test('floods its log and its output: a hundred lines a second are kept, and it does its work', async () => {
  const { lane, lines } = await open('floods-output')
  const floods = () => lines.filter(({ event }) => event === 'plugin.flood').length
  await vi.waitFor(() => expect(floods()).toBeGreaterThanOrEqual(1), within)
  await expectBystanderServed()
  expect(statuses(await sendOne(lane, 'fine'))).toEqual(['sent'])
  // It prints far more than is read: what waits to be read takes none of its memory.
  await vi.waitFor(() => expect(floods()).toBeGreaterThanOrEqual(4), within)
  expect(statuses(await sendOne(lane, 'still fine'))).toEqual(['sent'])
  expect(endOf(lines)).toEqual([])
  const firstFlood = lines.findIndex(({ event }) => event === 'plugin.flood')
  expect(lines.slice(0, firstFlood).length).toBeLessThanOrEqual(100)
  expect(lines.every(({ fields }) => JSON.stringify(fields).length < 1000)).toBe(true)
})

describe('floods with messages', () => {
  test('that answer nothing', async () => {
    const { lane, lines } = await open('floods-messages')
    const sending = sendOne(lane, 'many')
    await expectBystanderServed()
    expect(statuses(await sending)).toEqual(['unknown'])
    expect(endOf(lines)).toEqual(['it sent more than 1000 messages a second that nobody asked for'])
  })
  test('that are longer than anything honest', async () => {
    const { lane, lines } = await open('floods-messages')
    const before = process.memoryUsage().rss
    expect(statuses(await sendOne(lane, 'long'))).toEqual(['unknown'])
    expect(endOf(lines)).toEqual(['it sent a message of more than 4194304 bytes'])
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20)
    await expectBystanderServed()
  })
  test('that are none: they are passed over', async () => {
    const { lane } = await open('floods-messages', { setting: { limits: { sendMs: 1000 } } })
    expect(statuses(await sendOne(lane, 'none'))).toEqual(['unknown'])
    await expectBystanderServed()
  })
})

test.each(['objects', 'buffers'])(
  'eats memory by %s: it is ended, this process keeps its own',
  async (kind) => {
    const { lane, lines } = await open('eats-memory', { setting: { limits: { memoryMb: 128 } } })
    const sending = sendOne(lane, kind)
    await expectBystanderServed()
    expect(statuses(await sending)).toEqual(['unknown'])
    expect(endOf(lines)).toEqual(['it took more than its 128 MB of memory'])
    await vi.waitFor(async () => expect(await lane.probe(never())).toMatchObject({ ok: true }), within)
  },
)

describe('answers garbage', () => {
  test.each([
    ['nothing', { status: 'unknown', code: 'no_outcome' }],
    ['text', { status: 'unknown', code: 'no_outcome' }],
    ['strangers', { status: 'unknown', code: 'no_outcome' }],
    ['shapes', { status: 'unknown', code: 'no_outcome' }],
    ['receipt', { status: 'unknown', code: 'no_outcome' }],
    ['twice', { status: 'permanent', code: 'first' }],
    ['long', { status: 'unsent', code: 'c'.repeat(100), detail: 'd'.repeat(500) }],
    ['later', { status: 'transient', retryAfterMs: 86_400_000 }],
  ])('%s', async (title, expected) => {
    const { lane } = await open('answers-garbage')
    const outcomes = await sendOne(lane, title, 5)
    expect(outcomes).toMatchObject([{ id: 5, ...expected }])
    expect(outcomes.length).toBe(1)
  })
  test('that is too long to be one', async () => {
    const { lane } = await open('answers-garbage')
    expect(statuses(await sendOne(lane, 'huge'))).toEqual(['unknown'])
    await expectBystanderServed()
  })
  test('about itself', async () => {
    const { lane } = await open('answers-garbage')
    expect(lane.capabilities).toMatchObject({ maxBatch: 1000, maxInFlight: 32 })
    expect(await lane.probe(never())).toMatchObject({ ok: false })
  })
})

test('never closes: it is ended all the same, signals or not', async () => {
  const { lane } = await open('never-closes', { setting: { limits: { closeMs: 1000 } } })
  const [outcome] = await sendOne(lane, 'fine')
  const pid = Number(outcome?.status === 'sent' ? outcome.code : 0)
  expect(isGone(pid)).toBe(false)
  await expectBystanderServed()
  await lane.close()
  expect(isGone(pid)).toBe(true)
  await expect(sendOne(lane, 'late')).rejects.toThrow('The channel is closed.')
})

test('outlives no daemon that is killed', async () => {
  const folder = stagePlugin('./hostile/never-closes.ts')
  const daemon = spawn(process.execPath, [join(import.meta.dirname, 'orphan-daemon.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = (await once(daemon.stdout, 'data')) as [Buffer]
  const pid = Number(chunk.toString('utf8'))
  expect(isGone(pid)).toBe(false)
  daemon.kill('SIGKILL')
  await vi.waitFor(() => expect(isGone(pid)).toBe(true), within)
})

test('leaves timers and handles: they end with its process', async () => {
  const { url, address } = await startOtherSide()
  const { lane } = await openStaged(stagePlugin('./hostile/leaves-handles.ts', { addresses: ['*:*'] }), {
    settings: { url },
    setting: { addresses: [address] },
  })
  const [outcome] = await sendOne(lane, 'fine')
  const pid = Number(outcome?.status === 'sent' ? outcome.code : 0)
  await lane.close()
  expect(isGone(pid)).toBe(true)
})

test('pollutes prototypes: only its own', async () => {
  const { lane } = await open('pollutes')
  expect(statuses(await sendOne(lane, 'fine'))).toEqual(['sent'])
  expect(await lane.probe(never())).toMatchObject({ ok: true })
  expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  expect(Object.prototype).not.toHaveProperty('polluted')
  expect(Object.keys(lane.capabilities)).not.toContain('constructor')
  await expectBystanderServed()
})
