import type { Consent, Proof, TrackingConsent } from '../model/consent.ts'
import type { EpochMs, ListId, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../model/subscriber.ts'
import type { NewNotice } from './notices.ts'

/** What a person said about how they want to receive. */
export interface SubscriptionSettings {
  /** Letters a week, all campaigns together; null: no limit. */
  readonly maxPerWeek: number | null
  readonly tracking: TrackingConsent
  /** When a pause ends; null: nobody said. */
  readonly pausedUntil: EpochMs | null
}

/** One decision about one person, made from their row as it was. */
export interface SubscriptionChange {
  readonly id: SubscriberId
  /** What it was decided on: where another stands by now, nothing is written. */
  readonly from: SubscriberStatus
  readonly to: SubscriberStatus
  /** Absent ones stay; attributes and topics are merged key by key. */
  readonly fields?: Partial<Pick<Subscriber, 'name' | 'language' | 'timeZone' | 'attributes' | 'topics'>>
  readonly settings?: Partial<SubscriptionSettings>
  /** Active from now on, also where they had left. */
  readonly join?: readonly ListId[]
  /** Unconfirmed from now on, unless they are or were on it. */
  readonly ask?: readonly ListId[]
  /** `all`: what waits for a confirmation is over, too. */
  readonly leave?: readonly ListId[] | 'all'
  /** A series of mails that begins with it. */
  readonly notice?: NewNotice
  /** It was confirmed: what waited for that is done, and the address is no erased person's any more. */
  readonly confirmed?: boolean
  /** The letter that led to leaving: appends its `unsubscribed` event where something was left. */
  readonly publicationId?: PublicationId | null
  readonly consents: readonly (Proof & Pick<Consent, 'kind' | 'lists'>)[]
  readonly now: EpochMs
}

/** The state of one person's subscription. Everything about one decision is one transaction. */
export interface SubscriptionStore {
  /** Null for nobody. */
  settings(id: SubscriberId): Promise<SubscriptionSettings | null>
  /** A row to decide on: the one of that address, else a new one that is `unconfirmed`, also where the person was
   *  erased before. A known row is left as it is. Appends no consent: the decision does. */
  begin(
    input: SubscriberInput,
    now: EpochMs,
  ): Promise<{ readonly id: SubscriberId; readonly created: boolean }>
  /** `moved`: the status is no longer `from`; nothing was written. `changed`: whether status, fields, settings or
   *  memberships are others now. Where nothing changed and no notice begins, no consent is written either. */
  persist(
    change: SubscriptionChange,
  ): Promise<{ readonly status: 'done'; readonly changed: boolean } | { readonly status: 'moved' }>
  /** Remove what is known of a person. The row stays, `erased`, with `erased:<id>` for an address; consent events lose
   *  address, program and words; deliveries and events lose their details and picks; memberships, settings, notices,
   *  what was learned of them and a suppression of the address go. `remember`: keep a salted hash of the address (HMAC-SHA-256, the salt is the
   *  store's own), by which `upsert` knows the person again. False when there is nobody left to erase. */
  erase(request: {
    readonly id: SubscriberId
    readonly remember: boolean
    readonly proof: Proof
    readonly now: EpochMs
  }): Promise<boolean>
  /** Was somebody of that address erased, and is that still known? */
  wasErased(address: string): Promise<boolean>
  /** People whose pause ended. */
  duePauses(query: { readonly now: EpochMs; readonly limit: number }): Promise<readonly SubscriberId[]>
  /** Retention: unconfirmed people last changed before that time, for whom no confirmation is out any more. */
  unconfirmed(query: { readonly before: EpochMs; readonly limit: number }): Promise<readonly SubscriberId[]>
  /** Retention: forget up to `limit` salted hashes, or unconfirmed memberships, from before that time. */
  forget(
    what: 'hashes' | 'asked',
    query: { readonly before: EpochMs; readonly limit: number },
  ): Promise<number>
}
