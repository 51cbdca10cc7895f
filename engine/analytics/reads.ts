import { LRUCache } from 'lru-cache'
import type { Space } from '../cache/caches.ts'
import { type Clock, pause } from '../clock.ts'
import type { Log } from '../log.ts'
import type { TrackingConsent } from '../model/consent.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import { hiddenKey, type Link } from '../model/link.ts'
import type { Store } from '../ports/store.ts'
import { createReadIntake, type LetterRead, type TakenBatch } from './intake.ts'
import type { ReadClassifier } from './read/classify.ts'
import type { Visit } from './read/read.ts'

/** What became of a read. `kept`: its event is committed. `silent`: this person's reads are not kept, by their own word or since
 *  they were erased. `late`: not committed within `waitMs`; it may be later. `full`: too many wait already. `away`: the
 *  store could not take it. */
export type Kept = 'kept' | 'silent' | 'late' | 'full' | 'away'

/** What is told of reads, for metrics. */
export interface ReadWatcher {
  taken(batch: TakenBatch): void
  missed(type: LetterRead['type'], why: Exclude<Kept, 'kept' | 'silent'>): void
}

/** What the links and the pixel of a letter lead to. */
export interface Reads {
  /** The letter's pixel was fetched. Null: the token is none of ours. Never rejects. */
  opened(token: string, visit: Visit): Promise<{ readonly kept: Kept } | null>
  /** A link was followed. Null: no letter of ours has it. `url`: where the letter's own publication says that it leads; null
   *  for the link that nobody sees. Rejects with E_STORE_* only where that could not be read. */
  clicked(
    token: string,
    key: string,
    visit: Visit,
  ): Promise<{ readonly url: string | null; readonly kept: Kept } | null>
  /** Reads that wait to be written. */
  waiting(): number
  /** Returns the function that ends it. */
  watch(watcher: ReadWatcher): () => void
  /** Resolves when all that was taken in is written, or after `deadlineMs`. Takes in more all the same: links lead somewhere until the
   *  process is gone. */
  settle(deadlineMs: number): Promise<void>
}

export interface ReadSettings {
  /** Reads that wait to be written at most. */
  readonly maxWaiting: number
  /** An answer waits for its commit no longer than this. */
  readonly waitMs: number
}

interface Run {
  readonly channel: string
  /** After this, no letter of it is fresh any more. */
  readonly freshUntil: EpochMs
}

const keeping = {
  // Of publications.
  max: 256,
  // What is known is answered while it is read again, and stays when that fails.
  allowStale: true,
  noDeleteOnFetchRejection: true,
  ignoreFetchAbort: true,
} as const
/** Letters go out while their publication renders more links, and a node may not have heard of one yet: a key that is not in the table
 *  is looked for again, no sooner. */
const tableMs = 1000
const runMs = 30_000
/** For that long it matters when a letter was handed over. */
const freshMs = 120_000

