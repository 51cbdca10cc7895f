import type { Severity } from '../../../../engine/model/alert.ts'
import type { pageLanguages } from '../../../config/pages.ts'
import { english } from './english.ts'
import { german } from './german.ts'

export type PageLanguage = (typeof pageLanguages)[number]

/** All that the public pages say, in one language. Every catalogue has every key: one that is missing does not
 *  compile. Functions take and give text, not HTML; `who` is a masked address. */
export interface Words {
  readonly language: PageLanguage
  /** `A`, `A and B`, `A, B and C`, in the language's quotation marks. */
  readonly join: (titles: readonly string[]) => string
  readonly date: (at: Date, timeZone: string) => string

  readonly skip: string
  readonly privacy: string
  readonly imprint: string
  readonly optional: string
  readonly back: string

  readonly address: string
  readonly addressHint: string
  readonly name: string
  readonly pot: string
  readonly wrong: (count: number) => string
  readonly addressMissing: string
  readonly addressWrong: string
  readonly nameWrong: string
  readonly listMissing: string
  readonly again: string
  readonly formOld: string

  readonly badTitle: string
  readonly bad: string
  readonly failedTitle: string
  readonly failed: string
  readonly busyTitle: string
  readonly busy: string
  readonly missingTitle: string
  readonly missing: string
  readonly elsewhereTitle: string
  readonly elsewhere: string

  readonly signUp: {
    readonly title: (list: string) => string
    readonly titleMany: string
    readonly which: string
    readonly button: string
    /** What somebody agrees to by pressing the button; kept as proof. `lists` are joined titles. */
    readonly consent: (publisher: string, lists: string) => string
    readonly consentMany: (publisher: string) => string
    readonly promise: string
    readonly already: string
    readonly alreadyLink: string
    readonly review: string
    readonly checking: string
    readonly unproved: string
    readonly sentTitle: string
    readonly sent: (who: string) => string
    readonly sentHint: string
    readonly closedTitle: string
    readonly closed: string
  }
  readonly confirm: {
    readonly title: string
    readonly question: (who: string, lists: string) => string
    readonly questionAll: (who: string) => string
    readonly button: string
    readonly ignore: string
    readonly doneTitle: string
    readonly done: (who: string) => string
    readonly goneTitle: string
    readonly gone: string
    readonly nothingTitle: string
    readonly nothing: (who: string) => string
  }
  readonly leave: {
    readonly title: string
    readonly question: (who: string, lists: string) => string
    readonly questionAll: (who: string) => string
    readonly lists: (lists: string) => string
    readonly all: string
    readonly noteLists: string
    readonly noteAll: string
    readonly why: string
    readonly reasons: { readonly [reason in LeaveReason]: string }
    readonly more: string
    readonly doneTitle: string
    readonly left: (who: string, lists: string) => string
    readonly leftAll: (who: string) => string
    readonly notOn: (who: string, lists: string) => string
    readonly others: string
    readonly preferences: string
    readonly mistake: string
    readonly mistakeLink: string
  }
  readonly preferences: {
    readonly title: string
    readonly about: (who: string) => string
    readonly saved: string
    readonly refused: string
    readonly unconfirmed: string
    readonly departed: string
    readonly lists: string
    readonly waiting: string
    readonly topics: string
    readonly topicsHint: string
    readonly weights: { readonly [choice in TopicChoice]: string }
    readonly frequency: string
    readonly frequencyHint: string
    readonly noLimit: string
    readonly perWeek: (count: number) => string
    readonly alerts: {
      readonly title: string
      readonly hint: string
      readonly all: string
      readonly from: (severity: string) => string
      readonly mail: string
    }
    readonly pause: string
    readonly pauseUntil: string
    readonly pauseHint: string
    readonly dateWrong: string
    readonly person: string
    readonly letterLanguage: string
    readonly timeZone: string
    readonly unsaid: string
    readonly tracking: string
    readonly trackingHint: string
    readonly granted: string
    readonly denied: string
    readonly choiceWrong: string
    readonly save: string
    readonly leaveAll: string
    readonly data: string
    readonly dataHint: string
    readonly download: string
    readonly erase: string
  }
  readonly erase: {
    readonly title: string
    readonly what: (who: string) => string
    readonly stays: string
    readonly understood: string
    readonly notUnderstood: string
    readonly button: string
    readonly keep: string
    readonly doneTitle: string
    readonly done: string
  }
  readonly link: {
    readonly title: string
    readonly about: string
    readonly button: string
    readonly sentTitle: string
    readonly sent: (who: string) => string
  }
  readonly alert: {
    /** Over several. */
    readonly titleMany: (count: number) => string
    readonly severities: { readonly [severity in Severity]: string }
    /** `28 Nov 2026, 07:16 UTC`. */
    readonly moment: (at: Date) => string
    /** `12 minutes`, of a time that is over or goes on. */
    readonly span: (ms: number) => string
    readonly since: (span: string, moment: string) => string
    readonly over: (moment: string) => string
    readonly escalated: string
    /** `comment` may be empty. */
    readonly taken: (who: string, moment: string, comment: string) => string
    readonly expired: string
    readonly more: (count: number) => string
    readonly all: string
    readonly question: string
    readonly takeOver: string
    readonly effect: string
    readonly name: string
    readonly comment: string
    readonly commentHint: string
    readonly button: string
    readonly takeOverButton: string
    readonly thanks: string
    readonly somebody: string
    readonly overTitle: string
    readonly nothing: string
    readonly tooLate: string
    readonly meanwhile: string
    readonly badTitle: string
    readonly bad: string
  }
  readonly archive: {
    readonly title: string
    readonly empty: string
    readonly older: string
    readonly newer: string
    readonly feed: string
    readonly all: string
    readonly goneTitle: string
    readonly gone: string
  }
}

export const leaveReasons = ['too_many', 'not_relevant', 'never_asked', 'elsewhere', 'other'] as const
export type LeaveReason = (typeof leaveReasons)[number]

/** What people can say of a topic, and the weight it is. */
export const topicWeights = { none: 0, little: 0.25, some: 0.6, much: 1 } as const
export type TopicChoice = keyof typeof topicWeights

const spoken: { readonly [language in PageLanguage]: Words } = { en: english, de: german }

function wordsFor(tag: string): Words | undefined {
  const language = tag.toLowerCase().split('-', 1)[0]!
  return Object.hasOwn(spoken, language) ? spoken[language as PageLanguage] : undefined
}

/** The first language that is spoken here: the reader's own, the one in the address (`?lang=de`), the browser's by
 *  weight; else `otherwise`. */
export function chooseWords(asked: {
  readonly reader?: string | null
  readonly query?: string | undefined
  readonly header?: string | undefined
  readonly otherwise: PageLanguage
}): Words {
  for (const tag of [asked.reader, asked.query]) {
    const words = typeof tag === 'string' ? wordsFor(tag) : undefined
    if (words !== undefined) return words
  }
  const wanted = (asked.header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', q] = part.trim().split(/(?<!\s)\s*;\s*q=/)
      return { tag, weight: q === undefined ? 1 : Number(q) || 0 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  for (const { tag } of wanted) {
    const words = wordsFor(tag)
    if (words !== undefined) return words
  }
  return spoken[asked.otherwise]
}
