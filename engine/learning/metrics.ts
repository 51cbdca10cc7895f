/** Discounted cumulative gain of the first `k` (Järvelin and Kekäläinen, ACM TOIS 20, 2002): gain / log2(place + 1), places from 1. */
export function dcg(gains: readonly number[], k: number): number {
  let sum = 0
  for (let place = 0; place < Math.min(k, gains.length); place++) sum += gains[place]! / Math.log2(place + 2)
  return sum
}

/** That by the best that could be had: 1 where nothing could be ordered better. `all`: the gains of everything that could have
 *  been chosen. Null where there was nothing to gain. */
export function ndcg(gains: readonly number[], k: number, all: readonly number[] = gains): number | null {
  const best = dcg(
    all.toSorted((a, b) => b - a),
    k,
  )
  return best > 0 ? dcg(gains, k) / best : null
}

/** A mean that grows. */
export interface Mean {
  add(value: number): void
  readonly value: number
  readonly count: number
}
export function createMean(): Mean {
  let sum = 0
  let count = 0
  return {
    add(value) {
      sum += value
      count++
    },
    get value() {
      return count === 0 ? 0 : sum / count
    },
    get count() {
      return count
    },
  }
}
