import { BroadsheetError } from '../../errors.ts'
import type { EpochMs } from '../../model/ids.ts'
import { featureCount } from './features.ts'
import { settled } from './model.ts'
import type { Snapshot } from './snapshot.ts'
import { fading, logOdds } from './tally.ts'

/** A snapshot as render threads share it: one copy, however many threads and publications read it. A version has a buffer
 *  of its own that is written once and sealed, so that the letters of a publication that began with it cannot change under it, and
 *  the collector frees it with the last publication that holds it. What is swapped is which buffer new publications are given
 *  (one reference, on the main thread). Two buffers written in turn would need readers to be waited for, or overwrite
 *  the version of a publication that takes longer than two snapshots.
 *
 *  ```
 *  int32   seal (version, stored last), version, items, trends, bytes of topics, observations
 *  float64 weights, then of items and of trends by id: ids, clicks, expected, times
 *  bytes   JSON of the topics: [name, clicks, expected, at]
 *  ``` */
export type SharedModel = SharedArrayBuffer

const headerInts = 6
const headerBytes = headerInts * 4
const columns = 4

/** `version` from 1. */
export function shareModel(version: number, snapshot: Snapshot): SharedModel {
  const { items, trends, topics, mean } = snapshot
  const names = new TextEncoder().encode(JSON.stringify(topics))
  const numbers = featureCount + columns * (items.length + trends.length)
  const buffer = new SharedArrayBuffer(headerBytes + numbers * 8 + names.length)
  const header = new Int32Array(buffer, 0, headerInts)
  header.set([0, version, items.length, trends.length, names.length, Math.min(snapshot.seen, 2 ** 31 - 1)])
  const values = new Float64Array(buffer, headerBytes, numbers)
  values.set(mean)
  let place = featureCount
  for (const rows of [items, trends]) {
    const sorted = rows.toSorted(([a], [b]) => a - b)
    for (let column = 0; column < columns; column++) {
      for (const [i, row] of sorted.entries()) values[place + i] = row[column]!
      place += rows.length
    }
  }
  new Uint8Array(buffer, headerBytes + numbers * 8).set(names)
  // The store of the seal comes after all else, for whoever loads it: the memory model's release and acquire.
  Atomics.store(header, 0, version)
  return buffer
}

/** Weights as a ranker reads them. Times in milliseconds since 1970. */
export interface Weights {
  readonly version: number
  /** Items that were seen before it was made; 0: it knows nothing. */
  readonly seen: number
  readonly mean: Float64Array
  /** Log-odds of an item at a time, and the clicks that are known of it: how sure that is. */
  item(id: number, at: EpochMs): { readonly odds: number; readonly clicks: number }
  trend(id: number, at: EpochMs): number
  topic(name: string, at: EpochMs): number
}

/** Throws E_INTERNAL for a buffer that is not sealed. */
export function readModel(buffer: SharedModel): Weights {
  const header = new Int32Array(buffer, 0, headerInts)
  const version = header[1]!
  if (version === 0 || Atomics.load(header, 0) !== version)
    throw new BroadsheetError('E_INTERNAL', 'A model was read before it was written.')
  const [, , items = 0, trends = 0, bytes = 0, seen = 0] = header
  const numbers = featureCount + columns * (items + trends)
  const values = new Float64Array(buffer, headerBytes, numbers)
  const text = Buffer.from(buffer, headerBytes + numbers * 8, bytes).toString('utf8')
  const topics = new Map(
    (JSON.parse(text) as Snapshot['topics']).map(([name, clicks, expected, at]) => [
      name,
      { clicks, expected, at },
    ]),
  )
  const table = (start: number, rows: number) => (id: number, at: EpochMs, halfLifeMs: number) => {
    let low = 0
    let high = rows
    while (low < high) {
      const middle = (low + high) >> 1
      if (values[start + middle]! < id) low = middle + 1
      else high = middle
    }
    if (low === rows || values[start + low] !== id) return null
    const left = fading(at - values[start + 3 * rows + low]!, halfLifeMs)
    return { clicks: values[start + rows + low]! * left, expected: values[start + 2 * rows + low]! * left }
  }
  const itemAt = table(featureCount, items)
  const trendAt = table(featureCount + columns * items, trends)
  return {
    version,
    seen,
    mean: values.subarray(0, featureCount),
    item(id, at) {
      const found = itemAt(id, at, settled.item.halfLifeMs)
      return found === null
        ? { odds: 0, clicks: 0 }
        : { odds: logOdds(found.clicks, found.expected, settled.item.strength), clicks: found.clicks }
    },
    trend(id, at) {
      const found = trendAt(id, at, settled.trend.halfLifeMs)
      return found === null ? 0 : logOdds(found.clicks, found.expected, settled.trend.strength)
    },
    topic(name, at) {
      const found = topics.get(name)
      if (found === undefined) return 0
      const left = fading(at - found.at, settled.topic.halfLifeMs)
      return logOdds(found.clicks * left, found.expected * left, settled.topic.strength)
    },
  }
}
