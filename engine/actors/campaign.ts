import { LRUCache } from 'lru-cache'
import { createActor } from 'xstate'
import type { Clock } from '../clock.ts'
import type { BatchReport } from '../delivery/lane.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Campaign } from '../model/campaign.ts'
import type { DeliveryCounts } from '../model/delivery.ts'
import type { CampaignId, EpochMs, PublicationId } from '../model/ids.ts'
import type { Fact, Progress } from '../model/progress.ts'
import type { Publication, PublicationSpec, PublicationState } from '../model/publication.ts'
import type { SkippedEdition } from '../model/schedule.ts'
import type { CampaignChange } from '../ports/campaigns.ts'
import type { Store } from '../ports/store.ts'
import type { Tracer } from '../ports/tracer.ts'
import type { Calendar } from '../schedule/calendar.ts'
import type { Firing, Pass } from '../schedule/series.ts'
import { currentTrace, withTrace } from '../trace.ts'
import { type CampaignEvent, campaignMachine, hydrate, statesThatTake } from './campaign-machine.ts'
import { createCampaignProgress } from './campaign-progress.ts'
import { createPace, type Pace } from './pace.ts'

/** Facts of running campaigns are told at most this often. */
const tellMs = 200
const conflictTries = 5
/** Paces outlive their runs, so that a finished one can still be asked. */
const keptPaces = 32

/** A running campaign in this process. */
interface Live {
  readonly campaign: Campaign
  readonly actor: ReturnType<typeof startActor>
  readonly pace: Pace
  readonly accepted: { readonly sent: number; readonly failed: number }
  /** Letters that were taken and came back, as far as they were heard of while it runs here. */
  returned: number
  toldAt: number
  cancelTell: (() => void) | null
}

/** Campaigns: their commands, and their actors while they run. Every change is decided by the machine, from
 *  the row, and written with the version it was decided on. */
export interface CampaignActors {
  /** Refuses with E_NOT_FOUND, or with E_STATE saying in which states it would do. */
  apply(id: CampaignId, event: Exclude<CampaignEvent, { type: 'start' | 'skip' }>): Promise<Campaign>
  /** Let due times of a recurring campaign go by. `passOf` sees the row that is decided on; null: there is nothing to
   *  let go by any more, and nothing changes. */
  skip(id: CampaignId, passOf: (campaign: Campaign) => Promise<Pass | null>): Promise<Campaign>
  /** Take up a series that was paused between two editions, or a run. */
  resume(id: CampaignId, passOf: (campaign: Campaign) => Promise<Pass>): Promise<Campaign>
  /** Draft or scheduled to running, on a new publication. */
  start(
    id: CampaignId,
    firingOf: (campaign: Campaign) => Promise<Firing>,
    specOf: (campaign: Campaign, firing: Firing) => Promise<PublicationSpec>,
  ): Promise<Campaign>
  /** A running campaign is taken up: at start, after resume, after a restart. */
  take(campaign: Campaign, accepted?: Live['accepted']): void
  /** A lane settled a batch. */
  hear(batch: BatchReport): void
  /** A letter of it came back: as good as refused at once. */
  returned(publicationId: PublicationId): void
  /** Decide on counts read from the store, as after planning or a restart. */
  look(campaign: Campaign): Promise<void>
  isRunning(publicationId: PublicationId): boolean
  /** Those that run here. */
  running(): readonly PublicationId[]
  /** Their deliveries together, as of the last batch that each had here. */
  standing(): Omit<DeliveryCounts, 'audience'>
  /** Another node may have ended it: let it go unless its row says that it runs. */
  recheck(publicationId: PublicationId): Promise<void>
  progress(campaign: Campaign): Promise<Progress | null>
  /** Tell listeners how each running campaign stands: a black-out began or ended. */
  tellAll(): void
  stop(): void
}

