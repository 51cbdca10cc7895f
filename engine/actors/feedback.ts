import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { bareProof } from '../model/consent.ts'
import type { PublicationId } from '../model/ids.ts'
import type { Subscriber } from '../model/subscriber.ts'
import type { Store } from '../ports/store.ts'
import type { SubscriptionActors } from './subscription.ts'

/** What a provider says about an address after it took a letter for it. */
export interface Feedback {
  /** `bounce`: the address takes no mail, for good. `complaint`: its person called a letter spam. */
  readonly kind: 'bounce' | 'complaint'
  readonly address: string
  /** Reply code or reason word. */
  readonly code: string | null
  readonly detail: string | null
}

/** The letter that it speaks of, where that is known. */
export interface FeedbackLetter {
  readonly publicationId: PublicationId
  readonly channel: string
}

/** Hears providers: the address is never mailed again, and its subscription ends with the provider's word as proof. */
export interface FeedbackIntake {
  /** Repeating it changes nothing; only the event of `letter` is appended each time. `row`: whose address it is, null where
   *  nobody has it. */
  hear(feedback: Feedback, row: Subscriber | null, letter: FeedbackLetter | null): Promise<void>
}

const machineEvents = { bounce: 'bounce', complaint: 'complain' } as const
const eventTypes = { bounce: 'bounced', complaint: 'complained' } as const

export function createFeedbackIntake(parts: {
  readonly store: Pick<Store, 'suppressions' | 'events'>
  readonly actors: SubscriptionActors
  readonly clock: Clock
  readonly log: Log
}): FeedbackIntake {
  const { store, actors, clock, log } = parts
  return {
    async hear({ kind, address, code, detail }, row, letter) {
      const now = clock.now()
      await store.suppressions.add([{ address, reason: kind, detail: detail ?? code }], now)
      if (row === null) return
      const type = machineEvents[kind]
      await actors.apply(row.id, ({ status }) =>
        status === 'erased'
          ? null
          : {
              event: { type },
              consents: [{ ...bareProof('provider', now), words: code, kind: type, lists: [] }],
              now,
            },
      )
      if (letter !== null)
        await store.events.append([
          { ...letter, subscriberId: row.id, type: eventTypes[kind], at: now, code, detail },
        ])
      log.info({ subscriberId: row.id, kind, code, ...letter }, 'feedback.heard')
    },
  }
}
