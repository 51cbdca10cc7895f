import type { Clock } from '../clock.ts'
import { createGatherer } from '../gather.ts'
import type { NewDeliveryEvent, ReadClass } from '../model/event.ts'
import type { PublicationId, SubscriberId } from '../model/ids.ts'
import type { EventStore } from '../ports/events.ts'
import type { ReadClassifier } from './read/classify.ts'
import type { Read } from './read/read.ts'
import { createReadWindow, type SeenRead } from './read/window.ts'

/** A read of somebody's letter. */
export interface LetterRead extends Read {
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
  readonly channel: string
}

export interface TakenBatch {
  readonly reads: readonly { readonly type: LetterRead['type']; readonly class: ReadClass }[]
  readonly corrections: number
  /** From the arrival of the first one to the commit. */
  readonly lagMs: number
}

/** Takes in opens and clicks. What comes while others are being written is written together, up to 1,000 events at a time. */
export interface ReadIntake {
  /** Resolves when its event is committed: it survives whatever happens to this process. Rejects as `EventStore.append`. */
  add(read: LetterRead): Promise<void>
}

const maxInputs = 1000

export function createReadIntake(parts: {
  readonly events: Pick<EventStore, 'append'>
  readonly classifier: Pick<ReadClassifier, 'classify'>
  readonly clock: Clock
  readonly told: (batch: TakenBatch) => void
}): ReadIntake {
  const { events, classifier, clock, told } = parts
  const window = createReadWindow()
  const gatherer = createGatherer<LetterRead, undefined>(run, { maxInputs })

  async function run(reads: readonly LetterRead[]): Promise<readonly undefined[]> {
    const judged = reads.map(judge)
    // Of those that are not kept yet the class is just another one.
    const revised = new Map(
      judged.flatMap(({ read, earlier }) =>
        earlier
          .filter(({ kept, class: by }) => kept !== null && kept.class !== by)
          .map((seen) => [seen, read] as const),
      ),
    )
    const ids = await events.append([
      ...judged.map(({ read, seen }) => eventOf(read, seen)),
      ...[...revised].map(([seen, read]) => correctionOf(read, seen)),
    ])
    // Only now: after a write that failed, the next one corrects.
    for (const [i, { seen }] of judged.entries()) seen.kept = { id: ids[i]!, class: seen.class }
    for (const seen of revised.keys()) seen.kept = { id: seen.kept!.id, class: seen.class }
    told({
      reads: judged.map(({ read, seen }) => ({ type: read.type, class: seen.class })),
      corrections: revised.size,
      lagMs: Math.max(0, clock.now() - reads[0]!.at),
    })
    return reads.map(() => undefined)
  }

  function judge(read: LetterRead) {
    const { publicationId, subscriberId, at, type, link, ip, agent } = read
    const earlier = window.of(publicationId, subscriberId, at)
    const { class: by, reason, revises } = classifier.classify(read, earlier)
    for (const place of revises) Object.assign(earlier[place]!, { class: by, reason })
    const seen: SeenRead = { at, type, link, ip, agent, class: by, reason, kept: null }
    earlier.push(seen)
    return { read, seen, earlier }
  }

  return { add: (read) => gatherer.add(read) }
}

const eventOf = (read: LetterRead, seen: SeenRead): NewDeliveryEvent => ({
  publicationId: read.publicationId,
  subscriberId: read.subscriberId,
  channel: read.channel,
  type: seen.type,
  at: seen.at,
  code: seen.reason,
  detail: null,
  class: seen.class,
  link: seen.link,
})

/** Of the same time and link as what it corrects. Its key makes it one, should it be told again; what is corrected twice has two. */
const correctionOf = (read: LetterRead, seen: SeenRead): NewDeliveryEvent => ({
  ...eventOf(read, seen),
  was: seen.kept!.class,
  key: `fix:${seen.kept!.id}:${seen.class}`,
})