export function createReads(parts: {
  readonly settings: ReadSettings
  readonly classifier: ReadClassifier
  readonly store: Pick<Store, 'publications' | 'deliveries' | 'events'>
  /** Where the letters of publications lead. */
  readonly links: Pick<Space<PublicationId, readonly Link[]>, 'get'>
  /** What people said to being read. Null: there is nobody, or nobody any more. */
  readonly tracking: Pick<Space<SubscriberId, TrackingConsent>, 'get'>
  /** Null for everything that we did not sign. */
  readonly subjectOf: (
    token: string,
  ) => { readonly publicationId: PublicationId; readonly subscriberId: SubscriberId } | null
  readonly clock: Clock
  readonly log: Log
}): Reads {
  const { settings, classifier, store, links, tracking, subjectOf, clock, log } = parts
  const watchers = new Set<ReadWatcher>()
  const intake = createReadIntake({
    events: store.events,
    classifier,
    clock,
    told(batch) {
      for (const watcher of watchers) watcher.taken(batch)
    },
  })
  const runs = new LRUCache<PublicationId, Run & { readonly readAt: EpochMs }>({
    ...keeping,
    fetchMethod: async (id) => {
      const readAt = clock.now()
      const publication = await store.publications.get(id)
      const over = publication === null ? 0 : (publication.finishedAt ?? Number.POSITIVE_INFINITY)
      return { channel: publication?.spec.channel ?? '', freshUntil: over + freshMs, readAt }
    },
  })
  let underWay = 0
  // Wait for nothing to be under way.
  let settling: (() => void)[] = []
  // An answer came before its commit: until there is one again, the next ones do not wait either.
  let slow = false

  async function linkOf(id: PublicationId, key: string): Promise<{ link: Link; links: number } | null> {
    let table = await links.get(id)
    let link = table?.find((one) => one.key === key)
    if (link === undefined) {
      table = await links.get(id, clock.now() - tableMs)
      link = table?.find((one) => one.key === key)
    }
    return table === null || link === undefined ? null : { link, links: table.length }
  }

  async function runOf(id: PublicationId): Promise<Run> {
    const known = runs.get(id)
    // What is over does not change any more.
    const old = known !== undefined && known.freshUntil === Number.POSITIVE_INFINITY
    return (await runs.fetch(id, { forceRefresh: old && clock.now() >= known.readAt + runMs }))!
  }

  async function mayKeep(id: SubscriberId): Promise<boolean> {
    const said = await tracking.get(id)
    return said !== null && said !== 'denied'
  }

  async function sentAtOf(read: LetterRead, run: Run): Promise<EpochMs | null> {
    if (read.at > run.freshUntil || classifier.tellsByItself(read)) return null
    const row = await store.deliveries.get(read.publicationId, read.subscriberId)
    if (row === null) return null
    // Read before its outcome is written: the letter is just going out.
    if (row.state === 'handing') return read.at
    return row.state === 'sent' && read.at - row.updatedAt < freshMs ? row.updatedAt : null
  }

  async function keep(read: Omit<LetterRead, 'channel' | 'sentAt'>): Promise<Kept> {
    const [may, run] = await Promise.all([mayKeep(read.subscriberId), runOf(read.publicationId)])
    if (!may) return 'silent'
    const whole = { ...read, channel: run.channel, sentAt: null }
    await intake.add({ ...whole, sentAt: await sentAtOf(whole, run) })
    return 'kept'
  }

  /** Never rejects, never takes longer than an answer may. */
  async function tryToKeep(read: Omit<LetterRead, 'channel' | 'sentAt'>): Promise<Kept> {
    const kept = underWay < settings.maxWaiting ? await soon(keep(read)) : 'full'
    if (kept !== 'kept' && kept !== 'silent') for (const watcher of watchers) watcher.missed(read.type, kept)
    return kept
  }

  function soon(work: Promise<Kept>): Promise<Kept> {
    underWay++
    return new Promise((resolve) => {
      const cancel = slow
        ? () => {}
        : clock.after(settings.waitMs, () => {
            slow = true
            resolve('late')
          })
      if (slow) resolve('late')
      void work
        .then(
          (kept) => {
            slow = false
            return kept
          },
          (error: unknown): Kept => {
            log.warn({ error: String(error) }, 'reads.not_kept')
            return 'away'
          },
        )
        .then((kept) => {
          underWay--
          cancel()
          resolve(kept)
          if (underWay > 0) return
          for (const settled of settling) settled()
          settling = []
        })
    })
  }

  return {
    async opened(token, visit) {
      const subject = subjectOf(token)
      if (subject === null) return null
      return { kept: await tryToKeep({ ...visit, ...subject, type: 'opened', link: null, links: 0 }) }
    },
    async clicked(token, key, visit) {
      const subject = subjectOf(token)
      if (subject === null) return null
      const hidden = key === hiddenKey
      const found = hidden ? null : await linkOf(subject.publicationId, key)
      if (!hidden && found === null) return null
      const kept = await tryToKeep({
        ...visit,
        ...subject,
        type: 'clicked',
        link: found?.link.index ?? null,
        links: found?.links ?? 0,
      })
      return { url: found?.link.url ?? null, kept }
    },
    waiting: () => underWay,
    watch(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    async settle(deadlineMs) {
      const done = new AbortController()
      const settled = new Promise<void>((resolve) => {
        if (underWay === 0) resolve()
        else settling.push(resolve)
      })
      await Promise.race([settled, pause(clock, deadlineMs, done.signal)])
      done.abort()
    },
  }
}
