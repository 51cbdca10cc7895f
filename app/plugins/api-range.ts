/** Channel APIs that a plugin works with: a list of stretches, both ends included. */
export interface ApiRange {
  readonly text: string
  readonly stretches: readonly (readonly [from: number, to: number])[]
}

/** `1`, `^1`, `1 - 2`, `1 || 3`. APIs are whole numbers: a new one is made only where an old channel would break. */
export function parseApiRange(text: string): ApiRange | null {
  const stretches: [number, number][] = []
  for (const part of text.split('||')) {
    const [, from, to] = /^\s*\^?(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part) ?? []
    if (from === undefined) return null
    stretches.push([Number(from), Number(to ?? from)])
  }
  return stretches.every(([from, to]) => from >= 1 && from <= to) ? { text: text.trim(), stretches } : null
}

export const speaks = ({ stretches }: ApiRange, api: number): boolean =>
  stretches.some(([from, to]) => from <= api && api <= to)
