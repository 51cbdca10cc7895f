import type { EpochMs, Json, ListId, PublicationId, SubscriberId } from './model/ids.ts'
import type { Membership } from './model/list.ts'
import type { Subscriber } from './model/subscriber.ts'

/** Where a person's word came from. */
export const proofSources = ['form', 'page', 'letter', 'import', 'api', 'cli', 'provider', 'system'] as const
export type ProofSource = (typeof proofSources)[number]

/** What shows later that somebody wanted something: when, from where, in which words. */
export interface Proof {
  readonly source: ProofSource
  readonly at: EpochMs
  /** Of the request, null where there was none. At most 45 and 400 characters. */
  readonly ip: string | null
  readonly userAgent: string | null
  /** The page, file or letter it came from; at most 500 characters. */
  readonly origin: string | null
  /** The words agreed to, or a person's own reason; at most 2,000 characters. */
  readonly words: string | null
}

export const trackingConsents = ['unknown', 'granted', 'denied'] as const
export type TrackingConsent = (typeof trackingConsents)[number]

export interface SignUp {
  readonly address: string
  readonly name?: string | null
  readonly language?: string | null
  readonly timeZone?: string | null
  /** List names: at least one. */
  readonly lists: readonly string[]
  readonly topics?: { readonly [slug: string]: number }
  readonly attributes?: { readonly [key: string]: Json }
}

/** A person's own settings. Absent fields stay as they are. */
export interface PreferenceChange {
  readonly name?: string | null
  readonly language?: string | null
  readonly timeZone?: string | null
  readonly topics?: { readonly [slug: string]: number }
  /** Lists to be on and to be off; names. A list with double opt-in that one was never on asks for confirmation. */
  readonly join?: readonly string[]
  readonly leave?: readonly string[]
  /** Most letters a week, all campaigns together; null: no limit. */
  readonly maxPerWeek?: number | null
  readonly tracking?: Exclude<TrackingConsent, 'unknown'>
  /** Nothing is sent until then; null: go on now. */
  readonly pausedUntil?: EpochMs | null
}

/** All that a preferences page shows. */
export interface PersonView {
  readonly subscriber: Subscriber
  readonly memberships: readonly {
    readonly listId: ListId
    readonly name: string
    readonly title: string
    readonly description: string
    readonly membership: Membership
    readonly at: EpochMs
  }[]
  readonly maxPerWeek: number | null
  readonly tracking: TrackingConsent
  readonly pausedUntil: EpochMs | null
}

/** Who a link speaks of. `manage` comes from a letter's own token (or one asked for by mail) and opens everything;
 *  `confirm` comes from a confirmation mail and does that alone. */
export interface PersonToken {
  readonly purpose: 'manage' | 'confirm'
  readonly subscriberId: SubscriberId
  /** The letter it stood in. */
  readonly publicationId: PublicationId | null
}

/** What people say about their own subscriptions. Every change is an event with its proof, made by the subscription's
 *  state machine; what the machine does not allow is refused with E_STATE. */
export interface Subscriptions {
  /** Null for what was not signed by us, or (confirm) is too old. */
  readToken(token: string): PersonToken | null
  manageUrl(id: SubscriberId): string
  /** `pending`: a confirmation mail is on its way. `active`: on all lists now. The answer does not tell whether the address was
   *  known before; pages say the same words for both. Refuses with E_INPUT unknown lists and addresses that mail cannot carry. */
  signUp(input: SignUp, proof: Proof): Promise<{ readonly status: 'pending' | 'active' }>
  /** Confirms everything that waits for it. `done` again when repeated. */
  confirm(id: SubscriberId, proof: Proof): Promise<'done' | 'gone'>
  /** Mail a person the link to their own page. Says nothing about whether the address is known. */
  mailManageLink(address: string, proof: Proof): Promise<void>
  person(id: SubscriberId): Promise<PersonView | null>
  change(id: SubscriberId, change: PreferenceChange, proof: Proof): Promise<PersonView>
  /** Leaves lists (ids) or everything. The reason goes into the proof's words. */
  leave(
    id: SubscriberId,
    lists: readonly ListId[] | 'all',
    publicationId: PublicationId | null,
    proof: Proof,
  ): Promise<{ readonly changed: boolean }>
  /** All that is known of one person, as plain JSON: row, memberships, consents with proofs, deliveries, events. */
  dataOf(id: SubscriberId): Promise<{ readonly [key: string]: Json } | null>
  /** For good: only a salted hash of the address stays, so that a later import does not bring the person back. */
  erase(id: SubscriberId, proof: Proof): Promise<boolean>
}
