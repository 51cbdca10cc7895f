/** One line of `npm run bench -- --json`. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer: string | null
  /** How many times better than the peer in the same run. */
  readonly ratio: number | null
}

export type Report = (figure: Figure) => void

export const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
