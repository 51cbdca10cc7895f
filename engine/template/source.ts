/** A Liquid source, and where each of its places stood in what the author wrote. */
export interface Source {
  readonly text: string
  /** What the author wrote. */
  readonly original: string
  /** The file of an offset into `text` (null: the part itself), and the offset there. */
  origin(offset: number): { readonly file: string | null; readonly offset: number }
}

/** A source as it was written. */
export function writtenSource(text: string, file: string | null): Source {
  return { text, original: text, origin: (offset) => ({ file, offset }) }
}

/** Line and column, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    if (end < 0 || end >= offset) return { line, column: offset - start + 1 }
    line++
    start = end + 1
  }
}
