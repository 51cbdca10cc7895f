import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { archiveLimits, openArchive } from '../../../engine/audience/files/archive.ts'
import { sniffDelimiter } from '../../../engine/audience/files/delimiter.ts'
import { gunzip, unpackLimits } from '../../../engine/audience/files/gunzip.ts'
import { type FileOptions, openFile } from '../../../engine/audience/files/open.ts'
import { createSheetTexts } from '../../../engine/audience/files/sheet-text.ts'
import { readRows } from '../../../engine/audience/import/rows.ts'
import { workbook, zip } from './support/zip.ts'

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The rows of a file as tables of cells, whatever they are for; the header first. */
async function read(file: string | Buffer, options: FileOptions & { size?: number } = {}) {
  const opened = await openFile(pieces(Buffer.from(file), options.size ?? 65_536), options)
  const rows: unknown[] = []
  const source = readRows(opened, (header) => {
    rows.push(header)
    return {
      uses: header.map((column) => ({ column, field: column })),
      read: (cells) => ({ cells }),
    }
  })
  try {
    for await (const group of source.rows)
      for (const row of group)
        rows.push('reason' in row ? row.reason : ((row.value as { cells?: unknown }).cells ?? row.value))
  } finally {
    await opened.close()
  }
  return { rows, facts: opened.facts }
}

const table = [
  ['address', 'name'],
  ['a@x.org', 'Jürgen'],
]
const text = 'address;name\r\na@x.org;Jürgen\r\n'
const swapped = (utf16: Buffer) => Buffer.from(utf16).swap16()

