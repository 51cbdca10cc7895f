import { assign, setup } from 'xstate'
import type { Campaign, CampaignState } from '../model/campaign.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { EpochMs } from '../model/ids.ts'

export interface CampaignContext {
  readonly scheduledAt: EpochMs | null
  readonly reason: string | null
  readonly autoPauseShare: number
  readonly autoPauseAfter: number
  /** Already settled when an operator last said "go on": what they have seen does not pause it again. */
  readonly accepted: { readonly sent: number; readonly failed: number }
}

export type CampaignEvent =
  | { readonly type: 'schedule'; readonly at: EpochMs }
  | { readonly type: 'start' }
  | { readonly type: 'pause'; readonly reason: string }
  | { readonly type: 'resume' }
  | { readonly type: 'cancel' }
  | { readonly type: 'retry' }
  /** The daemon found it later than its grace allows: somebody has to say whether it still should go. */
  | { readonly type: 'overdue'; readonly reason: string }
  /** It could not be started or gone on with. */
  | { readonly type: 'break'; readonly reason: string }
  /** A batch was settled. */
  | { readonly type: 'progress'; readonly counts: DeliveryCounts }

const openRows = (counts: DeliveryCounts): number => counts.queued + counts.handing + counts.retry

/** What was settled since the last "go on", and the share of it that failed for good. */
function failures({ accepted }: CampaignContext, counts: DeliveryCounts): { settled: number; share: number } {
  const failed = Math.max(0, counts.failed - accepted.failed)
  const settled = Math.max(0, counts.sent - accepted.sent) + failed
  return { settled, share: settled === 0 ? 0 : failed / settled }
}

/** The life of a campaign. Rebuilt from its row for each event and let go again; while it runs one actor
 *  hears the progress of its batches. The row's state is the truth: no timer, no promise lives in here. */
export const campaignMachine = setup({
  types: {
    context: {} as CampaignContext,
    events: {} as CampaignEvent,
    input: {} as CampaignContext,
  },
  actions: {
    plan: assign(({ event }) => (event.type === 'schedule' ? { scheduledAt: event.at, reason: null } : {})),
    clear: assign({ reason: null }),
    start: assign({ reason: null, scheduledAt: null }),
    explain: assign(({ event }) => ('reason' in event ? { reason: event.reason } : {})),
    explainShare: assign(({ context, event }) =>
      event.type === 'progress'
        ? { reason: `${(failures(context, event.counts).share * 100).toFixed(1)} % failed for good` }
        : {},
    ),
  },
  guards: {
    drained: ({ event }) => event.type === 'progress' && openRows(event.counts) === 0,
    failing: ({ context, event }) =>
      event.type === 'progress' &&
      failures(context, event.counts).settled >= context.autoPauseAfter &&
      failures(context, event.counts).share > context.autoPauseShare,
  },
}).createMachine({
  id: 'campaign',
  initial: 'draft',
  context: ({ input }) => input,
  states: {
    draft: {
      on: {
        schedule: { target: 'scheduled', actions: 'plan' },
        start: { target: 'running', actions: 'start' },
        cancel: { target: 'cancelled', actions: 'clear' },
      },
    },
    scheduled: {
      on: {
        schedule: { target: 'scheduled', actions: 'plan' },
        start: { target: 'running', actions: 'start' },
        overdue: { target: 'scheduled', actions: 'explain' },
        break: { target: 'failed', actions: 'explain' },
        cancel: { target: 'cancelled', actions: 'clear' },
      },
    },
    running: {
      on: {
        progress: [
          { guard: 'drained', target: 'finished', actions: 'clear' },
          { guard: 'failing', target: 'paused', actions: 'explainShare' },
        ],
        pause: { target: 'paused', actions: 'explain' },
        break: { target: 'failed', actions: 'explain' },
        cancel: { target: 'cancelled', actions: 'clear' },
        retry: { target: 'running' },
      },
    },
    paused: {
      on: {
        resume: { target: 'running', actions: 'clear' },
        cancel: { target: 'cancelled', actions: 'clear' },
        retry: { target: 'paused' },
      },
    },
    finished: { on: { retry: { target: 'running', actions: 'clear' } } },
    failed: {
      on: {
        resume: { target: 'running', actions: 'clear' },
        cancel: { target: 'cancelled', actions: 'clear' },
      },
    },
    cancelled: {},
  },
})

/** The machine's snapshot for a campaign's row. */
export function hydrate(campaign: Campaign, accepted: CampaignContext['accepted'] = { sent: 0, failed: 0 }) {
  const { scheduledAt, reason, autoPauseShare, autoPauseAfter, state } = campaign
  return campaignMachine.resolveState({
    value: state,
    context: { scheduledAt, reason, autoPauseShare, autoPauseAfter, accepted },
  })
}

/** In which states an event means something: for the message of a refusal. */
export function statesThatTake(type: CampaignEvent['type']): readonly CampaignState[] {
  return Object.entries(campaignMachine.config.states ?? {})
    .filter(([, state]) => Object.keys(state.on ?? {}).includes(type))
    .map(([name]) => name as CampaignState)
}
