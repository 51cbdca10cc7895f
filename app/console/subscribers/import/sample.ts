/** The beginning of a file as a browser reads it: enough to see what the columns hold. */
export interface Sample {
  /** The first bytes, which end with a whole line; the file itself where it cannot be cut. */
  readonly part: Blob
  /** It is all of the file. */
  readonly whole: boolean
  /** Null for what is no table of text: NDJSON, a workbook, something packed. */
  readonly table: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] } | null
}

const sampleBytes = 256 * 1024
// Whatever cannot be cut is looked at as a whole, up to here.
const maxWholeBytes = 20 * 1024 * 1024
const shownRows = 8

/** Null where the file cannot be looked at before it is sent. */
export async function sampleOf(file: File): Promise<Sample | null> {
  const beginning = new Uint8Array(await file.slice(0, sampleBytes).arrayBuffer())
  if (isPacked(beginning)) return file.size <= maxWholeBytes ? { part: file, whole: true, table: null } : null
  const whole = file.size <= sampleBytes
  const wide = beginning[0] === 0xff || beginning[0] === 0xfe
  const cut = whole ? beginning.length : lastLineEnd(beginning, wide)
  const part = file.slice(0, cut)
  const text = decode(beginning.subarray(0, cut))
  if (/^\s*\{/.test(text)) return { part, whole, table: null }
  const [header = [], ...rows] = parseTable(text, shownRows + 1)
  return { part, whole, table: { header, rows } }
}

/** gzip, or ZIP as a workbook is. */
const isPacked = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes[0] === 0x50 && bytes[1] === 0x4b)

function lastLineEnd(bytes: Uint8Array, wide: boolean): number {
  const at = bytes.lastIndexOf(10)
  if (at < 0) return bytes.length
  // A line end of UTF-16 is two bytes; it begins at an even place.
  return wide ? at + 1 + ((at + 1) % 2) : at + 1
}

/** As the daemon reads it: by the mark at its beginning, else UTF-8, else Windows-1252. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const delimiters = [',', ';', '\t', '|'] as const

/** Records of RFC 4180, at most so many. The delimiter is the one that the first line has most of. */
export function parseTable(text: string, most: number): readonly (readonly string[])[] {
  const told = /^sep=(.)\r?\n/i.exec(text)
  const source = told === null ? text : text.slice(told[0].length)
  const firstLine = source.slice(0, source.search(/[\r\n]|$/))
  const count = (sign: string): number => firstLine.split(sign).length
  const delimiter = told?.[1] ?? delimiters.toSorted((a, b) => count(b) - count(a))[0]!
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let quoted = false
  const endRecord = (): void => {
    record.push(cell)
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
    cell = ''
  }
  for (let at = 0; at < source.length && records.length < most; at += 1) {
    const sign = source[at]!
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (source[at + 1] === '"') {
        cell += '"'
        at += 1
      } else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === delimiter) {
      record.push(cell)
      cell = ''
    } else if (sign === '\n') endRecord()
    else if (sign !== '\r') cell += sign
    else if (source[at + 1] !== '\n') endRecord()
  }
  if (records.length < most && (cell !== '' || record.length > 0)) endRecord()
  return records
}
