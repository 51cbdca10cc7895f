import { expect, test } from 'vitest'
import { bytes, clip, duration, plain, rate, width } from '../../../app/cli/terminal/format.ts'
import { formatTable } from '../../../app/cli/terminal/table.ts'
import { wrap } from '../../../app/cli/terminal/wrap.ts'
import { parseWhen } from '../../../app/cli/when.ts'

test('durations, sizes and rates as people say them', () => {
  expect([0, 840, 3400, 59_400, 125_000, 12_000_000, 187_200_000].map(duration)).toEqual([
    '0 ms',
    '840 ms',
    '3.4 s',
    '59 s',
    '2 min 5 s',
    '3 h 20 min',
    '2 d 4 h',
  ])
  expect([0, 999, 1000, 3_400_000, 84_500_000_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '3.4 MB',
    '84.5 GB',
  ])
  expect([0, 0.42, 12.6, 12_345].map(rate)).toEqual(['0/s', '0.4/s', '13/s', '12,345/s'])
})

test('text from outside cannot steer the terminal', () => {
  expect(plain('a\x1b[2Jb\x9bc\u0007')).toBe('a\ufffd[2Jb\ufffdc\ufffd')
})

test('widths count columns, not letters', () => {
  expect(width('新聞')).toBe(4)
  expect(width('\x1b[31mred\x1b[39m')).toBe(3)
  expect(clip('新聞が届く', 6)).toBe('新聞…')
})

test('a table fits the terminal: the flexible column gives way', () => {
  const rows = [{ name: 'weekly', title: 'A title that is a good deal longer than there is room for' }]
  const table = formatTable(
    rows,
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'TITLE', of: ({ title }) => title, flexible: true },
    ],
    { columns: 30, head: (text) => text },
  )
  expect(table).toBe('NAME    TITLE\nweekly  A title that is a goo…')
})

test('lines break at blanks, and never in what is to be copied', () => {
  expect(
    wrap('Publish a TXT record at a.example: "v=DMARC1; p=none; rua=mailto:me@a.example", and wait.', 24),
  ).toEqual([
    'Publish a TXT record at',
    'a.example:',
    '"v=DMARC1; p=none; rua=mailto:me@a.example",',
    'and wait.',
  ])
  expect(wrap('an inch is 1" long', 8)).toEqual(['an inch', 'is 1"', 'long'])
  expect(wrap('', 8)).toEqual([''])
})

test('times: local, with a zone, or from now', () => {
  const now = Date.UTC(2026, 10, 23, 12)
  expect(parseWhen('+2h', now)).toBe(now + 7_200_000)
  expect(parseWhen('+30m', now)).toBe(now + 1_800_000)
  expect(parseWhen('2026-11-24T08:00Z', now)).toBe(Date.UTC(2026, 10, 24, 8))
  expect(parseWhen('2026-11-24 08:00+02:00', now)).toBe(Date.UTC(2026, 10, 24, 6))
  expect(parseWhen('2026-11-24T08:00', now)).toBe(new Date(2026, 10, 24, 8).getTime())
  expect(parseWhen('2026-11-24', now)).toBe(new Date(2026, 10, 24).getTime())
  for (const wrong of ['tomorrow', '8:00', '2026-13-01T00:00', '24.11.2026', '+2 weeks', ''])
    expect(() => parseWhen(wrong, now), wrong).toThrow(/is not a time/)
})