export function createCampaignActors(parts: {
  readonly store: Store
  readonly calendar: Calendar
  readonly clock: Clock
  readonly log: Log
  readonly tracer: Tracer
  readonly tell: (fact: Fact) => void
}): CampaignActors {
  const { store, calendar, clock, log, tracer, tell } = parts
  const standing = createCampaignProgress({ store, calendar, clock })
  const live = new Map<PublicationId, Live>()
  const paces = new LRUCache<PublicationId, Pace>({ max: keptPaces })

  async function rowOf(id: CampaignId): Promise<Campaign> {
    const campaign = await store.campaigns.get(id)
    if (!campaign) throw new BroadsheetError('E_NOT_FOUND', `There is no campaign with id ${id}.`)
    return campaign
  }

  function refuse(campaign: Campaign, event: CampaignEvent): BroadsheetError {
    const states = statesThatTake(event, campaign)
    const when = states.length === 0 ? 'only if it recurs' : `while it is ${states.join(' or ')}`
    return new BroadsheetError(
      'E_STATE',
      `Campaign "${campaign.name}" is ${campaign.state}: "${event.type}" is possible ${when}.`,
    )
  }

  /** Is a recurring campaign between two editions? Its present publication tells, without its spec. */
  async function isBetween({ id, repeat, state, publicationId }: Campaign): Promise<boolean> {
    if (repeat === null || state === 'running') return false
    if (publicationId === null) return true
    const [last] = (await store.publications.page({ after: 0, limit: 1, campaignId: id })).rows
    return last === undefined || last.state === 'finished' || last.state === 'cancelled'
  }

  /** Decide and write; once more from the new row when somebody else wrote meanwhile. */
  async function decide(
    id: CampaignId,
    eventOf: CampaignEvent | ((campaign: Campaign) => Promise<CampaignEvent | null>),
    write: (campaign: Campaign, change: CampaignChange, between: boolean) => Promise<Campaign>,
  ): Promise<Campaign> {
    for (let tries = 1; ; tries++) {
      const campaign = await rowOf(id)
      const accepted =
        campaign.publicationId === null ? undefined : live.get(campaign.publicationId)?.accepted
      const between = await isBetween(campaign)
      const before = hydrate(campaign, accepted, between)
      const event = typeof eventOf === 'function' ? await eventOf(campaign) : eventOf
      if (event === null) return campaign
      if (!before.can(event)) throw refuse(campaign, event)
      const actor = createActor(campaignMachine, { snapshot: before, input: before.context })
      actor.start()
      actor.send(event)
      const { value, context } = actor.getSnapshot()
      actor.stop()
      const change = { state: value, reason: context.reason, scheduledAt: context.scheduledAt }
      try {
        const changed = await write(campaign, change, between)
        log.info(
          { campaignId: id, by: event.type, state: changed.state, reason: changed.reason },
          'campaign.changed',
        )
        const { name, state, reason, version } = changed
        tell({ type: 'campaign.changed', campaign: { id, name, state, reason, version } })
        return changed
      } catch (error) {
        const conflict = error instanceof BroadsheetError && error.code === 'E_CONFLICT'
        if (!conflict || tries === conflictTries) throw error
      }
    }
  }

  async function apply(
    id: CampaignId,
    event: Parameters<typeof decide>[1],
    skippedBy: () => readonly SkippedEdition[] = () => [],
  ): Promise<Campaign> {
    const changed = await decide(id, event, async (campaign, made, between) => {
      const skipped = skippedBy()
      const trace = currentTrace()
      const excused = typeof event !== 'function' && event?.type === 'schedule' ? event.excused : undefined
      const change = {
        ...made,
        ...(skipped.length > 0 && { skipped }),
        // What goes out then is of this trace. A series goes on for years: each of its editions has its own.
        ...(made.state === 'scheduled' && campaign.repeat === null && trace !== null && { trace }),
        ...(excused !== undefined && { excused }),
      }
      const publication =
        campaign.publicationId === null ? null : await store.publications.get(campaign.publicationId)
      // Between two editions a command means the series: what went out stays as it ended.
      const kept = between && change.state !== 'running'
      const drained = campaign.state === 'running' && change.state === 'scheduled'
      const state = publication && !kept && publicationAfter(drained ? 'finished' : change.state)
      const now = clock.now()
      const moves = state && state !== publication.state
      const written = await store.campaigns.change(
        id,
        campaign.version,
        moves ? { ...change, publication: { state, finishedAt: state === 'finished' ? now : null } } : change,
        now,
      )
      // By the node that ended it, whichever began it.
      if (moves) traceRun(tracer, publication, state)
      return written
    })
    if (changed.publicationId === null) return changed
    if (changed.state === 'running') {
      const counts = await store.deliveries.counts(changed.publicationId)
      take(changed, { sent: counts.sent, failed: counts.failed })
    } else await letGo(changed.publicationId, changed)
    return changed
  }

  /** `apply` with due times that are let go by, told to listeners. */
  async function pass(
    id: CampaignId,
    event: (next: EpochMs | null) => CampaignEvent,
    passOf: (campaign: Campaign) => Promise<Pass | null>,
  ): Promise<Campaign> {
    let found: Pass | null = null
    const changed = await apply(
      id,
      async (campaign) => {
        found = await passOf(campaign)
        return found && event(found.next)
      },
      () => found?.skipped ?? [],
    )
    tellSkipped(changed, (found as Pass | null)?.skipped ?? [])
    return changed
  }

  function tellSkipped({ id, name }: Campaign, skipped: readonly SkippedEdition[]): void {
    for (const { dueAt, reason } of skipped) {
      log.info({ campaignId: id, dueAt, reason }, 'edition.skipped')
      tell({ type: 'edition.skipped', campaign: { id, name }, dueAt, reason })
    }
  }

  function take(campaign: Campaign, accepted: Live['accepted'] = { sent: 0, failed: 0 }): void {
    const id = campaign.publicationId
    if (id === null) return
    const known = live.get(id)
    known?.actor.stop()
    live.set(id, {
      campaign,
      actor: startActor(campaign, accepted),
      pace: paceOf(id),
      accepted,
      returned: 0,
      toldAt: known?.toldAt ?? 0,
      cancelTell: known?.cancelTell ?? null,
    })
  }

  function paceOf(id: PublicationId): Pace {
    const pace = paces.get(id) ?? createPace(clock)
    paces.set(id, pace)
    return pace
  }

  async function letGo(id: PublicationId, campaign: Campaign): Promise<void> {
    const known = live.get(id)
    if (!known) return
    known.actor.stop()
    known.cancelTell?.()
    live.delete(id)
    const progress = await standing.of(campaign, known.pace)
    if (progress) tell({ type: 'publication.progress', progress })
  }

  function decideOn(known: Live, counts: DeliveryCounts): Promise<unknown> {
    // Another batch has ended it already.
    if (known.actor.getSnapshot().status !== 'active') return Promise.resolve()
    const { returned } = known
    const event = {
      type: 'progress',
      counts: { ...counts, sent: counts.sent - returned, failed: counts.failed + returned },
    } as const
    known.actor.send(event)
    if (known.actor.getSnapshot().value === 'running') return Promise.resolve()
    // It would leave `running`: the row decides, since a command may have come in between.
    return inItsTrace(known.campaign, () => apply(known.campaign.id, event)).catch((error: unknown) => {
      if (error instanceof BroadsheetError && error.code === 'E_STATE') return
      log.error({ campaignId: known.campaign.id, reason: String(error) }, 'campaign.change_failed')
      take(known.campaign, known.accepted)
    })
  }

  /** A sweep finds the end of a run as often as its last batch does. */
  async function inItsTrace<T>({ id, publicationId }: Campaign, work: () => Promise<T>): Promise<T> {
    if (currentTrace() !== null || publicationId === null) return work()
    const publication = await store.publications.get(publicationId)
    return withTrace(publication?.spec.trace?.own ?? null, { publicationId, campaignId: id }, work)
  }

  function tellProgress(known: Live, id: PublicationId): void {
    if (known.cancelTell) return
    const run = () => {
      known.cancelTell = null
      known.toldAt = clock.now()
      const { counts } = known.pace
      if (counts)
        tell({
          type: 'publication.progress',
          progress: standing.running(known.campaign, id, counts, known.pace),
        })
    }
    const wait = known.toldAt + tellMs - clock.now()
    if (wait <= 0) run()
    else known.cancelTell = clock.after(wait, run)
  }

  return {
    apply: (id, event) => apply(id, event),
    skip: (id, passOf) => pass(id, (next) => ({ type: 'skip', next }), passOf),
    resume: (id, passOf) => pass(id, (next) => ({ type: 'resume', next }), passOf),
    take,
    async start(id, firingOf, specOf) {
      let firing: Firing = { dueAt: null, wall: null, next: null, skipped: [] }
      const started = await decide(
        id,
        async (campaign) => {
          firing = await firingOf(campaign)
          return { type: 'start', next: firing.next }
        },
        async (campaign) => {
          const { dueAt, next, skipped } = firing
          const spec = await specOf(campaign, firing)
          const run = { spec, month: monthOf(spec.startedAt) }
          const whole = dueAt === null ? run : { ...run, edition: { dueAt, next, skipped } }
          return (await store.campaigns.start(id, campaign.version, whole, clock.now())).campaign
        },
      )
      take(started)
      tellSkipped(started, firing.skipped)
      return started
    },
    tellAll() {
      for (const [id, known] of live)
        void standing
          .of(known.campaign, known.pace)
          .then((progress) => {
            if (progress && live.has(id)) tell({ type: 'publication.progress', progress })
          })
          .catch((error: unknown) =>
            log.warn({ publicationId: id, reason: String(error) }, 'progress.unknown'),
          )
    },
    hear(batch) {
      const known = live.get(batch.publicationId)
      if (!known) return
      known.pace.add(batch)
      tellProgress(known, batch.publicationId)
      void decideOn(known, batch.counts)
    },
    returned(publicationId) {
      const known = live.get(publicationId)
      if (!known) return
      known.returned += 1
      const { counts } = known.pace
      if (counts !== null) void decideOn(known, counts)
    },
    async look(campaign) {
      const known = campaign.publicationId === null ? undefined : live.get(campaign.publicationId)
      if (known) await decideOn(known, await store.deliveries.counts(campaign.publicationId!))
    },
    isRunning: (publicationId) => live.has(publicationId),
    running: () => [...live.keys()],
    standing() {
      const sum = {
        queued: 0,
        handing: 0,
        sent: 0,
        failed: 0,
        retry: 0,
        unknown: 0,
        skipped: 0,
        suppressed: 0,
      }
      for (const { pace } of live.values())
        for (const state of Object.keys(sum) as (keyof typeof sum)[]) sum[state] += pace.counts?.[state] ?? 0
      return sum
    },
    async recheck(publicationId) {
      const known = live.get(publicationId)
      if (!known) return
      const campaign = await store.campaigns.get(known.campaign.id)
      const runs = campaign?.state === 'running' && campaign.publicationId === publicationId
      if (!runs) await letGo(publicationId, campaign ?? known.campaign)
    },
    progress: (campaign) =>
      standing.of(
        campaign,
        campaign.publicationId === null ? null : (paces.get(campaign.publicationId) ?? null),
      ),
    stop() {
      for (const { actor, cancelTell } of live.values()) {
        actor.stop()
        cancelTell?.()
      }
      live.clear()
    },
  }
}

