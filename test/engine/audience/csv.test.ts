import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvRecord, csvReader } from '../../../engine/audience/files/csv.ts'
import { splitLines } from '../../../engine/audience/files/lines.ts'

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string | Uint8Array, size = 65_536, maxBytes = 1000): Promise<CsvRecord[]> {
  const reader = csvReader()
  const records: CsvRecord[] = []
  for await (const lines of splitLines(pieces(Buffer.from(text), size), { maxBytes }))
    records.push(...reader.push(lines))
  return [...records, ...reader.end()]
}

const quoted = (cell: string, force: boolean) =>
  force || /[",\r\n]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell

describe('a CSV file', () => {
  test('is read as csv-parse reads it, wherever it is cut', async () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'ü', '漢', '"', ',', '\n', ' ', ';', "'"), maxLength: 8 }),
      fc.constant('plain'),
    )
    const rows = fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        async (made, end, size) => {
          // A line of nothing but blanks is no record here.
          const lines = made.map((row) => row.map(([value, force]) => quoted(value, force)).join(','))
          const text = lines.map((line) => (line.trim() === '' ? 'x' : line)).join(end)
          const expected: string[][] = parse(text, {
            relaxColumnCount: true,
            recordDelimiter: ['\r\n', '\n'],
          })
          const found = (await read(text, size)).map((record) =>
            'cells' in record ? record.cells : record.problem,
          )
          // A cell's own line break is LF here, whatever ends the lines of the file.
          expect(found).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('numbers records by the line on which they begin, blank lines left out', async () => {
    expect(await read('a,b\n\n"1\n2",3\n   \n4,5')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['1\n2', '3'] },
      { line: 6, cells: ['4', '5'] },
    ])
  })

  test('loses one row to a quote that is never closed, not the rest of the file', async () => {
    const rest = Array.from({ length: 3000 }, (_, index) => `${index},x`)
    const records = await read(`a,b\n1,"oops\n${rest.join('\n')}`)
    expect(records[1]).toEqual({
      line: 2,
      problem: 'opens a quote that is never closed',
      text: '1,"oops',
    })
    expect(records).toHaveLength(2 + rest.length)
    expect(records.at(-1)).toEqual({ line: 3002, cells: ['2999', 'x'] })
  })

  test('tells text behind a closing quote, and goes on with the next line', async () => {
    expect(await read('"5"z,6\n7,8')).toEqual([
      { line: 1, problem: 'has text between a closing quote and the next delimiter', text: '"5"z,6' },
      { line: 2, cells: ['7', '8'] },
    ])
  })

  test('takes a quote inside an unquoted cell as it is', async () => {
    expect(await read('3" pipe,x')).toEqual([{ line: 1, cells: ['3" pipe', 'x'] }])
  })

  test('skips a line that is too long or not UTF-8, and says which', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`a\n${'x'.repeat(5000)}\nb\n`),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from('c'),
    ])
    for (const size of [7, 65_536])
      expect(await read(bytes, size)).toEqual([
        { line: 1, cells: ['a'] },
        { line: 2, problem: 'is longer than 1,000 bytes' },
        { line: 3, cells: ['b'] },
        { line: 4, problem: 'has bytes that are not UTF-8: save the file as UTF-8' },
        { line: 5, cells: ['c'] },
      ])
  })

  test('may begin with a byte order mark', async () => {
    expect(await read('\ufeffaddress\nx')).toEqual([
      { line: 1, cells: ['address'] },
      { line: 2, cells: ['x'] },
    ])
  })
})

test('a source may reuse the memory of its pieces', async () => {
  async function* reusing() {
    const piece = Buffer.alloc(4)
    for (const text of ['addr', 'ess\n', 'a@ex', 'ampl', 'e.or', 'g\n\n\n']) {
      piece.write(text)
      yield piece
    }
  }
  const lines = []
  for await (const group of splitLines(reusing(), { maxBytes: 100 })) lines.push(...group)
  expect(lines.slice(0, 2)).toEqual([
    { number: 1, text: 'address' },
    { number: 2, text: 'a@example.org' },
  ])
})
