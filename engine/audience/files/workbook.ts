import { Parser } from 'htmlparser2'
import { BroadsheetError } from '../../errors.ts'
import type { Archive } from './archive.ts'
import type { CsvRecord } from './csv.ts'
import { createSheetTexts, type SheetTexts } from './sheet-text.ts'

export interface WorkbookLimits {
  readonly maxTextBytes: number
  readonly maxTexts: number
  readonly maxColumns: number
  /** Excel's own limit of a cell is 32,767 characters. */
  readonly maxCellChars: number
}
export const workbookLimits: WorkbookLimits = {
  maxTextBytes: 67_108_864,
  maxTexts: 2_000_000,
  maxColumns: 1024,
  maxCellChars: 65_536,
}

export const isWorkbook = (archive: Archive): boolean => archive.names.includes('xl/workbook.xml')

const smallPartBytes = 4_194_304
const dayMs = 86_400_000

/** Rows of a sheet of an XLSX workbook (ECMA-376 part 1, 18.3), the first one or the one of that name, in groups.
 *  Numbers are as written, dates ISO 8601, booleans `true` and `false`, errors empty; formulas give their last value.
 *  Memory: the shared strings, bounded, and one piece of the sheet. */
export async function* readSheet(
  archive: Archive,
  options: { readonly sheet?: string | undefined; readonly limits?: WorkbookLimits } = {},
): AsyncGenerator<readonly CsvRecord[]> {
  const limits = options.limits ?? workbookLimits
  const { path, date1904 } = await findSheet(archive, options.sheet)
  const dates = await dateStyles(archive)
  const texts = await sharedTexts(archive, limits)
  yield* sheetRows(archive.read(path), { texts, dates, date1904, limits })
}

interface Tag {
  readonly name: string
  readonly attributes: { readonly [name: string]: string }
}

/** `open` and `close` hear local names, `text` pieces. */
interface Listener {
  open(tag: Tag): void
  text?(text: string): void
  close?(name: string): void
}

async function walk(source: AsyncIterable<Uint8Array>, on: Listener): Promise<void> {
  for await (const _ of steps(source, on));
}

async function* steps(source: AsyncIterable<Uint8Array>, on: Listener): AsyncGenerator<void> {
  const local = (name: string) => name.slice(name.indexOf(':') + 1)
  const parser = new Parser(
    {
      onopentag: (name, attributes) => on.open({ name: local(name), attributes }),
      ontext: (text) => on.text?.(text),
      onclosetag: (name) => on.close?.(local(name)),
    },
    { xmlMode: true, decodeEntities: true },
  )
  const decoder = new TextDecoder()
  for await (const chunk of source) {
    parser.write(decoder.decode(chunk, { stream: true }))
    yield
  }
  parser.write(decoder.decode())
  parser.end()
  yield
}

const part = (archive: Archive, name: string): AsyncIterable<Uint8Array> | null => {
  if (!archive.names.includes(name)) return null
  if (archive.sizeOf(name) > smallPartBytes)
    throw new BroadsheetError('E_TOO_LARGE', `The workbook's ${name} is larger than ${smallPartBytes} bytes.`)
  return archive.read(name)
}

