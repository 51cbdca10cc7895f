import type { ImportCounts, ImportKindName } from './imports.ts'

/** Whose messages: a campaign's letters, or what is told of an alert. */
export type Work = 'campaign' | 'alert'

/** What a channel said of a message (`Outcome.status`). */
export type Answer = 'sent' | 'transient' | 'permanent' | 'unknown' | 'unsent'

/** What the books say of a message then. */
export type Settled = 'sent' | 'failed' | 'retry' | 'unknown' | 'unsent'

/** Counts by word; words without a count are none. */
export type Tally<Word extends string> = { readonly [word in Word]?: number }

/** How an alert's message came to its channel. `direct`: with the decision to tell it. `fan`: one of very many, in parts.
 *  `later`: a sweep found it, to be tried again or left over by another node. */
export type AlertLane = 'direct' | 'fan' | 'later'

/** What a look at bulk mail came to. `warned`: it went, and the log says why it should not have. `refused`: whoever asked was told.
 *  `forced`: it went although it would have been refused. `held`: it waits for somebody's word. `unknown`: nothing was found out
 *  in time, and it went. */
export type PreflightOutcome = 'passed' | 'warned' | 'refused' | 'forced' | 'held' | 'unknown'

/** What the engine says of its work while it works, for whoever counts. Called once a batch, a call or a change, never once a
 *  letter; every method returns at once and throws nothing. Seconds throughout. `channel` is a name of the settings; nothing here
 *  names a person, an address or a publication, so that all of it may be a label. */
export interface Meter {
  /** A batch was rendered and composed; `seconds`: from reading its recipients to finished letters, with the wait for a
   *  thread. `failed`: their template had a problem. `skipped`: too little to say. */
  made(
    work: Work,
    batch: {
      readonly letters: number
      readonly failed: number
      readonly skipped: number
      readonly seconds: number
    },
  ): void
  /** A call of a channel ended. `urgent`: with an alert in it. */
  answered(
    channel: string,
    answers: Tally<Answer>,
    call: { readonly seconds: number; readonly urgent: boolean },
  ): void
  /** What was handed to a channel, or kept from it, is in the books. `channel`: the one that was asked for, whoever stood in. */
  settled(work: Work, channel: string, states: Tally<Settled>): void
  /** Limits held so many back, for so long at least. */
  held(channel: string, messages: number, seconds: number): void
  /** Alerts were heard and what to tell is decided and written; `seconds`: since the first of them was accepted. */
  decided(alerts: number, seconds: number): void
  /** A batch of an alert's messages was taken, all or in part; `seconds`: since it was decided to tell it. */
  told(channel: string, lane: AlertLane, seconds: number): void
  /** The breaker of a channel moved. */
  moved(channel: string, state: 'closed' | 'open' | 'half-open'): void
  /** A step of a channel's protocol, as the channel names it (`connect`, `data`); it may tell a sample only. */
  phase(channel: string, phase: string, seconds: number): void
  /** The learner has written what it learned of so many letters. `version`: as a new version for letters to be ranked by. */
  learned(letters: number, version: boolean): void
  /** Rows of an import were judged and written. */
  imported(kind: ImportKindName, rows: Tally<keyof ImportCounts | 'rejected'>): void
  /** A campaign to many was looked at. `asked`: somebody starts or schedules it. `due`: its schedule does. */
  looked(occasion: 'asked' | 'due', outcome: PreflightOutcome): void
}

/** Counts nothing. */
export const noMeter: Meter = {
  made() {},
  answered() {},
  settled() {},
  held() {},
  decided() {},
  told() {},
  moved() {},
  phase() {},
  learned() {},
  imported() {},
  looked() {},
}