describe('a file is seen to be', () => {
  test.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le'],
    ['UTF-16 BE with a mark', swapped(Buffer.from(`\ufeff${text}`, 'utf16le')), 'utf-16be'],
    ['UTF-16 LE without one', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['UTF-16 BE without one', swapped(Buffer.from(text, 'utf16le')), 'utf-16be'],
    ['Windows-1252', Buffer.from(text, 'latin1'), 'windows-1252'],
  ])('%s', async (_what, file, encoding) => {
    // Cut at odd places: within characters, within marks.
    for (const size of [1, 3, 65_536]) {
      const { rows, facts } = await read(file, { size })
      expect(rows).toEqual(table)
      expect(facts).toMatchObject({ encoding, delimiter: ';' })
    }
  })

  test('Windows-1252 by the letters that Latin-1 has not', async () => {
    const { rows } = await read(
      Buffer.concat([Buffer.from('address,name\nx,'), Buffer.from([0x80, 0x93, 0x0a])]),
    )
    expect(rows[1]).toEqual(['x', '€“'])
  })

  test('UTF-8 with a damaged line, and not Windows-1252, where other lines are UTF-8', async () => {
    const damaged = Buffer.concat([Buffer.from('address,name\nx,Jürgen\ny,'), Buffer.from([0xe9, 0x0a])])
    const { rows, facts } = await read(damaged)
    expect(facts.encoding).toBe('utf-8')
    expect(rows[2]).toMatch(/not UTF-8/)
  })

  test('what it is told to be', async () => {
    const { rows } = await read(Buffer.from('address|name\nx|ü\n', 'latin1'), {
      encoding: 'windows-1252',
      delimiter: '|',
    })
    expect(rows[1]).toEqual(['x', 'ü'])
  })

  test.each([
    [',', 'a,b\n"x;y;z;w",1\n"p;q",2\n'],
    [';', 'a;b;c\n1,5;2,5;3,5\n"x\n;;;;",2;3\n'],
    ['\t', 'a\tb\nx, y; z\t2\n'],
    ['|', 'a|b|c\n1|2|3\n'],
    [',', 'address\nx@y.org\n'],
  ])('separated by %j', (delimiter, file) => {
    expect(sniffDelimiter(file)).toBe(delimiter)
  })

  test('separated as Excel says in its own first line', async () => {
    for (const file of [
      'sep=;\r\naddress;name\r\na@x.org;Jürgen\r\n',
      '"sep=;"\naddress;name\na@x.org;Jürgen\n',
    ])
      expect((await read(file)).rows).toEqual(table)
  })

  test('CSV with line breaks of old Macs, with blank lines, with line breaks in quotes', async () => {
    expect((await read('address;name\ra@x.org;Jürgen\r')).rows).toEqual(table)
    expect((await read('\n\naddress;name\n\n  \na@x.org;Jürgen\n\n')).rows).toEqual(table)
    expect((await read('a,b\r\n"1\r\n2",3\r\n"4\n5",6')).rows.slice(1)).toEqual([
      ['1\r\n2', '3'],
      ['4\n5', '6'],
    ])
  })

  test('NDJSON by its first letter, in any encoding', async () => {
    const line = '{"address":"ü@x.org"}\n'
    for (const file of [
      Buffer.from(`\ufeff${line}`),
      Buffer.from(line, 'utf16le'),
      Buffer.from(line, 'latin1'),
    ]) {
      const { rows, facts } = await read(file)
      expect(facts.format).toBe('ndjson')
      expect(rows).toEqual([{ address: 'ü@x.org' }])
    }
  })

  test('packed: gzip, a ZIP archive, gzip around UTF-16', async () => {
    expect((await read(gzipSync(text))).rows).toEqual(table)
    expect((await read(gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le')))).rows).toEqual(table)
    const archive = zip([
      { name: 'readme.html', data: '<p>' },
      { name: '__MACOSX/._people.csv', data: 'x' },
      { name: 'out/people.csv', data: text },
      { name: 'out/others.csv', data: 'address\nb@x.org\n' },
    ])
    const first = await read(archive)
    expect(first.rows).toEqual(table)
    expect(first.facts).toMatchObject({
      entry: 'out/people.csv',
      entries: ['out/people.csv', 'out/others.csv'],
    })
    expect((await read(archive, { entry: 'others.csv' })).rows).toEqual([['address'], ['b@x.org']])
    await expect(read(archive, { entry: 'none.csv' })).rejects.toMatchObject({ code: 'E_INPUT' })
  })
})

describe('a workbook', () => {
  test('gives texts, numbers, dates and truths as people write them', async () => {
    const texts = [
      '<t>address</t>',
      '<r><t>na</t></r><r><t>me</t></r><rPh><t>kana</t></rPh>',
      '<t>a &amp; b</t>',
    ]
    const sheet = `
      <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>when</t></is></c><c r="D1" t="str"><v>at</v></c><c r="E1" t="str"><v>n</v></c><c r="F1"/></row>
      <row r="3"><c r="A3" t="s"><v>2</v></c><c r="C3" s="1"><v>45292</v></c><c r="D3" s="2"><v>45292.75</v></c><c r="E3"><v>1.5E3</v></c></row>
      <row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="e"><v>#N/A</v></c><c r="E4"><v>49123456789012345678</v></c></row>
      <row r="5"><c r="A5"><v></v></c></row>`
    const { rows, facts } = await read(workbook(sheet, texts))
    expect(facts.format).toBe('xlsx')
    expect(rows).toEqual([
      ['address', 'name', 'when', 'at', 'n'],
      ['a & b', '', '2024-01-01', '2024-01-01T18:00:00', '1500'],
      ['true', '', '', '', '49123456789012345678'],
    ])
  })

  test('of an old Mac counts its days from 1904', async () => {
    const sheet = '<row><c t="str"><v>when</v></c></row><row><c s="1"><v>1</v></c></row>'
    expect((await read(workbook(sheet, [], { date1904: true }))).rows[1]).toEqual(['1904-01-02'])
  })

  test('names its sheets when another is asked for', async () => {
    await expect(read(workbook(''), { entry: 'Nope' })).rejects.toMatchObject({
      code: 'E_INPUT',
      message: expect.stringContaining('"People"'),
    })
  })

  test('with more texts than are kept is refused, not swallowed', () => {
    const texts = createSheetTexts({ maxBytes: 20, maxTexts: 3 })
    for (const each of ['one', 'zwölf', '']) texts.add(each)
    expect([0, 1, 2, 3, -1].map((index) => texts.get(index))).toEqual(['one', 'zwölf', '', '', ''])
    expect(() => texts.add('x')).toThrow(/save the sheet as CSV/)
    expect(() => createSheetTexts({ maxBytes: 2, maxTexts: 3 }).add('abc')).toThrow(/save the sheet as CSV/)
  })
})

describe('an archive is bounded before it is unpacked', () => {
  const small = { ...archiveLimits, freeBytes: 1000, maxRatio: 10 }
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('broadsheet-archive-')).length
  const open = (file: Buffer, limits = archiveLimits) => openArchive(pieces(file, 1000), limits)

  test.each([
    [
      'too many entries',
      zip([1, 2, 3].map((n) => ({ name: `${n}.csv`, data: 'x' }))),
      { ...small, maxEntries: 2 },
      'E_TOO_LARGE',
    ],
    [
      'an entry that grows out of proportion',
      zip([{ name: 'a.csv', data: 'x'.repeat(100_000) }]),
      small,
      'E_TOO_LARGE',
    ],
    [
      'an entry that is too large',
      zip([{ name: 'a.csv', data: 'abc' }]),
      { ...small, maxBytes: 2 },
      'E_TOO_LARGE',
    ],
    [
      'entries that are too large together',
      zip(['a', 'b', 'c'].map((name) => ({ name: `${name}.csv`, data: 'abc' }))),
      { ...small, maxBytes: 8 },
      'E_TOO_LARGE',
    ],
    [
      'an archive that is too large',
      zip([{ name: 'a.csv', data: 'abc' }]),
      { ...small, maxArchiveBytes: 50 },
      'E_TOO_LARGE',
    ],
    ['a name that leaves it', zip([{ name: '../../etc/people.csv', data: 'x' }]), small, 'E_BODY'],
    ['an absolute name', zip([{ name: '/etc/people.csv', data: 'x' }]), small, 'E_BODY'],
    ['a damaged one', Buffer.from('PK\x03\x04 and then nothing'), small, 'E_BODY'],
  ])('%s', async (_what, file, limits, code) => {
    const before = left()
    await expect(open(file, limits)).rejects.toMatchObject({ code })
    expect(left()).toBe(before)
  })

  test('an entry with more in it than it says is cut off', async () => {
    const archive = await open(zip([{ name: 'a.csv', data: 'x'.repeat(5000), claims: 10 }]))
    const drain = async () => {
      for await (const _ of archive.read('a.csv'));
    }
    await expect(drain()).rejects.toMatchObject({ code: 'E_BODY' })
    await archive.close()
  })

  test('gzip that grows out of proportion stops where it does, and a damaged one says so', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000))
    let out = 0
    const drain = async (file: Buffer) => {
      for await (const chunk of gunzip(pieces(file, 4096), { ...unpackLimits, freeBytes: 1_000_000 }))
        out += chunk.length
    }
    await expect(drain(bomb)).rejects.toMatchObject({ code: 'E_TOO_LARGE' })
    // What was read ahead counts as packed: two reads at most.
    expect(out).toBeLessThan(unpackLimits.maxRatio * bomb.length + 100_000)
    expect(out).toBeLessThan(30_000_000)
    await expect(drain(gzipSync(text).subarray(0, 25))).rejects.toMatchObject({ code: 'E_BODY' })
  })

  test('an archive within an archive is not opened', async () => {
    await expect(read(zip([{ name: 'a.csv', data: gzipSync(text) }]))).rejects.toMatchObject({
      code: 'E_BODY',
    })
  })
})

test('whatever bytes come, the reader ends with rows or a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('', '\x1f\x8b\x08', 'PK\x03\x04', '\xff\xfe', '\xfe\xff', 'sep=', '{'),
      async (bytes, start) => {
        const file = Buffer.concat([Buffer.from(start, 'latin1'), bytes])
        await read(file).catch((error: unknown) => {
          expect(error).toMatchObject({ code: expect.stringMatching(/^E_(INPUT|BODY|TOO_LARGE)$/) })
        })
      },
    ),
    { numRuns: 300 },
  )
})
