// 32 buckets an octave: a value is known within 2.2 %, at any size, and millions take a few kilobytes.
const bucketsAnOctave = 32
const leastMs = 0.01

/** As it is kept and sent: only buckets that hold something. */
export interface HistogramJson {
  /** Bucket and how many it holds, in order. Bucket `i` ends at 0.01 ms * 2^(i / 32). */
  readonly buckets: readonly (readonly [bucket: number, count: number])[]
  readonly count: number
  /** Exact, milliseconds; 0 where nothing was counted. */
  readonly min: number
  readonly max: number
  readonly mean: number
}

export interface Histogram {
  add(ms: number): void
  toJSON(): HistogramJson
}

const bucketOf = (ms: number): number =>
  ms <= leastMs ? 0 : Math.ceil(Math.log2(ms / leastMs) * bucketsAnOctave)

/** Where a bucket ends, milliseconds. */
export const endOf = (bucket: number): number => leastMs * 2 ** (bucket / bucketsAnOctave)

export function createHistogram(): Histogram {
  const counts = new Map<number, number>()
  let [count, min, max, sum] = [0, Number.POSITIVE_INFINITY, 0, 0]
  return {
    add(ms) {
      const bucket = bucketOf(ms)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
      count += 1
      sum += ms
      if (ms < min) min = ms
      if (ms > max) max = ms
    },
    toJSON: () => ({
      buckets: [...counts].sort(([a], [b]) => a - b),
      count,
      min: count === 0 ? 0 : min,
      max,
      mean: count === 0 ? 0 : sum / count,
    }),
  }
}

export function histogramOf(values: Iterable<number>): HistogramJson {
  const histogram = createHistogram()
  for (const value of values) histogram.add(value)
  return histogram.toJSON()
}

/** The value that this share of all is at or below, rounded up to the end of its bucket; null where nothing was counted. */
export function quantile({ buckets, count, max }: HistogramJson, share: number): number | null {
  if (count === 0) return null
  const rank = Math.max(1, Math.ceil(share * count))
  let seen = 0
  for (const [bucket, held] of buckets) {
    seen += held
    if (seen >= rank) return Math.min(endOf(bucket), max)
  }
  return max
}

export function merge(parts: readonly HistogramJson[]): HistogramJson {
  const counts = new Map<number, number>()
  for (const { buckets } of parts)
    for (const [bucket, held] of buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + held)
  const some = parts.filter(({ count }) => count > 0)
  const count = some.reduce((sum, part) => sum + part.count, 0)
  return {
    buckets: [...counts].sort(([a], [b]) => a - b),
    count,
    min: count === 0 ? 0 : Math.min(...some.map(({ min }) => min)),
    max: Math.max(0, ...some.map(({ max }) => max)),
    mean: count === 0 ? 0 : some.reduce((sum, part) => sum + part.mean * part.count, 0) / count,
  }
}
