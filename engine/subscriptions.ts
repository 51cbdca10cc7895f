import type { NoticeActor } from './actors/notices.ts'
import type { SubscriptionActors } from './actors/subscription.ts'
import { personData } from './audience/person-data.ts'
import type { Space } from './cache/caches.ts'
import type { Clock } from './clock.ts'
import type { Links } from './compose/links.ts'
import type { PersonTokens } from './compose/person-token.ts'
import type { EngineConfig } from './config.ts'
import type { NoticePress } from './delivery/notice-press.ts'
import { BroadsheetError } from './errors.ts'
import type { Log } from './log.ts'
import { parseAddress } from './model/address.ts'
import type { Proof } from './model/consent.ts'
import type { EpochMs, Json, ListId, PublicationId, SubscriberId } from './model/ids.ts'
import type { Store } from './ports/store.ts'
import { createSubscriptionMail } from './subscriptions/mail.ts'
import { type PersonView, viewOf } from './subscriptions/person.ts'
import { createPreferences, type PreferenceChange } from './subscriptions/preferences.ts'
import { createSignUps, type SignUp } from './subscriptions/sign-up.ts'

export type { Consent, ConsentKind, Proof, ProofSource, TrackingConsent } from './model/consent.ts'
export { proofSources, trackingConsents } from './model/consent.ts'
export type { PersonView } from './subscriptions/person.ts'
export type { PreferenceChange } from './subscriptions/preferences.ts'
export type { SignUp } from './subscriptions/sign-up.ts'

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
  /** The same, to be shown: not what a change is decided on. What this node was told is in it at once, what another one was told as soon
   *  as this one hears of it. */
  shown(id: SubscriberId): Promise<PersonView | null>
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
  /** Nothing is sent from now on, until `until` where that is said. Refuses with E_STATE who is neither active nor
   *  paused. */
  pause(id: SubscriberId, until: EpochMs | null, proof: Proof): Promise<void>
  resume(id: SubscriberId, proof: Proof): Promise<void>
}

export function createSubscriptions(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly actors: SubscriptionActors
  /** Also wakes the other nodes. */
  readonly notices: Pick<NoticeActor, 'kick'>
  readonly press: NoticePress
  readonly links: Links
  readonly tokens: PersonTokens
  readonly people: Pick<Space<SubscriberId, PersonView>, 'get'>
  readonly clock: Clock
  readonly log: Log
}): Subscriptions {
  const { config, store, actors, notices, press, links, tokens, people, clock, log } = parts
  const mail = createSubscriptionMail({ settings: config.subscriptions, store, notices, clock })
  const signUps = createSignUps({ store, actors, notices, press, mail, clock, log })
  const preferences = createPreferences({ store, actors, notices, mail, clock })

  return {
    ...signUps,
    ...preferences,

    readToken(token) {
      const person = tokens.read(token)
      if (person !== null) {
        const { purpose, subscriberId, issuedAt } = person
        if (purpose === 'confirm' && issuedAt + mail.confirmMs <= clock.now()) return null
        return { purpose, subscriberId, publicationId: null }
      }
      const letter = links.read(token)
      return letter === null ? null : { purpose: 'manage', ...letter }
    },

    manageUrl: (id) => tokens.manageUrl(id),

    async mailManageLink(address, _proof) {
      const parsed = parseAddress(address)
      if ('error' in parsed)
        throw new BroadsheetError('E_INPUT', `The address ${parsed.error}.`, {
          issues: [{ path: 'address', message: parsed.error }],
        })
      const row = await store.subscribers.byAddress(parsed.ok)
      if (row !== null) await mail.mailManage(row.id)
    },

    person: (id) => viewOf(store, id),

    shown: (id) => people.get(id),

    dataOf: (id) => personData(store, id),

    async erase(id, proof) {
      const erased = await store.subscriptions.erase({ id, remember: true, proof, now: clock.now() })
      if (erased) log.info({ subscriberId: id, source: proof.source }, 'subscription.erased')
      return erased
    },
  }
}
