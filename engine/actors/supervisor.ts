import { type Clock, pause } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import { type LaneParts, workChunk } from '../delivery/lane.ts'
import { BroadsheetError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Campaign } from '../model/campaign.ts'
import type { ChunkLease } from '../model/chunk.ts'
import type { PublicationId } from '../model/ids.ts'
import type { WorkQueue } from '../ports/queue.ts'
import type { Store } from '../ports/store.ts'
import type { Calendar } from '../schedule/calendar.ts'
import { withTrace } from '../trace.ts'
import type { CampaignActors } from './campaign.ts'
import { hurryAfterMs } from './hurry.ts'
import type { Schedules } from './schedules.ts'
import { createSweeper } from './sweeper.ts'

const pageSize = 200
/** Chunks planned in one transaction: 50,000 recipients take about 50 ms. */
const chunksAPlan = 50
const campaignPriority = 10
const beatMs = 30_000
/** Schedules are one node's, which says so with every sweep. When it is gone, another takes them over within this. */
const leadMs = 6000
const leading = 'schedules'

/** Keeps the house going: takes up what runs, plans audiences, fires schedules, finds chunks that are due
 *  and gives the lanes their work. Every node has one; what one only may do is the leader's. Before `start` it does
 *  nothing. */
export interface Supervisor {
  start(): Promise<void>
  /** Something may be due now. */
  kick(): void
  /** Cut the audience of a campaign that was just started or resumed. Resolves at once; errors are logged
   *  and the next sweep tries again. */
  plan(campaign: Campaign): void
  stop(deadlineMs: number): Promise<void>
}

