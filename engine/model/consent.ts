// Without zod: the stores' threads write these.
import type { EpochMs, ListId, SubscriberId } from './ids.ts'
import type { SubscriberStatus } from './subscriber.ts'
import { subscriptionEvents } from './subscription.ts'

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

/** Longest values that are kept of a proof; what is longer is cut. */
export const proofLimits = { ip: 45, userAgent: 400, origin: 500, words: 2000 } as const

/** What a consent event says. Besides the events of the subscription's machine:
 *  `setStatus`: an operator's word. `ask`: a confirmation mail was asked for. `join`, `leave`: of lists, while the
 *  subscription itself stayed as it was. `tracking`, `frequency`: what a person allows. */
export const consentKinds = [
  ...subscriptionEvents,
  'setStatus',
  'ask',
  'join',
  'leave',
  'tracking',
  'frequency',
] as const
export type ConsentKind = (typeof consentKinds)[number]

/** A way in or out, with its proof. Never changed once written, but for what retention and erasure take out of it. */
export interface Consent extends Proof {
  readonly subscriberId: SubscriberId
  /** Counts a person's own from 1. */
  readonly seq: number
  readonly kind: ConsentKind
  /** Null for who was not known before. */
  readonly from: SubscriberStatus | null
  readonly to: SubscriberStatus
  /** The lists that it speaks of, where it speaks of some. */
  readonly lists: readonly ListId[]
}
export type NewConsent = Omit<Consent, 'seq'>

const cut = (text: string | null, length: number): string | null =>
  text === null ? null : text.slice(0, length)

/** A proof within its limits. */
export const boundedProof = (proof: Proof): Proof => ({
  source: proof.source,
  at: proof.at,
  ip: cut(proof.ip, proofLimits.ip),
  userAgent: cut(proof.userAgent, proofLimits.userAgent),
  origin: cut(proof.origin, proofLimits.origin),
  words: cut(proof.words, proofLimits.words),
})

/** A proof that only says when and by what. */
export const bareProof = (source: ProofSource, at: EpochMs): Proof => ({
  source,
  at,
  ip: null,
  userAgent: null,
  origin: null,
  words: null,
})
