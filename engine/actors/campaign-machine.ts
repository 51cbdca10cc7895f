import { assign, setup } from 'xstate'
import type { Campaign, CampaignState } from '../model/campaign.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { EpochMs } from '../model/ids.ts'

export interface CampaignContext {
  readonly scheduledAt: EpochMs | null
  readonly reason: string | null
  readonly recurring: boolean
  /** Recurring, and no edition of it is under way. */
  readonly between: boolean
  readonly autoPauseShare: number
  readonly autoPauseAfter: number
  /** Already settled when an operator last said "go on": what they have seen does not pause it again. */
  readonly accepted: { readonly sent: number; readonly failed: number }
}

export type CampaignEvent =
  | { readonly type: 'schedule'; readonly at: EpochMs; readonly excused?: readonly string[] }
  /** `next`: the due time after the edition that begins, null for none (and for campaigns that come out once). */
  | { readonly type: 'start'; readonly next: EpochMs | null }
  /** A recurring one lets a due time go by. */
  | { readonly type: 'skip'; readonly next: EpochMs | null }
  /** It came due in a black-out, or large providers would refuse it. */
  | { readonly type: 'hold'; readonly reason: string }
  | { readonly type: 'pause'; readonly reason: string }
  /** `next`: of a series that was paused between two editions. */
  | { readonly type: 'resume'; readonly next?: EpochMs | null }
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

/** The life of a campaign. A recurring one is `scheduled` between its editions, and `paused` also stands for a series
 *  that is held there. Rebuilt from its row for each event and let go again; while it runs one actor
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
    advance: assign(({ event }) => ({
      reason: null,
      scheduledAt: 'next' in event ? (event.next ?? null) : null,
    })),
    // A running one has no reason, and a paused one keeps its own.
    advanceOnly: assign(({ event }) => ('next' in event ? { scheduledAt: event.next ?? null } : {})),
    explain: assign(({ event }) => ('reason' in event ? { reason: event.reason } : {})),
    explainShare: assign(({ context, event }) =>
      event.type === 'progress'
        ? { reason: `${(failures(context, event.counts).share * 100).toFixed(1)} % failed for good` }
        : {},
    ),
  },
  guards: {
    recurring: ({ context }) => context.recurring,
    between: ({ context }) => context.between,
    underWay: ({ context }) => !context.between,
    hasNext: ({ event }) => 'next' in event && event.next !== null && event.next !== undefined,
    recurringWithNext: ({ context, event }) =>
      context.recurring && event.type === 'skip' && event.next !== null,
    drainedWithNext: ({ context, event }) =>
      context.recurring &&
      context.scheduledAt !== null &&
      event.type === 'progress' &&
      openRows(event.counts) === 0,
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
        start: { target: 'running', actions: 'advance' },
        cancel: { target: 'cancelled', actions: 'clear' },
      },
    },
    scheduled: {
      on: {
        schedule: { target: 'scheduled', actions: 'plan' },
        start: { target: 'running', actions: 'advance' },
        skip: [
          { guard: 'recurringWithNext', target: 'scheduled', actions: 'advance' },
          { guard: 'recurring', target: 'finished', actions: 'advance' },
        ],
        hold: { target: 'scheduled', actions: 'explain' },
        pause: { guard: 'recurring', target: 'paused', actions: 'explain' },
        retry: { guard: 'recurring', target: 'running', actions: 'clear' },
        overdue: { target: 'scheduled', actions: 'explain' },
        break: { target: 'failed', actions: 'explain' },
        cancel: { target: 'cancelled', actions: 'clear' },
      },
    },
    running: {
      on: {
        progress: [
          { guard: 'drainedWithNext', target: 'scheduled', actions: 'clear' },
          { guard: 'drained', target: 'finished', actions: 'clear' },
          { guard: 'failing', target: 'paused', actions: 'explainShare' },
        ],
        pause: { target: 'paused', actions: 'explain' },
        break: { target: 'failed', actions: 'explain' },
        cancel: { target: 'cancelled', actions: 'clear' },
        retry: { target: 'running' },
        skip: { guard: 'recurring', target: 'running', actions: 'advanceOnly' },
      },
    },
    paused: {
      on: {
        resume: [
          { guard: 'underWay', target: 'running', actions: 'clear' },
          { guard: 'hasNext', target: 'scheduled', actions: 'advance' },
          { target: 'finished', actions: 'advance' },
        ],
        cancel: { target: 'cancelled', actions: 'clear' },
        retry: { guard: 'underWay', target: 'paused' },
        skip: { guard: 'recurring', target: 'paused', actions: 'advanceOnly' },
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

/** The machine's snapshot for a campaign's row. `ended`: its present publication is over, or there is none. */
export function hydrate(
  campaign: Campaign,
  accepted: CampaignContext['accepted'] = { sent: 0, failed: 0 },
  ended = false,
) {
  const { scheduledAt, reason, autoPauseShare, autoPauseAfter, state } = campaign
  const recurring = campaign.repeat !== null
  const between = recurring && ended
  return campaignMachine.resolveState({
    value: state,
    context: { scheduledAt, reason, recurring, between, autoPauseShare, autoPauseAfter, accepted },
  })
}

/** In which states an event would mean something to a campaign: for the message of a refusal. */
export function statesThatTake(event: CampaignEvent, campaign: Campaign): readonly CampaignState[] {
  const states = Object.keys(campaignMachine.config.states ?? {}) as CampaignState[]
  return states.filter((state) =>
    hydrate({ ...campaign, state }, undefined, state === 'scheduled').can(event),
  )
}
