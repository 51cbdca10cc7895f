import { severities } from '../../../alerts/severities.ts'
import type { Matcher } from '../../../alerts/silences/matchers.ts'

/** What a follow is for; left out: everything. */
export interface Wanted {
  readonly topics?: readonly string[] | undefined
  readonly minSeverity?: (typeof severities)[number] | undefined
  readonly filter?: readonly Matcher[] | undefined
}

/** The same as conditions on the labels that every alert has. */
export function matchersOf({ topics = [], minSeverity = 'info', filter = [] }: Wanted): readonly Matcher[] {
  const enough = severities.slice(severities.indexOf(minSeverity)).join('|')
  // Of all that a slug may have only the dot is a pattern.
  const wanted = topics.map((topic) => topic.replaceAll('.', '\\.')).join('|')
  return [
    { name: 'severity', operator: '=~', value: enough },
    ...(topics.length === 0 ? [] : [{ name: 'topic', operator: '=~', value: wanted } as const]),
    ...filter.filter(({ name }) => name !== ''),
  ]
}
