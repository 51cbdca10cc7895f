import type { Clock } from '../clock.ts'
import { type LearnedRun, learnLetter } from '../learning/learn-letters.ts'
import type { Log } from '../log.ts'
import type { DeliveryEvent } from '../model/event.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import type { RankingConfig } from '../model/ranking.ts'
import { learnedWeights, writeTallies } from '../personalise/model/affinity.ts'
import { createModel, type Model, type ReaderTallies } from '../personalise/model/model.ts'
import { modelOf, readSnapshot, snapshotOf } from '../personalise/model/snapshot.ts'
import type { Meter } from '../ports/meter.ts'
import type { ModelDraft } from '../ports/models.ts'
import type { Store } from '../ports/store.ts'

/** Learns, on one node, from what people open and click: reads events after a cursor, in pages, and moves model, readers' affinities and
 *  cursor in one transaction. What it holds between two of them it can read again: after a crash, and when another node or a
 *  rollback has moved the draft, it does. */
export interface Learner {
  start(): void
  stop(): Promise<void>
}

const pageEvents = 1000
/** Letters learned from, after which what was learned is written, in a long way to go. */
const lettersACommit = 2000
const dayMs = 86_400_000
/** A leader that is gone is followed after this long; what it does meanwhile is refused by the draft's revision. */
const leadMs = 60_000
/** Publications whose snapshots must stay. */
const underWay = ['planning', 'running', 'paused'] as const

interface Held {
  revision: number
  cursor: number
  readonly model: Model
  readonly readers: Map<SubscriberId, ReaderTallies>
  /** Since the last commit. */
  letters: number
  /** Something was learned since the last version. */
  fresh: boolean
}