export function createSupervisor(parts: {
  readonly config: EngineConfig['delivery']
  readonly store: Store
  readonly queue: WorkQueue
  readonly campaigns: CampaignActors
  readonly schedules: Schedules
  readonly calendar: Calendar
  readonly lane: Omit<LaneParts, 'deadline' | 'held'>
  readonly clock: Clock
  readonly log: Log
}): Supervisor {
  const { config, store, queue, campaigns, schedules, calendar, lane, clock, log } = parts
  const stopping = new AbortController()
  const deadline = new AbortController()
  const planning = new Map<PublicationId, Promise<void>>()
  let stopWork: (() => Promise<void>) | null = null
  let cancelBeat: () => void = () => {}
  let blackedOut = false
  let cancelRenewal: () => void = () => {}
  /** Chunks that were found or are worked: what the lanes follow. */
  let wanted = 0
  const held = new Set<ChunkLease>()
  const lanes = () => Math.min(Math.max(config.minLanes, wanted), config.lanes)

  async function eachCampaign(state: Campaign['state'], visit: (campaign: Campaign) => Promise<void>) {
    for (let after: number | null = 0; after !== null; ) {
      const page: Awaited<ReturnType<Store['campaigns']['page']>> = await store.campaigns.page({
        after,
        limit: pageSize,
        state,
      })
      for (const campaign of page.rows) await visit(campaign)
      after = page.next
    }
  }

  /** After a backup was copied back, what runs may have been sent already; after hours away, it may no longer
   *  be wanted. Nothing goes out until somebody says so. */
  async function askAfterAbsence(): Promise<void> {
    const { lastActiveAt, restored } = await store.presence.found()
    const awayMs = lastActiveAt === null ? 0 : clock.now() - lastActiveAt
    if (!restored && awayMs <= config.resumeGraceMs) return
    const hours = (awayMs / 3_600_000).toFixed(1)
    const reason = restored ? 'found in a restored backup' : `the daemon was away for ${hours} h`
    log.warn({ restored, awayMs }, 'start.asks')
    await eachCampaign('running', async ({ id }) => {
      await unlessMoved(campaigns.apply(id, { type: 'pause', reason: `${reason}: resume or cancel it` }))
    })
    await eachCampaign('scheduled', async ({ id, scheduledAt, reason: before }) => {
      if (before !== null || scheduledAt === null || scheduledAt > clock.now()) return
      await unlessMoved(
        campaigns.apply(id, { type: 'overdue', reason: `${reason}: start, schedule or cancel it` }),
      )
    })
  }

  /** Where the books may have lost letters, going on could send those twice: only for those who said that copies are
   *  better than gaps. */
  async function askAfterDoubt(): Promise<void> {
    const reason = await store.presence.doubt()
    if (reason === null) return
    log.warn({ reason }, 'books.doubted')
    await eachCampaign('running', async ({ id, uncertain }) => {
      if (uncertain === 'hold') await unlessMoved(campaigns.apply(id, { type: 'pause', reason }))
    })
    await store.presence.trust()
  }

  /** Prolongs what is being worked, however long its letters are on the wire. */
  function renew(): void {
    const again = () => {
      cancelRenewal = clock.after(config.leaseMs / 4, renew)
    }
    if (held.size === 0) again()
    else
      store.ledger
        .renew([...held], config.leaseMs)
        .catch((error: unknown) => log.warn({ reason: String(error) }, 'leases.not_renewed'))
        .finally(() => {
          if (!deadline.signal.aborted) again()
        })
  }

  function beat(): void {
    store.presence
      .beat(clock.now())
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'beat.failed'))
    cancelBeat = clock.after(beatMs, beat)
  }

  /** Campaigns that run in the store and not here, after a restart or started by another node; and those that run
   *  here and not there any more. */
  async function takeUp(leads: boolean): Promise<void> {
    const before = campaigns.running()
    const running = new Set<PublicationId>()
    await eachCampaign('running', async (campaign) => {
      const { publicationId } = campaign
      if (publicationId === null) return
      running.add(publicationId)
      if (planning.has(publicationId)) return
      if (campaigns.isRunning(publicationId)) {
        // Two nodes that settle the last two batches at once each see the other's open.
        if (leads) await campaigns.look(campaign)
        return
      }
      const { sent, failed } = await store.deliveries.counts(publicationId)
      campaigns.take(campaign, { sent, failed })
      const publication = await store.publications.get(publicationId)
      const look = async () => (publication?.state === 'planning' ? plan(campaign) : campaigns.look(campaign))
      await withTrace(publication?.spec.trace?.own ?? null, { publicationId, campaignId: campaign.id }, look)
    })
    for (const id of before) if (!running.has(id)) await campaigns.recheck(id)
  }

  function plan(campaign: Campaign): void {
    const id = campaign.publicationId
    if (id === null || planning.has(id) || stopWork === null || stopping.signal.aborted) return
    const work = planAll(campaign, id)
      .catch((error: unknown) => log.error({ publicationId: id, reason: String(error) }, 'plan.failed'))
      .finally(() => planning.delete(id))
    planning.set(id, work)
  }

  async function planAll(campaign: Campaign, id: PublicationId): Promise<void> {
    while (!stopping.signal.aborted && campaigns.isRunning(id)) {
      const progress = await store.ledger.plan(id, { chunkSize: config.chunk, maxChunks: chunksAPlan })
      if (!progress.done) continue
      log.info({ publicationId: id, chunks: progress.chunks, recipients: progress.recipients }, 'plan.done')
      await campaigns.look(campaign)
      sweeper.kick()
      return
    }
  }

  async function sweep(): Promise<void> {
    await askAfterDoubt()
    const leads = await store.leadership.lead(leading, lane.owner, leadMs)
    await takeUp(leads)
    if (leads) {
      await eachCampaign('scheduled', schedules.look)
      await eachCampaign('running', schedules.overtaken)
    }
    const blackout = calendar.at(clock.now())
    if (blackedOut !== (blackout !== null)) {
      blackedOut = blackout !== null
      log.info(
        { until: blackout?.until ?? null, reason: blackout?.reason ?? null },
        blackedOut ? 'blackout.began' : 'blackout.ended',
      )
      campaigns.tellAll()
    }
    if (blackedOut) return
    const chunks = await store.ledger.due({ now: clock.now(), limit: config.highWater })
    wanted = held.size + chunks.length
    if (chunks.length > 0)
      await queue.add(
        chunks.map(({ publicationId, seq }) => ({ publicationId, seq, priority: campaignPriority })),
      )
  }

  const sweeper = createSweeper({
    clock,
    everyMs: config.sweepMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'sweep.failed'),
  })

  async function work(job: Parameters<Parameters<WorkQueue['work']>[0]>[0]): Promise<void> {
    const parts = { ...lane, held, deadline: deadline.signal }
    const worked = await workChunk(parts, job, stopping.signal).catch((error: unknown) => {
      const { publicationId, seq } = job
      log.error({ publicationId, seq, reason: String(error) }, 'chunk.failed')
      return false
    })
    if (!worked) return
    const { queued } = await queue.depth()
    if (queued < lanes()) sweeper.kick()
  }

  return {
    async start() {
      if (stopWork) return
      await askAfterAbsence()
      beat()
      renew()
      stopWork = queue.work(work, lanes)
      sweeper.start()
    },
    kick: sweeper.kick,
    plan,
    async stop(deadlineMs) {
      if (stopping.signal.aborted) return
      stopping.abort()
      cancelBeat()
      const drained = Promise.all([sweeper.stop().then(schedules.stop), ...planning.values(), stopWork?.()])
      const hurry = clock.after(hurryAfterMs(deadlineMs), () => deadline.abort())
      const gaveUp = new AbortController()
      const late = pause(clock, deadlineMs, gaveUp.signal).then(() => 'late' as const)
      const end = await Promise.race([drained.then(() => 'drained' as const), late])
      hurry()
      gaveUp.abort()
      deadline.abort()
      if (end === 'late') log.warn({ deadlineMs }, 'stop.late')
      cancelRenewal()
      if (stopWork) {
        await store.leadership.resign(leading, lane.owner).catch(() => {})
        await store.presence.beat(clock.now()).catch(() => {})
      }
      campaigns.stop()
    },
  }
}

/** Somebody else decided meanwhile: their word stands. */
async function unlessMoved(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof BroadsheetError && (error.code === 'E_STATE' || error.code === 'E_CONFLICT')))
      throw error
  })
}
