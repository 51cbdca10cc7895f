import type {
  Channel,
  ChannelCapabilities,
  ChannelContext,
  Message,
  Outcome,
  Post,
} from '../../../engine/channel/index.ts'
import type { Plugin } from '../plugin.ts'
import { createGate } from './gate.ts'
import type { Launch } from './launch.ts'
import { CallFailed, type Life, LifeEnded, startLife } from './life.ts'
import { readOutcomes, unknown, unsent } from './outcomes.ts'
import { openedSchema, probeSchema } from './wire.ts'

type AnyBatch = readonly (Message | Post)[]

/** What a plugin may claim at most. */
const maxBatch = 1000
const maxInFlight = 32
/** On their way to one process at once; a batch that is larger goes alone. */
const maxBytesInFlight = 32 * 2 ** 20

const firstWaitMs = 1000
const maxWaitMs = 60_000
/** A process that lived this long had no trouble in starting. */
const wellMs = 60_000

type State =
  | { readonly name: 'starting'; readonly life: Life; readonly ready: Promise<Life> }
  | { readonly name: 'up'; readonly life: Life; readonly since: number }
  | { readonly name: 'waiting'; readonly until: number; readonly why: string; readonly cancel: () => void }
  | { readonly name: 'closed' }

/** A channel in a process of its own. It has one life after the other: the first that ends is followed at once, the next after
 *  1 s, 2 s ... 60 s. What was with a life that ended is `unknown`, what was not yet is refused; meanwhile calls are refused at
 *  once, so that the channel's breaker holds its work back. Resolves when it is up, or has failed once to be. */