export function createLearner(parts: {
  readonly config: RankingConfig
  readonly store: Store
  readonly owner: string
  readonly meter: Pick<Meter, 'learned'>
  readonly clock: Clock
  readonly log: Log
}): Learner {
  const { config, store, owner, meter, clock, log } = parts
  const settings = { readerHalfLifeMs: config.halfLifeDays * dayMs }
  const stopping = new AbortController()
  let held: Held | null = null
  let lastVersionAt: EpochMs = 0
  let running: Promise<void> | null = null
  let cancelTimer = () => {}

  function modelFrom(state: string | null): Model {
    if (state === null) return createModel(settings)
    const read = readSnapshot(state)
    if ('snapshot' in read) return modelOf(read.snapshot, settings)
    log.error({ problem: read.problem }, 'learner.draft_refused')
    return createModel(settings)
  }

  async function load({ revision, cursor, state }: ModelDraft): Promise<Held> {
    const [newest] = await store.models.list()
    lastVersionAt = newest?.at ?? 0
    const active = state === null ? null : await store.models.get('active')
    const fresh = state !== null && state !== active?.state
    return { revision, cursor, model: modelFrom(state), readers: new Map(), letters: 0, fresh }
  }

  /** True when there is more to read. */
  async function step(): Promise<boolean> {
    const draft = await store.models.draft()
    if (held === null || held.revision !== draft.revision) held = await load(draft)
    const page = await store.events.page({ after: held.cursor, limit: pageEvents, reads: true })
    const last = page.rows.at(-1)
    if (last !== undefined) {
      held.letters += await learn(held, page.rows, last.id)
      held.cursor = last.id
    }
    const more = page.next !== null
    if (!more || held.letters >= lettersACommit) await commit(held, draft)
    return more
  }

  /** Resolves with how many letters there was something to learn of. */
  async function learn(into: Held, events: readonly DeliveryEvent[], upTo: number): Promise<number> {
    const touched = new Map<
      string,
      { publicationId: PublicationId; subscriberId: SubscriberId; at: EpochMs }
    >()
    for (const { publicationId, subscriberId, class: by, was, at } of events)
      if (by === 'human' || was === 'human')
        touched.set(`${publicationId}/${subscriberId}`, { publicationId, subscriberId, at })
    if (touched.size === 0) return 0
    const letters = await store.models.letters([...touched.values()], upTo)
    const runs = new Map<PublicationId, LearnedRun | null>()
    let count = 0
    for (const letter of letters) {
      const { publicationId, subscriberId } = letter
      if (!runs.has(publicationId)) runs.set(publicationId, await runOf(publicationId))
      const run = runs.get(publicationId)
      const { at } = touched.get(`${publicationId}/${subscriberId}`)!
      if (run && learnLetter(into.model, letter, run, { after: into.cursor, upTo }, at, into.readers)) count++
    }
    if (count > 0) into.fresh = true
    return count
  }

  async function runOf(id: PublicationId): Promise<LearnedRun | null> {
    const publication = await store.publications.get(id)
    return publication === null ? null : { spec: publication.spec, links: await store.links.get(id) }
  }

  async function commit(from: Held, draft: ModelDraft): Promise<void> {
    const now = clock.now()
    const due = from.fresh && now - lastVersionAt >= config.snapshotMs
    if (from.letters === 0 && !due) {
      // Reads that nothing is learned from are no reason to write a megabyte.
      if (from.cursor !== draft.cursor) await move(from, { state: null, affinities: [], snapshot: null })
      return
    }
    from.model.prune()
    const state = JSON.stringify(snapshotOf(from.model))
    const judged = readSnapshot(state)
    if ('problem' in judged) {
      // What led here is skipped: learning from it again would lead here again.
      log.error({ problem: judged.problem, cursor: from.cursor }, 'learner.refused')
      const active = await store.models.get('active')
      const last = active?.state ?? JSON.stringify(snapshotOf(createModel(settings)))
      await move(from, { state: last, affinities: [], snapshot: null })
      held = null
      return
    }
    const affinities = [...from.readers].map(([subscriberId, reader]) => ({
      subscriberId,
      weights: JSON.stringify(learnedWeights(reader, now, settings.readerHalfLifeMs)),
      tallies: writeTallies(reader),
    }))
    const { seen, clicked } = from.model.observations
    const snapshot = due ? { note: `${seen} items seen, ${clicked} clicked` } : null
    const { letters } = from
    if (!(await move(from, { state, affinities, snapshot }))) return
    meter.learned(letters, due)
    if (!due) return
    from.fresh = false
    lastVersionAt = now
    log.info({ seen, clicked, cursor: from.cursor }, 'learner.version')
    await tidy()
  }

  /** False when somebody else moved the draft: what was learned since is forgotten, and learned again from there. */
  async function move(
    from: Held,
    change: Pick<Parameters<Store['models']['commit']>[0], 'state' | 'affinities' | 'snapshot'>,
  ): Promise<boolean> {
    const { revision, cursor } = from
    const moved = await store.models.commit({ revision, cursor, ...change, now: clock.now() })
    if (!moved) {
      log.info({ cursor }, 'learner.overtaken')
      held = null
      return false
    }
    from.revision += 1
    from.letters = 0
    from.readers.clear()
    return true
  }

  /** Old versions go, but for those that letters under way are ranked by. */
  async function tidy(): Promise<void> {
    if ((await store.models.list()).length <= config.keep) return
    const except = new Set<number>()
    for (const state of underWay)
      for (let after: number | null = 0; after !== null; ) {
        const page: Awaited<ReturnType<typeof store.publications.page>> = await store.publications.page({
          after,
          limit: 100,
          state,
        })
        for (const { id } of page.rows) {
          const ranking = (await store.publications.get(id))?.spec.ranking
          if (ranking?.kind === 'learned') except.add(ranking.version)
        }
        after = page.next
      }
    await store.models.prune({ keep: config.keep, except: [...except] })
  }

  async function run(): Promise<void> {
    if (!(await store.leadership.lead('learner', owner, Math.max(leadMs, 4 * config.sweepMs)))) {
      held = null
      return
    }
    while (!stopping.signal.aborted && (await step()));
  }

  function begin(): void {
    cancelTimer = clock.after(config.sweepMs, begin)
    running ??= run()
      .catch((error: unknown) => {
        held = null
        log.warn({ reason: String(error) }, 'learner.failed')
      })
      .finally(() => {
        running = null
      })
  }

  let started = false
  return {
    start() {
      if (started || config.kind === 'interest') return
      started = true
      begin()
    },
    async stop() {
      stopping.abort()
      cancelTimer()
      await running
    },
  }
}
