import { assign, fromPromise, setup } from 'xstate'
import type { ProbeResult } from '../../channel/index.ts'
import type { EpochMs } from '../../model/ids.ts'

export interface BreakerSettings {
  /** Calls in a row that brought nothing but faults: it is out. */
  readonly failures: number
  /** Or: this share of the calls within the window, once there were so many. */
  readonly faultShare: number
  readonly windowMs: number
  readonly minCalls: number
  readonly openMs: number
  readonly openCapMs: number
}

interface BreakerContext {
  readonly settings: BreakerSettings
  readonly probe: (signal: AbortSignal) => Promise<ProbeResult>
  readonly now: () => EpochMs
  /** Calls in a row without one answer. */
  readonly row: number
  /** Times that it opened, each soon after it had closed: the wait doubles with each. */
  readonly openings: number
  readonly closedAt: EpochMs | null
  /** What opened it: nothing got through, too little did, or the other side asked to be left alone. */
  readonly cause: 'outage' | 'share' | 'pause' | null
  readonly probeAt: EpochMs | null
  /** The other side takes nothing before. */
  readonly pausedUntil: EpochMs
  readonly detail: string | null
}

export type BreakerEvent =
  /** A call ended. `faults`: messages that the channel itself failed; what was said of a recipient or of a room is none.
   *  `answers`: all others. `faulty`: with this one, too many lately. */
  | {
      readonly type: 'heard'
      readonly answers: number
      readonly faults: number
      readonly faulty: boolean
      readonly detail: string | null
    }
  | { readonly type: 'paused'; readonly until: EpochMs; readonly detail: string | null }

const waitMs = ({ settings, openings }: Pick<BreakerContext, 'settings' | 'openings'>): number =>
  Math.min(settings.openMs * 2 ** Math.max(0, openings - 1), settings.openCapMs)

/** The breaker of a channel. closed: messages go. open: nothing goes until the wait is over. half-open: one
 *  probe without a message decides, so that no recipient pays for finding out. */
export const channelMachine = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
    input: {} as Pick<BreakerContext, 'settings' | 'probe' | 'now'>,
  },
  actors: {
    probe: fromPromise<ProbeResult, Pick<BreakerContext, 'probe'>>(({ input, signal }) =>
      input.probe(signal),
    ),
  },
  actions: {
    note: assign(({ context, event }) => {
      if (event.type !== 'heard') return {}
      const { answers, faults } = event
      return {
        row: answers > 0 ? 0 : context.row + 1,
        detail: faults > 0 ? event.detail : null,
      }
    }),
    pause: assign(({ context, event }) =>
      event.type === 'paused'
        ? { pausedUntil: Math.max(context.pausedUntil, event.until), detail: event.detail }
        : {},
    ),
    lengthen: assign(({ context }) => {
      const { closedAt, settings, openings } = context
      const soon = closedAt === null || context.now() - closedAt < settings.windowMs
      return { openings: soon ? openings + 1 : 1 }
    }),
    wait: assign(({ context }) => ({
      probeAt: Math.max(context.pausedUntil, context.now() + waitMs(context)),
      closedAt: null,
    })),
    // A probe sends no message: a server that greets and then hangs has passed it. The first call decides.
    trust: assign(({ context }) => ({ row: context.settings.failures - 1 })),
    recover: assign(({ context }) => ({
      row: 0,
      cause: null,
      closedAt: context.now(),
      probeAt: null,
      detail: null,
    })),
  },
  guards: {
    isOut: ({ context, event }) =>
      event.type === 'heard' && event.answers === 0 && context.row + 1 >= context.settings.failures,
    isFaulty: ({ event }) => event.type === 'heard' && event.faulty,
    isLong: ({ context, event }) =>
      event.type === 'paused' && event.until - context.now() > context.settings.openCapMs,
    isLater: ({ context, event }) => event.type === 'paused' && event.until > (context.probeAt ?? 0),
    isAlive: ({ context, event }) =>
      event.type === 'heard' && event.answers > 0 && context.cause === 'outage',
    reached: ({ event }) => (event as unknown as { output: ProbeResult }).output.ok,
  },
  delays: { wait: ({ context }) => Math.max(0, (context.probeAt ?? 0) - context.now()) },
}).createMachine({
  id: 'channel',
  initial: 'closed',
  context: ({ input }) => ({
    ...input,
    row: 0,
    openings: 0,
    closedAt: null,
    cause: null,
    probeAt: null,
    pausedUntil: 0,
    detail: null,
  }),
  states: {
    closed: {
      on: {
        heard: [
          { guard: 'isOut', target: 'open', actions: ['note', 'lengthen', assign({ cause: 'outage' })] },
          { guard: 'isFaulty', target: 'open', actions: ['note', 'lengthen', assign({ cause: 'share' })] },
          { actions: 'note' },
        ],
        // A short one is waited for. One that is longer than the breaker ever waits is an outage that was announced.
        paused: [
          { guard: 'isLong', target: 'open', actions: ['pause', assign({ cause: 'pause' })] },
          { actions: 'pause' },
        ],
      },
    },
    open: {
      entry: 'wait',
      on: {
        // A batch that was already on its way came through: no need to wait any longer.
        heard: { guard: 'isAlive', target: 'closed', actions: 'recover' },
        paused: [{ guard: 'isLater', target: 'open', reenter: true, actions: 'pause' }, { actions: 'pause' }],
      },
      after: { wait: 'half-open' },
    },
    'half-open': {
      on: {
        heard: { guard: 'isAlive', target: 'closed', actions: 'recover' },
        paused: { target: 'open', actions: 'pause' },
      },
      invoke: {
        src: 'probe',
        input: ({ context }) => ({ probe: context.probe }),
        onDone: [
          { guard: 'reached', target: 'closed', actions: ['recover', 'trust'] },
          {
            target: 'open',
            actions: ['lengthen', assign({ detail: ({ event }) => event.output.detail })],
          },
        ],
        onError: {
          target: 'open',
          actions: ['lengthen', assign({ detail: ({ event }) => String(event.error) })],
        },
      },
    },
  },
})
