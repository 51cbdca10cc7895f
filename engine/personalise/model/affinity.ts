import type { EpochMs } from '../../model/ids.ts'
import { kept, newReader, type ReaderTallies, settled } from './model.ts'
import { oddsAt, pruneOldest, type Tally } from './tally.ts'

/** Topics that a letter's ranking is given of a reader: those that say most. */
export const learnedTopics = 32
/** Below this a weight changes nothing that can be seen. */
const least = 0.005

/** What rankers are given of a reader: log-odds by topic, above 0 where they click on more of it than others do. Three digits. */
export function learnedWeights(
  reader: ReaderTallies,
  at: EpochMs,
  readerHalfLifeMs: number,
): { readonly [topic: string]: number } {
  const odds = [...reader.topics].map(([topic, tally]): [string, number] => [
    topic,
    Math.round(oddsAt(tally, at, readerHalfLifeMs, settled.reader.strength) * 1000) / 1000,
  ])
  return Object.fromEntries(
    odds
      .filter(([, weight]) => Math.abs(weight) >= least)
      .sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
      .slice(0, learnedTopics),
  )
}

/** As they are kept: `[[clicks, expected, at], { topic: [clicks, expected, at] }]`, JSON. */
export function writeTallies(reader: ReaderTallies): string {
  pruneOldest(reader.topics, kept.readerTopics)
  const row = ({ clicks, expected, at }: Tally) => [short(clicks), short(expected), at]
  return JSON.stringify([
    row(reader.rate),
    Object.fromEntries([...reader.topics].map(([name, tally]) => [name, row(tally)])),
  ])
}

/** Of nobody known, a new one. */
export function readTallies(text: string | null, at: EpochMs): ReaderTallies {
  if (text === null) return newReader(at)
  const [rate, topics] = JSON.parse(text) as [Row, { readonly [name: string]: Row }]
  return {
    rate: tallyOf(rate),
    topics: new Map(Object.entries(topics).map(([name, row]) => [name, tallyOf(row)])),
  }
}

type Row = [clicks: number, expected: number, at: EpochMs]
const tallyOf = ([clicks, expected, at]: Row): Tally => ({ clicks, expected, at })
const short = (value: number): number => Number(value.toPrecision(4))