function startActor(campaign: Campaign, accepted: Live['accepted']) {
  const snapshot = hydrate(campaign, accepted)
  const actor = createActor(campaignMachine, { snapshot, input: snapshot.context })
  actor.start()
  return actor
}

function traceRun(tracer: Tracer, { id, spec, counts }: Publication, state: PublicationState): void {
  if (spec.trace === undefined || (state !== 'finished' && state !== 'cancelled' && state !== 'failed'))
    return
  const { own, parent } = spec.trace
  const attributes = {
    'broadsheet.publication.id': id,
    'broadsheet.campaign.id': spec.campaign.id,
    'broadsheet.publication.state': state,
    'broadsheet.publication.audience': counts.audience,
  }
  tracer
    .start('publication', { as: own, parent, at: spec.startedAt, attributes })
    .end(state === 'failed' ? { error: state } : {})
}

/** Where the publication goes when its campaign does. Null: it stays. */
function publicationAfter(campaign: Campaign['state']): PublicationState | null {
  switch (campaign) {
    case 'running':
      return 'running'
    case 'paused':
    case 'failed':
      return 'paused'
    case 'finished':
      return 'finished'
    case 'cancelled':
      return 'cancelled'
    case 'draft':
    case 'scheduled':
      return null
  }
}

/** YYYYMM in UTC. */
function monthOf(at: number): number {
  const date = new Date(at)
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1
}