export async function openLane(options: {
  readonly plugin: Plugin
  readonly launch: Launch
  readonly settings: unknown
  readonly context: ChannelContext
}): Promise<Channel<Message & Post>> {
  const { plugin, launch, settings, context } = options
  const { limits } = plugin.setting
  const { clock, log, random } = context
  const { name } = plugin.manifest
  // One object for good: whoever holds it sees what a later life claims.
  const capabilities: { -readonly [key in keyof ChannelCapabilities]: ChannelCapabilities[key] } = {
    content: plugin.manifest.content,
    maxBatch: 1,
    maxInFlight: 1,
    idempotent: false,
    maxMessageBytes: null,
    pending: true,
  }
  let failures = 0
  const gate = createGate(maxBytesInFlight)

  const down = (why: string) => `The plugin "${name}" is down: ${why}.`
  const wordsOf = (error: unknown): string =>
    error instanceof LifeEnded ? down(error.message) : error instanceof Error ? error.message : String(error)

  function start(): State & { name: 'starting' } {
    const life = startLife({ launch, limits, clock, log })
    const ready = life.call({ name: 'open', settings }, { limitMs: limits.openMs }).then((answer) => {
      const opened = openedSchema.safeParse(answer)
      if (!opened.success) throw new CallFailed('its "open" answered no capabilities that make sense')
      const claimed = opened.data.capabilities
      delete capabilities.rooms
      delete capabilities.edits
      Object.assign(capabilities, claimed, {
        maxBatch: Math.min(claimed.maxBatch, maxBatch),
        maxInFlight: Math.min(claimed.maxInFlight, maxInFlight),
        pending: false,
      })
      if (opened.data.contact) lane.contact = contact
      return life
    })
    ready.then(
      () => {
        if (state.name !== 'starting' || state.life !== life) return
        state = { name: 'up', life, since: clock.now() }
        life.watch()
      },
      // A process that was refused its settings or threw in "open" lives on: a new one tries again.
      (error: unknown) => life.kill(error instanceof Error ? error.message : String(error)),
    )
    void life.ended.then((why) => lost(life, why))
    return { name: 'starting', life, ready }
  }

  function lost(life: Life, why: string): void {
    if ((state.name !== 'starting' && state.name !== 'up') || state.life !== life) return
    if (state.name === 'up' && clock.now() - state.since > wellMs) failures = 0
    const waitMs =
      failures === 0 ? 0 : Math.min(firstWaitMs * 2 ** (failures - 1), maxWaitMs) * (0.75 + random() / 4)
    failures++
    log.warn({ why: why.slice(0, 500), waitMs: Math.round(waitMs) }, 'plugin.ended')
    if (waitMs === 0) {
      state = start()
      return
    }
    const cancel = clock.after(waitMs, () => {
      state = start()
    })
    state = { name: 'waiting', until: clock.now() + waitMs, why, cancel }
  }

  let state: State = start()
  const isClosed = () => state.name === 'closed'
  let closing: Promise<void> | null = null

  /** The life to speak to; rejects where there is none now. */
  async function alive(): Promise<Life> {
    switch (state.name) {
      case 'up':
        return state.life
      case 'starting':
        return await state.ready.catch((error: unknown) => {
          throw new Error(down(error instanceof Error ? error.message : String(error)), { cause: error })
        })
      case 'waiting': {
        const seconds = Math.max(0, Math.ceil((state.until - clock.now()) / 1000))
        throw new Error(down(`${state.why}; it is started again in ${seconds} s`))
      }
      case 'closed':
        throw new Error('The channel is closed.')
    }
  }

  async function send(batch: AnyBatch, signal: AbortSignal): Promise<readonly Outcome[]> {
    if (isClosed()) throw new Error('The channel is closed.')
    if (batch.length === 0) return []
    const release = await gate.enter(batch.reduce((sum, one) => sum + bytesOf(one), 0))
    try {
      // Closed while it waited for room.
      if (isClosed()) return batch.map(({ id }) => unsent(id))
      const life = await before(signal, alive())
      if (life === null || signal.aborted) return batch.map(({ id }) => unsent(id))
      const answer = await life.call({ name: 'send', batch }, { limitMs: limits.sendMs, signal })
      return readOutcomes(
        batch.map(({ id }) => id),
        answer,
      )
    } catch (error) {
      if (!(error instanceof LifeEnded)) throw error
      if (!error.began && isClosed()) return batch.map(({ id }) => unsent(id))
      if (!error.began) throw new Error(down(error.message), { cause: error })
      return batch.map(({ id }) => unknown(id, 'plugin_ended', down(error.message)))
    } finally {
      release()
    }
  }

  async function contact(text: string): Promise<string | null> {
    try {
      const answer = await (await alive()).call({ name: 'contact', text }, { limitMs: limits.probeMs })
      return typeof answer === 'string' ? answer.slice(0, 500) : null
    } catch (error) {
      return `cannot be checked now: ${wordsOf(error)}`
    }
  }

  const lane: Channel<Message & Post> = {
    capabilities,
    send,
    async probe(signal) {
      try {
        const life = await alive()
        const answer = await life.call({ name: 'probe' }, { limitMs: limits.probeMs, signal })
        const result = probeSchema.safeParse(answer)
        if (!result.success)
          return { ok: false, detail: 'The plugin\'s "probe" gave no answer that makes sense.' }
        return { ok: result.data.ok, detail: result.data.detail.slice(0, 500) }
      } catch (error) {
        return { ok: false, detail: wordsOf(error).slice(0, 500) }
      }
    },
    close() {
      closing ??= (async () => {
        const before = state
        state = { name: 'closed' }
        if (before.name === 'waiting') before.cancel()
        if (before.name !== 'starting' && before.name !== 'up') return
        if (before.name === 'starting') before.life.kill('it was closed')
        else
          await before.life
            .call({ name: 'close' }, { limitMs: limits.closeMs })
            // Ended already, or it threw: gone either way.
            .catch(() => before.life.kill('it was closed'))
        const ended = before.life.ended
        const late = clock.after(limits.closeMs, () => before.life.kill('it was closed and did not exit'))
        await ended
        late()
      })()
      return closing
    },
  }
  if (state.name === 'starting') await state.ready.catch(() => {})
  return lane
}

/** Null where the signal fires first. */
async function before<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | null> {
  if (signal.aborted) return null
  let stop = () => {}
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const bytesOf = (one: Message | Post): number =>
  'bytes' in one ? one.bytes.length : JSON.stringify(one.data).length + 4096
