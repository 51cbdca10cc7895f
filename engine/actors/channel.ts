import { createActor } from 'xstate'
import type { Carried, Channel, Outcome, ProbeResult } from '../channel/index.ts'
import type { Clock } from '../clock.ts'
import type { Courier } from '../delivery/courier.ts'
import type { Log } from '../log.ts'
import type { ChannelState } from '../model/progress.ts'
import { type BreakerSettings, channelMachine } from './channel-machine.ts'
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
  readonly clock: Clock
  readonly log: Log
  readonly onChange: (state: ChannelState, detail: string | null) => void
}): ChannelActor {
  const { name, channel, settings, clock, log, onChange } = options
  const stopped = new AbortController()
  // XState asks for setTimeout-like functions; ours cancels by closure.
  const timers = new Map<number, () => void>()
  let lastTimer = 0
  const actor = createActor(channelMachine, {
    input: {
      settings,
      now: () => clock.now(),
      probe: (signal) => channel.probe(AbortSignal.any([signal, stopped.signal])),
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
  let before: ChannelState = 'closed'
  let lives = 0
  actor.subscribe(({ value, context }) => {
    const state = value as ChannelState
    if (state === before) return
    before = state
    if (state === 'closed') lives++
    const event =
      state === 'closed' ? 'channel.closed' : state === 'open' ? 'channel.opened' : 'channel.probing'
    log[state === 'open' ? 'warn' : 'info']({ channel: name, detail: context.detail }, event)
    onChange(state, context.detail)
  })
  actor.start()
  const { capabilities } = channel
  const slots = createSlots(capabilities.maxInFlight)

  async function sendPart(part: readonly Carried[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const release = await slots.take(part.some(({ urgent }) => urgent === true))
    try {
      const outcomes = complete(part, await channel.send(part, signal))
      judge(outcomes)
      return outcomes
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      actor.send({ type: 'fault', detail })
      return part.map(({ id }) => ({ id, status: 'unsent', code: 'channel', detail }))
    } finally {
      release()
    }
  }

  /** A fault is what the channel did to all of a batch: one answer about one recipient proves it alive. */
  function judge(outcomes: readonly Outcome[]): void {
    const faulty = (outcome: Outcome) =>
      outcome.status === 'unsent' ||
      outcome.status === 'unknown' ||
      (outcome.status === 'transient' && outcome.scope === 'channel')
    const first = outcomes.find(faulty)
    if (outcomes.some((outcome) => !faulty(outcome))) {
      lives++
      actor.send({ type: 'ok' })
    } else if (first && !stopped.signal.aborted)
      actor.send({ type: 'fault', detail: first.detail ?? first.status })
  }

  return {
    name,
    capabilities,
    contact: channel.contact && ((text) => channel.contact!(text)),
    probe: (signal) => channel.probe(signal),
    state: () => {
      const { value, context } = actor.getSnapshot()
      return { state: value as ChannelState, detail: context.detail }
    },
    blockedUntil() {
      const { value, context } = actor.getSnapshot()
      if (value === 'closed') return null
      // While a probe is out its answer may come any moment.
      return value === 'open' && context.probeAt !== null ? context.probeAt : clock.now() + 250
    },
    lives: () => lives,
    async send(batch, signal) {
      const stranger = batch.find((message) => 'note' in message !== (capabilities.content === 'note'))
      if (stranger !== undefined)
        throw new TypeError(
          `The channel "${name}" carries ${inWords(capabilities.content)} and was given others.`,
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

const inWords = (content: 'mime' | 'note') => (content === 'mime' ? 'letters' : 'posts')

/** One outcome a message, whatever the channel answered. */
function complete(batch: readonly Carried[], outcomes: readonly Outcome[]): readonly Outcome[] {
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
