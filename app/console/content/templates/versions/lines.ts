/** A line of either text. Numbers count from 1 in each; null: that text does not have it. */
export interface Line {
  readonly text: string
  readonly before: number | null
  readonly after: number | null
  /** Of a line that stands for another: where they differ, as a range of `text`. */
  readonly differs: readonly [from: number, to: number] | null
}

// Two texts that have less in common are shown whole, one below the other: nobody reads a thousand changes.
const maxEdits = 1000
/** Two lines that share less than this of the longer one are not the same line changed. */
const sharedEnough = 0.3

/** The lines of both texts in one order, what went before what came: as few of either as can be (Myers 1986, "An O(ND) Difference
 *  Algorithm"). Null: there is no such text. How lines end is no difference, and whether the last one does. */
export function compareLines(before: string | null, after: string | null): readonly Line[] {
  const [was, is] = [split(before), split(after)]
  let head = 0
  while (head < was.length && head < is.length && was[head] === is[head]) head += 1
  let tail = 0
  while (
    tail < was.length - head &&
    tail < is.length - head &&
    was[was.length - 1 - tail] === is[is.length - 1 - tail]
  )
    tail += 1
  const kept = [
    ...Array.from({ length: head }, (_, index): Pair => [index, index]),
    ...common(was.slice(head, was.length - tail), is.slice(head, is.length - tail)).map(
      ([x, y]): Pair => [x + head, y + head],
    ),
    ...Array.from(
      { length: tail },
      (_, index): Pair => [was.length - tail + index, is.length - tail + index],
    ),
  ]
  const lines: (readonly Line[])[] = []
  let [x, y] = [0, 0]
  for (const [nextX, nextY] of [...kept, [was.length, is.length] as const]) {
    lines.push(changed(was.slice(x, nextX), is.slice(y, nextY), x, y))
    if (nextX < was.length)
      lines.push([{ text: is[nextY] ?? '', before: nextX + 1, after: nextY + 1, differs: null }])
    ;[x, y] = [nextX + 1, nextY + 1]
  }
  return lines.flat()
}

/** Indexes of one line in both texts. */
type Pair = readonly [before: number, after: number]

const split = (text: string | null): readonly string[] =>
  text === null || text === '' ? [] : text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/)

/** A longest common subsequence. */
function common(was: readonly string[], is: readonly string[]): readonly Pair[] {
  if (was.length === 0 || is.length === 0) return []
  const most = Math.min(was.length + is.length, maxEdits)
  // reach[k + most + 1]: how far into `was` the furthest path on diagonal k (x - y) has come.
  const reach = new Int32Array(2 * most + 3)
  const at = (k: number): number => k + most + 1
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits += 1) {
    trace.push(reach.slice(at(-edits - 1), at(edits + 1) + 1))
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach[at(k - 1)]! < reach[at(k + 1)]!)
      let x = down ? reach[at(k + 1)]! : reach[at(k - 1)]! + 1
      while (x < was.length && x - k < is.length && was[x] === is[x - k]) x += 1
      reach[at(k)] = x
      if (x >= was.length && x - k >= is.length) return back(trace, was.length, is.length)
    }
  }
  return []
}

/** The way that `trace` came, from its end. */
function back(trace: readonly Int32Array[], beforeEnd: number, afterEnd: number): readonly Pair[] {
  const pairs: Pair[] = []
  let [x, y] = [beforeEnd, afterEnd]
  for (let edits = trace.length - 1; edits >= 0; edits -= 1) {
    const reach = trace[edits]!
    const at = (k: number): number => k + edits + 1
    const k = x - y
    const down = k === -edits || (k !== edits && reach[at(k - 1)]! < reach[at(k + 1)]!)
    const from = edits === 0 ? 0 : down ? reach[at(k + 1)]! : reach[at(k - 1)]!
    const fromY = edits === 0 ? 0 : from - (down ? k + 1 : k - 1)
    const stop = edits === 0 ? 0 : down ? from : from + 1
    while (x > stop && x > 0 && y > 0) {
      x -= 1
      y -= 1
      pairs.push([x, y])
    }
    ;[x, y] = [from, fromY]
  }
  return pairs.reverse()
}

/** What went and what came in one place. Where they are as many, each stands for one. */
function changed(was: readonly string[], is: readonly string[], x: number, y: number): readonly Line[] {
  const differs = was.map((text, index) => (was.length === is.length ? differing(text, is[index]!) : null))
  return [
    ...was.map((text, index) => ({
      text,
      before: x + index + 1,
      after: null,
      differs: differs[index]?.[0] ?? null,
    })),
    ...is.map((text, index) => ({
      text,
      before: null,
      after: y + index + 1,
      differs: differs[index]?.[1] ?? null,
    })),
  ]
}

const words = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_]+|[^\p{L}\p{N}_]/gu) ?? []
const length = (parts: readonly string[]): number => parts.reduce((sum, { length: one }) => sum + one, 0)

/** Where two lines differ, by whole words. */
function differing(was: string, is: string): readonly [Line['differs'], Line['differs']] | null {
  const [a, b] = [words(was), words(is)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  const start = length(a.slice(0, head))
  const end = length(tail === 0 ? [] : a.slice(-tail))
  if (start + end < sharedEnough * Math.max(was.length, is.length)) return null
  return [
    [start, was.length - end],
    [start, is.length - end],
  ]
}
