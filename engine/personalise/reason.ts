import { primarySubtag } from './language.ts'
import type { Reason } from './ranker.ts'

/** How a language says why an item is there. */
export interface ReasonPhrases {
  readonly pinned: string
  readonly popular: string
  readonly recent: string
  readonly follows: (topic: string) => string
}

/** By primary subtag. */
export type ReasonLanguages = ReadonlyMap<string, ReasonPhrases>

const english: ReasonPhrases = {
  pinned: 'chosen by the editors',
  popular: 'popular with readers',
  recent: 'new',
  follows: (topic) => `because you follow ${topic}`,
}

export const reasonLanguages: ReasonLanguages = new Map([
  ['en', english],
  [
    'de',
    {
      pinned: 'von der Redaktion ausgewählt',
      popular: 'bei Leserinnen und Lesern beliebt',
      recent: 'neu',
      follows: (topic) => `weil Sie ${topic} verfolgen`,
    },
  ],
])

/** A reason in words: `because you follow Security`. English where the language has no phrases, the topic's
 *  name where it has no title. A stored reason is read by `storedReason` first. */
export function reasonText(
  reason: Reason,
  topicTitles: { readonly [name: string]: string },
  language: string | null,
  languages: ReasonLanguages = reasonLanguages,
): string {
  const phrases = (language === null ? undefined : languages.get(primarySubtag(language))) ?? english
  if (reason.kind !== 'follows') return phrases[reason.kind]
  const { topic } = reason
  return phrases.follows(Object.hasOwn(topicTitles, topic) ? topicTitles[topic]! : topic)
}
