import { createActor } from 'xstate'
import type { Carried, Channel, Outcome, ProbeResult } from '../../channel/index.ts'
import type { Clock } from '../../clock.ts'
import type { Courier } from '../../delivery/courier.ts'
import type { Limiter } from '../../delivery/limits/limiter.ts'
import { channelScope, roomScope } from '../../delivery/limits/pauses.ts'
import type { Log } from '../../log.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { ChannelState } from '../../model/progress.ts'
import { type Answer, type Meter, noMeter } from '../../ports/meter.ts'
import { createFaultWindow } from './fault-window.ts'
import { type BreakerEvent, type BreakerSettings, channelMachine } from './machine.ts'
import { createSlots } from './slots.ts'

/** A way out, and whether it is worth trying. */
export interface ChannelActor extends Courier<Carried> {
  readonly name: string
  /** Asks the channel itself, whatever its breaker says. Never rejects. */
  probe(signal: AbortSignal): Promise<ProbeResult>
  state(): { readonly state: ChannelState; readonly detail: string | null }
  close(): Promise<void>
}

export function startChannelActor(options: {
  readonly name: string
  readonly channel: Channel<Carried>
  readonly settings: BreakerSettings
  readonly limiter: Pick<Limiter, 'pause' | 'pausedUntil' | 'hear'>
  readonly meter?: Pick<Meter, 'answered' | 'moved'>
  readonly clock: Clock
  readonly log: Log
  readonly onChange: (state: ChannelState, detail: string | null) => void
}): ChannelActor {
  const { name, channel, settings, limiter, meter = noMeter, clock, log, onChange } = options
  const { capabilities } = channel
  const here = channelScope(name)
  const scopeOf = ({ to }: Carried) => roomScope(name, to)
  const stopped = new AbortController()
  // XState asks for setTimeout-like functions; ours cancels by closure.
  const timers = new Map<number, () => void>()
  let lastTimer = 0
  const actor = createActor(channelMachine, {
    input: {
      settings,
      now: () => clock.now(),
      async probe(signal) {
        // It may be another node that was told to wait.
        const [until] = await limiter.pausedUntil([here], clock.now())
        if (until != null) return { ok: false, detail: restText(until) }
        return channel.probe(AbortSignal.any([signal, stopped.signal]))
      },
    },
    clock: {
      setTimeout(run, ms) {
        const id = ++lastTimer
        timers.set(
          id,
          clock.after(ms, () => {
            timers.delete(id)
            run()
          }),
        )
        return id
      },
      clearTimeout(id: number) {
        timers.get(id)?.()
        timers.delete(id)
      },
    },
  })
  const window = createFaultWindow(settings)
  let before: ChannelState = 'closed'
  let lives = 0
  actor.subscribe(({ value, context }) => {
    const state = value as ChannelState
    if (state === before) return
    before = state
    if (state === 'closed') {
      lives++
      window.clear()
    }
    const event =
      state === 'closed' ? 'channel.closed' : state === 'open' ? 'channel.opened' : 'channel.probing'
    log[state === 'open' ? 'warn' : 'info']({ channel: name, detail: context.detail }, event)
    meter.moved(name, state)
    onChange(state, context.detail)
  })
  actor.start()
  const tell = (event: BreakerEvent) => {
    if (!stopped.signal.aborted) actor.send(event)
  }
  function hear(answers: number, faults: number, detail: string | null): void {
    const faulty = window.add(faults / (answers + faults), clock.now())
    const { value, context } = actor.getSnapshot()
    // All is well and was before. An event takes the machine longer than a post its signature.
    if (faults === 0 && value === 'closed' && context.row === 0 && context.detail === null) return
    tell({ type: 'heard', answers, faults, detail, faulty })
  }
  const slots = createSlots(capabilities.maxInFlight)

  async function sendPart(part: readonly Carried[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const urgent = part.some((message) => message.urgent === true)
    const release = await slots.take(urgent)
    const startedAt = performance.now()
    const count = (outcomes: readonly Outcome[]) =>
      meter.answered(name, tallyOf(outcomes), { seconds: (performance.now() - startedAt) / 1000, urgent })
    try {
      const { free, resting } = await sort(part)
      if (free.length === 0) return resting
      const outcomes = complete(free, await channel.send(free, signal))
      count(outcomes)
      if (!signal.aborted) judge(outcomes)
      if (capabilities.content === 'mime') limiter.hear(name, free, outcomes, clock.now())
      await heed(free, outcomes)
      return resting.length === 0 ? outcomes : [...outcomes, ...resting]
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      hear(0, part.length, detail)
      const outcomes = part.map(({ id }): Outcome => ({ id, status: 'unsent', code: 'channel', detail }))
      count(outcomes)
      return outcomes
    } finally {
      release()
    }
  }

  /** Which may go now; the others' places asked to be left alone, this node or another one. */
  async function sort(part: readonly Carried[]) {
    const now = clock.now()
    const inRooms = capabilities.content === 'note'
    const scopes = inRooms ? [here, ...new Set(part.map(scopeOf))] : [here]
    let ends: readonly (EpochMs | null)[]
    try {
      ends = await limiter.pausedUntil(scopes, now)
    } catch (error) {
      // The store's trouble, not the channel's. Nothing leaves that might come too early.
      const detail = `Whether it may be asked is not known: ${error instanceof Error ? error.message : String(error)}`
      const code = 'store'
      return { free: [], resting: part.map(({ id }): Outcome => ({ id, status: 'unsent', code, detail })) }
    }
    if (ends.every((end) => end === null)) return { free: part, resting: [] }
    const [mine] = ends
    if (mine != null) {
      tell({ type: 'paused', until: mine, detail: restText(mine) })
      return { free: [], resting: part.map(({ id }) => restOf(id, 'channel', mine, now)) }
    }
    const untilOf = new Map(scopes.map((scope, i) => [scope, ends[i] ?? null]))
    const free: Carried[] = []
    const resting: Outcome[] = []
    for (const message of part) {
      const until = untilOf.get(scopeOf(message)) ?? null
      if (until === null) free.push(message)
      else resting.push(restOf(message.id, 'room', until, now))
    }
    return { free, resting }
  }

  /** A fault is what the channel did to a message; what it was told about one recipient or room proves it alive. Who says
   *  when to come back is neither. */
  function judge(outcomes: readonly Outcome[]): void {
    let answers = 0
    let faults = 0
    let detail: string | null = null
    for (const outcome of outcomes) {
      const ours = outcome.status === 'transient' && outcome.scope === 'channel'
      if (ours && outcome.retryAfterMs !== null) continue
      if (outcome.status === 'unknown' && outcome.scope === 'room') continue
      if (ours || outcome.status === 'unsent' || outcome.status === 'unknown') {
        faults++
        detail ??= outcome.detail
      } else answers++
    }
    if (answers > 0) lives++
    if (answers + faults > 0) hear(answers, faults, detail)
  }

  /** Who said when to come back is left alone until then, also by other nodes and after a restart. */
  async function heed(sent: readonly Carried[], outcomes: readonly Outcome[]): Promise<void> {
    const now = clock.now()
    const pauses = new Map<string, EpochMs>()
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status !== 'transient' || outcome.retryAfterMs === null) continue
      if (outcome.scope === 'recipient') continue
      const scope = outcome.scope === 'channel' ? here : scopeOf(sent[i]!)
      pauses.set(scope, Math.max(now + outcome.retryAfterMs, pauses.get(scope) ?? 0))
      if (outcome.scope === 'channel')
        tell({ type: 'paused', until: now + outcome.retryAfterMs, detail: outcome.detail })
    }
    await Promise.all(
      Array.from(pauses, ([scope, until]) => {
        log.info({ channel: name, scope, waitMs: until - now }, 'channel.paused')
        return limiter.pause(scope, until, now).catch((error: unknown) => {
          log.warn({ channel: name, scope, reason: String(error) }, 'channel.pause_not_kept')
        })
      }),
    )
  }

  return {
    name,
    capabilities,
    contact: channel.contact && ((text) => channel.contact!(text)),
    via: () => name,
    probe: (signal) => channel.probe(signal),
    state: () => {
      const { value, context } = actor.getSnapshot()
      return { state: value as ChannelState, detail: context.detail }
    },
    blockedUntil() {
      const { value, context } = actor.getSnapshot()
      if (value === 'closed') return context.pausedUntil > clock.now() ? context.pausedUntil : null
      // While a probe is out its answer may come any moment.
      return value === 'open' && context.probeAt !== null ? context.probeAt : clock.now() + 250
    },
    lives: () => lives,
    async send(batch, signal) {
      const stranger = batch.find((message) => 'note' in message !== (capabilities.content === 'note'))
      if (stranger !== undefined)
        throw new TypeError(
          `The channel "${name}" carries ${contentText(capabilities.content)} and was given others.`,
        )
      const { maxBatch } = capabilities
      if (batch.length <= maxBatch) return sendPart(batch, signal)
      const parts: (readonly Carried[])[] = []
      for (let from = 0; from < batch.length; from += maxBatch) parts.push(batch.slice(from, from + maxBatch))
      return (await Promise.all(parts.map((part) => sendPart(part, signal)))).flat()
    },
    async close() {
      actor.stop()
      stopped.abort()
      for (const cancel of timers.values()) cancel()
      timers.clear()
      await channel.close()
    },
  }
}

