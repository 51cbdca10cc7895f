import type { Labels } from '../model/alert.ts'
import type { EpochMs, SilenceId } from '../model/ids.ts'
import type { Silence } from '../model/silence.ts'
import { compileMatchers, type Matcher, matchesAll } from './matchers/matcher.ts'

/** Answers which silences are on an alert. Made anew when silences change. */
export interface Silencer {
  /** In no order; empty when it may be told. */
  silencedBy(labels: Labels, now: EpochMs): readonly SilenceId[]
  /** When the answer to some alert changes next, by a silence that begins or ends; null: never. */
  nextChange(now: EpochMs): EpochMs | null
  /** Those with a pattern that no longer compiles: they silence nothing. */
  readonly broken: readonly SilenceId[]
}

interface Entry extends Pick<Silence, 'id' | 'startsAt' | 'endsAt'> {
  readonly compiled: readonly Matcher[]
}

/** Each silence hangs by one label that it wants equal, where it has one: an alert is compared with those of its own labels,
 *  and with the few that have only other operators. */
export function createSilencer(
  silences: readonly Pick<Silence, 'id' | 'matchers' | 'startsAt' | 'endsAt'>[],
): Silencer {
  const byPair = new Map<string, Entry[]>()
  const others: Entry[] = []
  const broken: SilenceId[] = []
  for (const { id, matchers, startsAt, endsAt } of silences) {
    const compiled = compileMatchers(matchers)
    if ('issues' in compiled) {
      broken.push(id)
      continue
    }
    const entry: Entry = { id, startsAt, endsAt, compiled: compiled.ok }
    const pair = matchers.find(({ operator, value }) => operator === '=' && value !== '')
    if (pair === undefined) {
      others.push(entry)
      continue
    }
    const key = pairKey(pair.name, pair.value)
    const beside = byPair.get(key)
    if (beside === undefined) byPair.set(key, [entry])
    else beside.push(entry)
  }

  return {
    broken,
    silencedBy(labels, now) {
      const found: SilenceId[] = []
      const ask = (entries: readonly Entry[]) => {
        for (const { id, startsAt, endsAt, compiled } of entries)
          if (startsAt <= now && now < endsAt && matchesAll(compiled, labels)) found.push(id)
      }
      ask(others)
      for (const [name, value] of Object.entries(labels)) ask(byPair.get(pairKey(name, value)) ?? [])
      return found
    },
    nextChange: (now) =>
      silences.reduce<EpochMs | null>((next, { startsAt, endsAt }) => {
        const own = now < startsAt ? startsAt : now < endsAt ? endsAt : null
        return own === null || (next !== null && next <= own) ? next : own
      }, null),
  }
}

/** No label has U+0000. */
const pairKey = (name: string, value: string): string => `${name}\0${value}`
