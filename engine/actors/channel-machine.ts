import { assign, fromPromise, setup } from 'xstate'
import type { ProbeResult } from '../channel/index.ts'
import type { EpochMs } from '../model/ids.ts'

export interface BreakerSettings {
  readonly failures: number
  readonly openMs: number
  readonly openCapMs: number
}

interface BreakerContext {
  readonly settings: BreakerSettings
  readonly probe: (signal: AbortSignal) => Promise<ProbeResult>
  readonly now: () => EpochMs
  /** Faults in a row. */
  readonly faults: number
  /** Times in a row that it opened: the wait doubles with each. */
  readonly openings: number
  readonly probeAt: EpochMs | null
  readonly detail: string | null
}

export type BreakerEvent =
  | { readonly type: 'ok' }
  /** The channel itself failed; what one recipient's server said of one recipient is not a fault. */
  | { readonly type: 'fault'; readonly detail: string }

const waitMs = ({ settings, openings }: Pick<BreakerContext, 'settings' | 'openings'>): number =>
  Math.min(settings.openMs * 2 ** Math.max(0, openings - 1), settings.openCapMs)

/** The breaker of a channel. closed: letters go. open: nothing goes until the wait is over. half-open: one
 *  probe without a letter decides, so that no recipient pays for finding out. */
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
    count: assign(({ context, event }) =>
      event.type === 'fault' ? { faults: context.faults + 1, detail: event.detail } : {},
    ),
    reset: assign({ faults: 0, openings: 0, probeAt: null, detail: null }),
    wait: assign(({ context }) => {
      const openings = context.openings + 1
      return { openings, probeAt: context.now() + waitMs({ ...context, openings }) }
    }),
  },
  guards: {
    last: ({ context }) => context.faults + 1 >= context.settings.failures,
    reached: ({ event }) => (event as unknown as { output: ProbeResult }).output.ok,
  },
  delays: { wait: ({ context }) => waitMs(context) },
}).createMachine({
  id: 'channel',
  initial: 'closed',
  context: ({ input }) => ({ ...input, faults: 0, openings: 0, probeAt: null, detail: null }),
  states: {
    closed: {
      on: {
        ok: { actions: 'reset' },
        fault: [{ guard: 'last', target: 'open', actions: 'count' }, { actions: 'count' }],
      },
    },
    open: {
      entry: 'wait',
      // A batch that was already on its way came through: no need to wait any longer.
      on: { ok: { target: 'closed', actions: 'reset' } },
      after: { wait: 'half-open' },
    },
    'half-open': {
      on: { ok: { target: 'closed', actions: 'reset' } },
      invoke: {
        src: 'probe',
        input: ({ context }) => ({ probe: context.probe }),
        onDone: [
          { guard: 'reached', target: 'closed', actions: 'reset' },
          { target: 'open', actions: assign({ detail: ({ event }) => event.output.detail }) },
        ],
        onError: { target: 'open', actions: assign({ detail: ({ event }) => String(event.error) }) },
      },
    },
  },
})
