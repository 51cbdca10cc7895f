import { type Clock, pause } from '../clock.ts'
import type { EngineConfig } from '../config.ts'
import { type LaneParts, workChunk } from '../delivery/lane.ts'
import type { Log } from '../log.ts'
import type { Campaign } from '../model/campaign.ts'
import type { PublicationId } from '../model/ids.ts'
import type { WorkQueue } from '../ports/queue.ts'
import type { Store } from '../ports/store.ts'
import type { Calendar } from '../schedule/calendar.ts'
import type { CampaignActors } from './campaign.ts'
import type { Schedules } from './schedules.ts'

const pageSize = 200
/** Chunks planned in one transaction: 50,000 recipients take about 50 ms. */
const chunksAPlan = 50
const campaignPriority = 10
const beatMs = 30_000
/** Left of the deadline for answers to come in and be settled once the channels were told to hurry. */
const settleMs = 1500
/** Of a stop's time, what letters that are on the wire have for their answers; `drainMs` of the SMTP channel is the
 *  same. Batches that are not through by then begin no further letter: their rest is queued again, whereas a
 *  letter that is cut off after its dot is `unknown`. */
const answerMs = 5000

/** Keeps the house going: takes up what runs, plans audiences, fires schedules, finds chunks that are due
 *  and gives the lanes their work. */
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
  readonly lane: Omit<LaneParts, 'deadline'>
  readonly clock: Clock
  readonly log: Log
}): Supervisor {
  const { config, store, queue, campaigns, schedules, calendar, lane, clock, log } = parts
  const stopping = new AbortController()
  const deadline = new AbortController()
  const planning = new Map<PublicationId, Promise<void>>()
  let stopWork: (() => Promise<void>) | null = null
  let cancelTimer: () => void = () => {}
  let cancelBeat: () => void = () => {}
  let sweeping: Promise<void> | null = null
  let again = false
  let held = false

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
      await campaigns.apply(id, { type: 'pause', reason: `${reason}: resume or cancel it` })
    })
    await eachCampaign('scheduled', async ({ id, scheduledAt, reason: before }) => {
      if (before !== null || scheduledAt === null || scheduledAt > clock.now()) return
      await campaigns.apply(id, { type: 'overdue', reason: `${reason}: start, schedule or cancel it` })
    })
  }

  function beat(): void {
    store.presence
      .beat(clock.now())
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'beat.failed'))
    cancelBeat = clock.after(beatMs, beat)
  }

  /** Campaigns that run in the store and not here: after a restart, or started by another daemon. */
  async function takeUp(): Promise<void> {
    await eachCampaign('running', async (campaign) => {
      const { publicationId } = campaign
      if (publicationId === null || planning.has(publicationId)) return
      if (!campaigns.isRunning(publicationId)) campaigns.take(campaign)
      else return
      const publication = await store.publications.get(publicationId)
      if (publication?.state === 'planning') plan(campaign)
      else await campaigns.look(campaign)
    })
  }

  function plan(campaign: Campaign): void {
    const id = campaign.publicationId
    if (id === null || planning.has(id) || stopping.signal.aborted) return
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
      kick()
      return
    }
  }

  async function sweep(): Promise<void> {
    await takeUp()
    await eachCampaign('scheduled', schedules.look)
    await eachCampaign('running', schedules.overtaken)
    const blackout = calendar.at(clock.now())
    if (held !== (blackout !== null)) {
      held = blackout !== null
      log.info(
        { until: blackout?.until ?? null, reason: blackout?.reason ?? null },
        held ? 'blackout.began' : 'blackout.ended',
      )
      campaigns.tellAll()
    }
    if (held) return
    const chunks = await store.ledger.due({ now: clock.now(), limit: config.highWater })
    if (chunks.length > 0)
      await queue.add(
        chunks.map(({ publicationId, seq }) => ({ publicationId, seq, priority: campaignPriority })),
      )
  }

  function kick(): void {
    if (stopping.signal.aborted) return
    if (sweeping) {
      again = true
      return
    }
    cancelTimer()
    sweeping = sweep()
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'sweep.failed'))
      .finally(() => {
        sweeping = null
        if (stopping.signal.aborted) return
        if (again) {
          again = false
          kick()
        } else cancelTimer = clock.after(config.sweepMs, kick)
      })
  }

  async function work(job: Parameters<Parameters<WorkQueue['work']>[0]>[0]): Promise<void> {
    const parts = { ...lane, deadline: deadline.signal }
    const worked = await workChunk(parts, job, stopping.signal).catch((error: unknown) => {
      const { publicationId, seq } = job
      log.error({ publicationId, seq, reason: String(error) }, 'chunk.failed')
      return false
    })
    if (!worked) return
    const { queued } = await queue.depth()
    if (queued < config.lanes) kick()
  }

  return {
    async start() {
      if (stopWork) return
      await askAfterAbsence()
      beat()
      stopWork = queue.work(work, () => config.lanes)
      kick()
    },
    kick,
    plan,
    async stop(deadlineMs) {
      if (stopping.signal.aborted) return
      stopping.abort()
      cancelTimer()
      cancelBeat()
      const drained = Promise.all([sweeping, ...planning.values(), stopWork?.()])
      const hurry = clock.after(Math.max(0, deadlineMs - settleMs - answerMs), () => deadline.abort())
      const gaveUp = new AbortController()
      const late = pause(clock, deadlineMs, gaveUp.signal).then(() => 'late' as const)
      const end = await Promise.race([drained.then(() => 'drained' as const), late])
      hurry()
      gaveUp.abort()
      deadline.abort()
      if (end === 'late') log.warn({ deadlineMs }, 'stop.late')
      if (stopWork) await store.presence.beat(clock.now()).catch(() => {})
      campaigns.stop()
    },
  }
}
