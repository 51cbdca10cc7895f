import type { Line } from './lines.ts'

/** One record of a CSV text and the line on which it begins. */
export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | {
      readonly line: number
      readonly problem: string
      /** The line as it stands, where it could be read. */
      readonly text?: string
    }

// A cell may hold line breaks, so a record may hold many lines; past this, the quote was never closed.
const maxRecordLines = 1000
const maxRecordChars = 1_048_576
const neverClosed = 'opens a quote that is never closed'
const garbled = 'has text between a closing quote and the next delimiter'

/** RFC 4180 by lines: `push` takes them in order and returns the records they complete, `end` the rest.
 *
 *  csv-parse was tried: past an over-long record it ends the stream without an error, and an open quote
 *  makes it swallow every row to the end of the file. Here a bad line costs itself: reading goes on with
 *  the line after the one that opened the quote. Blank lines are no records; a quote inside an unquoted
 *  cell is a character like any other. */
export function csvReader(delimiter = ','): {
  push(lines: readonly Line[]): CsvRecord[]
  end(): CsvRecord[]
} {
  /** Lines of the record that is not complete yet, kept to be read again if its quote is never closed. */
  let open: { readonly number: number; readonly text: string; readonly crlf?: true }[] = []
  let openChars = 0
  let cells: string[] = []
  /** The quoted cell that the last line left open. */
  let cell: string | null = null

  const reset = () => {
    const lines = open
    open = []
    openChars = 0
    cells = []
    cell = null
    return lines
  }

  /** Reads one line on from where the last one stopped. False when it is garbled. */
  const read = ({ text, crlf }: { readonly text: string; readonly crlf?: true }): boolean => {
    let at = 0
    for (;;) {
      if (cell === null && text[at] === '"') {
        cell = ''
        at++
      }
      if (cell === null) {
        const end = text.indexOf(delimiter, at)
        cells.push(end < 0 ? text.slice(at) : text.slice(at, end))
        if (end < 0) return true
        at = end + 1
        continue
      }
      const end = text.indexOf('"', at)
      if (end < 0) {
        cell += `${text.slice(at)}${crlf === true ? '\r\n' : '\n'}`
        return true
      }
      cell += text.slice(at, end)
      at = end + 1
      if (text[at] === '"') {
        cell += '"'
        at++
        continue
      }
      cells.push(cell)
      cell = null
      if (at === text.length) return true
      if (text[at] !== delimiter) return false
      at++
    }
  }

  const take = (
    line: { readonly number: number; readonly text: string; readonly crlf?: true },
    records: CsvRecord[],
  ): void => {
    if (open.length === 0 && line.text.trim() === '') return
    open.push(line)
    openChars += line.text.length
    if (!read(line)) {
      giveUp(open.length === 1 ? garbled : neverClosed, records)
    } else if (cell === null) {
      records.push({ line: open[0]!.number, cells })
      reset()
    } else if (open.length > maxRecordLines || openChars > maxRecordChars) {
      giveUp(neverClosed, records)
    }
  }

  /** The first open line is bad; those behind it are read again on their own. */
  const giveUp = (problem: string, records: CsvRecord[]): void => {
    const [bad, ...again] = reset()
    if (bad === undefined) return
    records.push({ line: bad.number, problem, text: bad.text })
    for (const line of again) take(line, records)
  }

  return {
    push(lines) {
      const records: CsvRecord[] = []
      for (const line of lines) {
        if ('text' in line) {
          take(line, records)
        } else {
          while (open.length > 0) giveUp(neverClosed, records)
          records.push({ line: line.number, problem: line.problem })
        }
      }
      return records
    },
    end() {
      const records: CsvRecord[] = []
      while (open.length > 0) giveUp(neverClosed, records)
      return records
    },
  }
}
