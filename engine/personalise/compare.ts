/** So many of so many did it: clicked, of those who were sent a letter. Whole numbers, `hits` at most `of`. */
export interface Proportion {
  readonly hits: number
  readonly of: number
}

/** An estimate and the bounds between which the truth lies with the asked confidence. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** The standard normal quantile of a two-sided confidence of 95 %. */
const z95 = 1.959963984540054

/** A proportion with Wilson's score interval (E. B. Wilson, JASA 22, 1927): right also near 0 and with few trials, where
 *  the textbook's symmetric one is not. Of nobody, nothing is known: 0 to 1. `z`: the normal quantile of the confidence. */
export function wilson({ hits, of }: Proportion, z = z95): Interval {
  if (of === 0) return { value: 0, low: 0, high: 1 }
  const p = hits / of
  const scale = 1 + (z * z) / of
  const centre = (p + (z * z) / (2 * of)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))
  // Rounding may put a bound beyond the proportion itself, or beyond 0 and 1.
  return {
    value: p,
    low: Math.min(p, Math.max(0, centre - half)),
    high: Math.max(p, Math.min(1, centre + half)),
  }
}

export interface Comparison {
  /** `treated` less `control`, as a difference of proportions: 0.012 is 1.2 percentage points. */
  readonly difference: Interval
  /** `difference` by the control's proportion: 0.15 is 15 % more. Null where the control has none. */
  readonly lift: number | null
  /** The interval leaves 0 out. */
  readonly significant: boolean
}

/** The difference of two independent proportions with Newcombe's interval (R. G. Newcombe, Statistics in Medicine 17, 1998,
 *  method 10): each side's own Wilson interval, combined by squares. With an empty side everything from -1 to 1 is open. */
export function compareProportions(treated: Proportion, control: Proportion, z = z95): Comparison {
  const a = wilson(treated, z)
  const b = wilson(control, z)
  if (treated.of === 0 || control.of === 0)
    return { difference: { value: 0, low: -1, high: 1 }, lift: null, significant: false }
  const value = a.value - b.value
  const low = Math.max(-1, value - Math.hypot(a.value - a.low, b.high - b.value))
  const high = Math.min(1, value + Math.hypot(a.high - a.value, b.value - b.low))
  return {
    difference: { value, low, high },
    lift: b.value === 0 ? null : value / b.value,
    significant: low > 0 || high < 0,
  }
}
