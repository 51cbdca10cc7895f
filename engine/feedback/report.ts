import type { EpochMs } from '../model/ids.ts'

/** What a mail that came to the bounce address is. `bounce`: a letter did not arrive. `complaint`: somebody called one spam.
 *  `unsubscribe`: somebody asked their provider to have no more. `none`: nothing that says so. */
export type ReportKind = 'bounce' | 'complaint' | 'unsubscribe' | 'none'

/** What is said about one recipient. */
export interface Reported {
  /** As `parseAddress` gives them, those that the letter was sent to first. None: it is not said, or was blacked out. */
  readonly addresses: readonly string[]
  /** RFC 3463, e.g. `5.1.1`. */
  readonly status: string | null
  /** The reply's three digits. */
  readonly smtp: number | null
  /** The words that go with it, one line, at most 500 characters. */
  readonly text: string
}

/** What came back of the letter says of itself. Nothing here is proven: whoever looks for a delivery checks it. */
export interface Returned {
  /** With their brackets. */
  readonly messageIds: readonly string[]
  /** What stands where the links of our letters have theirs. */
  readonly tokens: readonly string[]
  /** Addresses that may be its envelope sender, as they are written. */
  readonly senders: readonly string[]
}

/** A mail, read. */
export interface Reading {
  readonly kind: ReportKind
  /** What it was read as: `dsn`, `arf`, `jmrp`, or the form of words; of `none` why: `auto-reply`, `challenge`, `delayed`,
   *  `delivered`, `not-spam`, `auth-failure`, `receipt`, `other`. */
  readonly by: string
  /** At least one, unless `none`. */
  readonly recipients: readonly Reported[]
  /** What the mail says to people, one line, at most 2,000 characters: for those whose own words say nothing. */
  readonly context: string
  readonly returned: Returned
  /** When it was written, by its own word. */
  readonly at: EpochMs | null
  /** The same for the same mail, wherever it was read. */
  readonly id: string
}

export const maxText = 500
export const maxContext = 2000
/** Of one mail. Ours have one recipient each; lists that were written to may tell more. */
export const maxRecipients = 50
