import type { Clock } from '../../clock.ts'
import type { Links } from '../../compose/links.ts'
import { createReturnAddresses, type ReturnAddresses } from '../../compose/verp.ts'
import type { EngineConfig } from '../../config.ts'
import type { Reading, Reported } from '../../feedback/report.ts'
import { createJudge, type Judge, type Verdict } from '../../feedback/rules/judge.ts'
import type { Log } from '../../log.ts'
import { domainOf } from '../../model/address.ts'
import type { PublicationId } from '../../model/ids.ts'
import type { Store } from '../../ports/store.ts'
import type { SubscriptionActors } from '../subscription.ts'
import { type Clues, createFinder } from './finder.ts'
import {
  createFeedbackIntake,
  type Feedback,
  type FeedbackIntake,
  type Heard,
  type HeardFact,
} from './intake.ts'

/** A mail, and what the rule table makes of each recipient; null for what is no bounce. */
export interface JudgedReading extends Reading {
  readonly verdicts: readonly (Verdict | null)[]
}
export interface TakenReport extends JudgedReading {
  /** What became of each recipient. */
  readonly heard: readonly Heard[]
}

/** Bounces and complaints: what comes back is read, judged and acted on. */
export interface FeedbackDesk extends Pick<FeedbackIntake, 'hear' | 'refused' | 'countRefused'> {
  /** What a mail says, and nothing is done about it. Never rejects. */
  read(bytes: Uint8Array): Promise<JudgedReading>
  /** Reads a mail and acts on it. `trusted`: whoever brings it answers for it. A repeat changes nothing. */
  take(bytes: Uint8Array, way: string, options?: { readonly trusted?: boolean }): Promise<TakenReport>
  /** Of letters that go out by channels that return them; null where nobody said where to. */
  readonly returns: ReturnAddresses | null
  readonly judge: Judge
  /** Returns the function that ends it. */
  watch(listener: (fact: HeardFact) => void): () => void
}

export function createFeedbackDesk(parts: {
  readonly config: EngineConfig['bounces']
  readonly store: Store
  readonly actors: SubscriptionActors
  readonly links: Links
  /** A letter that was taken did not arrive. */
  readonly returned: (publicationId: PublicationId, bounce: NonNullable<Heard['class']>) => void
  readonly clock: Clock
  readonly log: Log
}): FeedbackDesk {
  const { config, store, actors, links, returned, clock, log } = parts
  const { address, separator, verp } = config
  const returns = address === null ? null : createReturnAddresses({ address, separator, links })
  const judge = createJudge(config.rules)
  const listeners = new Set<(fact: HeardFact) => void>()
  const intake = createFeedbackIntake({
    config,
    store,
    actors,
    find: createFinder({ store, links, returns }),
    judge,
    told(fact, publicationId) {
      for (const listener of listeners) listener(fact)
      const isNew = fact.outcome === 'suppressed' || fact.outcome === 'counted' || fact.outcome === 'noted'
      if (isNew && publicationId !== null && fact.class !== null) returned(publicationId, fact.class)
    },
    clock,
    log,
  })

  async function read(bytes: Uint8Array): Promise<JudgedReading> {
    // Only when one comes: with its readers of mail and HTML it is 3 MB that most daemons never need.
    const { readReport } = await import('../../feedback/read.ts')
    const reading = await readReport(bytes)
    const { kind, recipients, context } = reading
    return {
      ...reading,
      verdicts: recipients.map((recipient) =>
        kind === 'bounce' ? verdictOn(judge, recipient, context) : null,
      ),
    }
  }

  return {
    ...intake,
    judge,
    returns: returns === null ? null : { ...returns, of: verp ? returns.of : () => address! },
    read,
    async take(bytes, way, options = {}) {
      const reading = await read(bytes)
      const { kind, recipients, context, returned: came, at, id } = reading
      if (kind === 'none') {
        log.info({ way, by: reading.by }, 'feedback.passed_over')
        return { ...reading, heard: [] }
      }
      const heard: Heard[] = []
      for (const [i, { addresses, status, smtp, text }] of recipients.entries()) {
        const feedback: Feedback = { kind, status, smtp, text, context, at, key: `${kind}:mail:${id}:${i}` }
        const clues: Clues = { ...came, addresses, channel: null, trusted: options.trusted === true }
        heard.push(await intake.hear(feedback, clues, way))
      }
      return { ...reading, heard }
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function verdictOn(judge: Judge, { addresses, status, smtp, text }: Reported, context: string): Verdict {
  const [address] = addresses
  return judge({ status, smtp, text, context, domain: address === undefined ? null : domainOf(address) })
}
