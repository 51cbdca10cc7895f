import type { LetterUrls } from '../compose/links.ts'
import type { EpochMs, Json, SubscriberId } from '../model/ids.ts'
import type { NewLink } from '../model/link.ts'
import type { RecipientsJson } from '../ports/ledger.ts'
import type { TemplateProblem } from '../template/problem.ts'
import type { SharedLinks, SharedPlan } from './plan.ts'

/** A batch of one publication for a render thread. */
export interface RenderTask {
  readonly kind: 'letters'
  readonly plan: SharedPlan
  readonly recipients: RecipientsJson
  /** How many recipients there are at most: sets the time limit. */
  readonly rows: number
  /** What they already had, for those who had something. */
  readonly seen: readonly { readonly subscriberId: SubscriberId; readonly picks: Uint8Array }[]
  /** What an earlier attempt chose for those who had one: they get the same letter again. */
  readonly chosen?: RenderTask['seen']
  /** Date header. */
  readonly now: EpochMs
  /** The only links that may be tracked; null: any. */
  readonly only: SharedLinks | null
  /** Say who would fail and drop the letters: preflight. */
  readonly dry: boolean
  /** Used memory to write into: a fresh page costs more than composing what goes on it. Transferred. */
  readonly memory: ArrayBuffer | null
}

/** One letter in full, for people to look at. */
export interface PreviewTask {
  readonly kind: 'preview'
  readonly plan: SharedPlan
  readonly recipients: RecipientsJson
  readonly seen: RenderTask['seen']
  readonly now: EpochMs
  /** Makes the Message-ID this copy's own; null: as the letter itself would have it. */
  readonly copy: string | null
}

/** A letter that went out, as web pages show it: again from what it was made from. */
export interface RenditionTask {
  readonly kind: 'rendition'
  readonly plan: SharedPlan
  readonly recipients: RecipientsJson
  /** From the ledger; null: choose as for somebody who never had anything. */
  readonly picks: Uint8Array | null
  /** When it was made. */
  readonly now: EpochMs
  /** Instead of the recipient's own. */
  readonly links: LetterUrls | null
}

/** One mail that no campaign sends. */
export interface NoticeTask {
  readonly kind: 'notice'
  readonly plan: SharedPlan
  readonly recipients: RecipientsJson
  /** What stands for the channel in the Message-ID: the same mail has the same one. */
  readonly mail: string
  readonly links: { readonly confirm: string; readonly manage: string }
  /** `campaign.data` of this one. */
  readonly data: { readonly [key: string]: Json }
  /** Date header. */
  readonly now: EpochMs
}

/** One notification of alerts, for people who get it by mail. */
export interface AlertTask {
  readonly kind: 'alerts'
  readonly plan: SharedPlan
  /** As `RecipientsJson`, but the id is the posting's target; with what is each one's own after it:
   *  `[id, address, name, language, timeZone, attributes, topics, tracking, learned, messageId, links]`. */
  readonly recipients: RecipientsJson
  readonly rows: number
  /** `campaign.data`, as JSON: the same for all. */
  readonly data: string
  readonly references: string
  /** Date header. */
  readonly now: EpochMs
}

export interface RenderedNotice {
  readonly to: string
  readonly mime: Uint8Array
  readonly utf8: boolean
  readonly key: string
}

/** Load somebody's ranker and hold it to what rankers promise. */
export interface RankerTask {
  readonly kind: 'ranker'
  /** Absolute path or file URL. */
  readonly module: string
}

/** Only compile, and report the problems. */
export interface CheckTask {
  readonly kind: 'check'
  readonly plan: SharedPlan
}

/** Finished letters in columns: arrays of one kind cross threads several times faster than objects do. */
export interface RenderedBatch {
  /** All messages, one after the other, then slack. Transferred, not copied. */
  readonly memory: ArrayBuffer
  readonly ids: readonly SubscriberId[]
  readonly to: readonly string[]
  /** Message-IDs. */
  readonly keys: readonly string[]
  /** Message i lies at offsets[i] to offsets[i + 1]. */
  readonly offsets: Uint32Array
  /** 1 where SMTPUTF8 is needed. */
  readonly utf8: Uint8Array
  /** Picks of recipient i lie at pickOffsets[i] to pickOffsets[i + 1]. */
  readonly picks: Uint8Array
  readonly pickOffsets: Uint32Array
  /** The links that tracked letters in it hold: all of them, told before or not. */
  readonly links: readonly NewLink[]
  /** Fewer items than the selection's minimum. */
  readonly skipped: readonly SubscriberId[]
  readonly failed: readonly { readonly id: SubscriberId; readonly problem: TemplateProblem }[]
  readonly made: MadeBy
}

/** Which thread was at it, and from when to when: milliseconds since 1970, with fractions. */
export interface MadeBy {
  /** 0: none came to its end. */
  readonly thread: number
  readonly from: EpochMs
  readonly until: EpochMs
}

export interface RenderedPreview {
  readonly to: string
  readonly subject: string
  readonly preheader: string
  readonly html: string
  readonly text: string
  readonly language: string
  readonly mime: Uint8Array
  readonly utf8: boolean
  readonly key: string
  readonly picks: Uint8Array
  readonly interpreted: readonly { readonly part: string; readonly why: string }[]
}

/** Why there is no letter. A value: of errors only their message crosses threads. */
export interface RefusedPreview {
  readonly refused: string
}

/** Plain text and HTML, not encoded for mail. */
export interface RenderedRendition {
  readonly subject: string
  readonly preheader: string
  readonly html: string
  readonly text: string
  readonly language: string
}

export interface CheckResult {
  readonly problems: readonly TemplateProblem[]
  readonly interpreted: readonly { readonly part: string; readonly why: string }[]
}

export interface RankerResult {
  /** Each goes on after "The ranker ...". */
  readonly problems: readonly string[]
}