function tallyOf(outcomes: readonly Outcome[]): { readonly [status in Answer]?: number } {
  const tally: { [status in Answer]?: number } = {}
  for (const { status } of outcomes) tally[status] = (tally[status] ?? 0) + 1
  return tally
}

const contentText = (content: 'mime' | 'note') => (content === 'mime' ? 'letters' : 'posts')
const restText = (until: EpochMs) => `Asked to be left alone until ${new Date(until).toISOString()}.`

/** Of a message that was not tried. */
const restOf = (id: number, scope: 'room' | 'channel', until: EpochMs, now: EpochMs): Outcome => ({
  id,
  status: 'transient',
  code: 'paused',
  detail: restText(until),
  scope,
  retryAfterMs: until - now,
})

/** One outcome a message, in their order, whatever the channel answered. */
function complete(batch: readonly Carried[], outcomes: readonly Outcome[]): readonly Outcome[] {
  // As most channels answer: nothing to sort.
  if (outcomes.length === batch.length && outcomes.every(({ id }, i) => id === batch[i]!.id)) return outcomes
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]))
  return batch.map(
    ({ id }) =>
      byId.get(id) ?? {
        id,
        status: 'unknown',
        code: 'no_outcome',
        detail: 'The channel gave no outcome for it.',
      },
  )
}