async function findSheet(
  archive: Archive,
  wanted: string | undefined,
): Promise<{ path: string; date1904: boolean }> {
  const sheets: { name: string; id: string }[] = []
  let date1904 = false
  const book = part(archive, 'xl/workbook.xml')
  if (book === null) throw new BroadsheetError('E_BODY', 'The archive is no XLSX workbook.')
  await walk(book, {
    open({ name, attributes }) {
      if (name === 'workbookPr') date1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
      if (name === 'sheet') sheets.push({ name: attributes.name ?? '', id: attributes['r:id'] ?? '' })
    },
  })
  const sheet = wanted === undefined ? sheets[0] : sheets.find(({ name }) => name === wanted)
  if (sheet === undefined)
    throw new BroadsheetError(
      'E_INPUT',
      `The workbook has no sheet${wanted === undefined ? '' : ` "${wanted.slice(0, 80)}"`}. Found: ${sheets
        .slice(0, 20)
        .map(({ name }) => `"${name.slice(0, 40)}"`)
        .join(', ')}.`,
    )
  let path = 'xl/worksheets/sheet1.xml'
  const relations = part(archive, 'xl/_rels/workbook.xml.rels')
  if (relations !== null)
    await walk(relations, {
      open({ name, attributes: { Id, Target = '' } }) {
        if (name === 'Relationship' && Id === sheet.id)
          path = Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`
      },
    })
  if (!archive.names.includes(path))
    throw new BroadsheetError(
      'E_BODY',
      `The workbook has no part for its sheet "${sheet.name.slice(0, 80)}".`,
    )
  return { path, date1904 }
}

// ECMA-376 part 1, 18.8.30: formats that every workbook has and that show a date, with or without a time.
const builtInDates = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57])
/** Does a format code show a day or a time? Texts in quotes, colours and escaped letters say nothing. */
const showsDate = (code: string): boolean =>
  /[dmyhs]/i.test(code.replace(/"[^"]{0,255}"|\\.|\[[^[\]]{0,255}\]/g, '').replace(/general|red/gi, ''))

/** By index of a cell's style: is its number a date? */
async function dateStyles(archive: Archive): Promise<readonly boolean[]> {
  const styles = part(archive, 'xl/styles.xml')
  const dates: boolean[] = []
  if (styles === null) return dates
  const own = new Map<string, boolean>()
  let inCells = false
  await walk(styles, {
    open({ name, attributes }) {
      if (name === 'numFmt')
        own.set(attributes.numFmtId ?? '', showsDate((attributes.formatCode ?? '').slice(0, 255)))
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      const id = attributes.numFmtId ?? '0'
      dates.push(own.get(id) ?? builtInDates.has(Number(id)))
    },
    close(name) {
      if (name === 'cellXfs') inCells = false
    },
  })
  return dates
}

async function sharedTexts(archive: Archive, limits: WorkbookLimits): Promise<SheetTexts> {
  const texts = createSheetTexts({ maxBytes: limits.maxTextBytes, maxTexts: limits.maxTexts })
  if (!archive.names.includes('xl/sharedStrings.xml')) return texts
  let text = ''
  let reading = false
  // Phonetic readings (rPh) stand beside the text, not in it.
  let aside = false
  await walk(archive.read('xl/sharedStrings.xml'), {
    open({ name }) {
      if (name === 'si') text = ''
      else if (name === 'rPh') aside = true
      else if (name === 't') reading = !aside
    },
    text(piece) {
      if (reading && text.length < limits.maxCellChars) text += piece
    },
    close(name) {
      if (name === 't') reading = false
      else if (name === 'rPh') aside = false
      else if (name === 'si') texts.add(text)
    },
  })
  return texts
}

async function* sheetRows(
  source: AsyncIterable<Uint8Array>,
  book: {
    readonly texts: SheetTexts
    readonly dates: readonly boolean[]
    readonly date1904: boolean
    readonly limits: WorkbookLimits
  },
): AsyncGenerator<readonly CsvRecord[]> {
  let done: CsvRecord[] = []
  let cells: string[] = []
  let row = 0
  let column = 0
  let kind = 'n'
  let style = 0
  let value = ''
  let reading = false
  let aside = false
  let tooWide = false
  let width = 0
  const on = {
    open({ name, attributes }: Tag) {
      if (name === 'row') {
        row = Number(attributes.r) || row + 1
        cells = []
        column = 0
        tooWide = false
      } else if (name === 'c') {
        column = columnOf(attributes.r) ?? column + 1
        kind = attributes.t ?? 'n'
        style = Number(attributes.s ?? 0)
        value = ''
      } else if (name === 'rPh') aside = true
      else if (name === 'v' || name === 't') reading = !aside
    },
    text(piece: string) {
      if (reading && value.length < book.limits.maxCellChars) value += piece
    },
    close(name: string) {
      if (name === 'v' || name === 't') reading = false
      else if (name === 'rPh') aside = false
      else if (name === 'c') {
        if (column > book.limits.maxColumns) {
          tooWide = value !== '' || tooWide
          return
        }
        while (cells.length < column - 1) cells.push('')
        cells[column - 1] = cellText(kind, value, book.dates[style] === true, book)
      } else if (name === 'row') {
        if (tooWide) done.push({ line: row, problem: `has more than ${book.limits.maxColumns} columns` })
        else if (cells.some((cell) => cell.trim() !== '')) {
          // Sheets leave empty cells at the end out: the first row says how many there are.
          if (width === 0) {
            while (cells.at(-1)?.trim() === '') cells.pop()
            width = cells.length
          }
          while (cells.length < width) cells.push('')
          while (cells.length > width && cells.at(-1)?.trim() === '') cells.pop()
          done.push({ line: row, cells })
        }
      }
    },
  }
  for await (const _ of steps(source, on)) {
    if (done.length === 0) continue
    yield done
    done = []
  }
}

/** `C12` is column 3. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^([A-Z]{1,3})\d{1,7}$/.exec(reference ?? '')?.[1]
  if (letters === undefined) return null
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column
}

function cellText(
  kind: string,
  value: string,
  isDate: boolean,
  book: { readonly texts: SheetTexts; readonly date1904: boolean },
): string {
  switch (kind) {
    case 's':
      return book.texts.get(Number(value))
    case 'b':
      return value === '' ? '' : value === '0' ? 'false' : 'true'
    case 'e':
      return ''
    case 'n':
      return isDate ? dateText(value, book.date1904) : numberText(value)
    default:
      return value
  }
}

/** `1.2E3` as people write it: long customer numbers must not become powers of ten. */
function numberText(value: string): string {
  if (!/[eE.]/.test(value)) return value
  const number = Number(value)
  return Number.isFinite(number) ? String(number) : value
}

/** Days since 1899-12-30, or 1904-01-01 in workbooks from old Macs, as ISO 8601 without a zone: a sheet has none. */
function dateText(value: string, date1904: boolean): string {
  const serial = Number(value)
  if (value === '' || !Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return value
  const start = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30)
  const text = new Date(start + Math.round((serial * dayMs) / 1000) * 1000).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19)
}
