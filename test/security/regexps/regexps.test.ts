import { expect, test } from 'vitest'
import { slowFor } from './attack.ts'
import { writtenRegexps } from './collect.ts'

const limitMs = 50

/** Those that would be too slow for 100 KB, and never see as much: `file source` with what bounds it. */
const bounded: Readonly<Record<string, string>> = {
  'app/http/request/json.ts  (in JSON )?at position .*$': "V8's message, which quotes some 40 characters",
  'app/http/request/json.ts , .* is not valid JSON$': "V8's message, which quotes some 40 characters",
  ["engine/feedback/addresses.ts ^[\"'`*~_]+|[.'`*~_-]+$"]: '70 characters before an "@", and 256 after it',
  [String.raw`engine/template/filters/own-filters.ts ([^\s|{]{1,200})\s*\|\s*$`]:
    '250 characters of the template',
}

const written = await writtenRegexps()
const alike = Map.groupBy(written, ({ source, flags }) => `/${source}/${flags}`)

test('no regular expression takes more than 50 ms for 100 KB of the worst input (S15)', () => {
  expect(written.length).toBeGreaterThan(500)
  const slow = [...alike.values()].flatMap((places) => {
    const open = places.filter(({ file, source }) => bounded[`${file} ${source}`] === undefined)
    const [first] = open
    const text = first === undefined ? null : slowFor(first.source, first.flags, limitMs)
    return text === null
      ? []
      : open.map(
          ({ file, line, source }) =>
            `${file}:${line} /${source}/ for "${text.slice(0, 20)}...${text.slice(-3)}"`,
        )
  })
  expect(slow).toEqual([])
})

test('what is said to be bounded is there still', () => {
  const known = new Set(written.map(({ file, source }) => `${file} ${source}`))
  expect(Object.keys(bounded).filter((each) => !known.has(each))).toEqual([])
})

test.each([String.raw`^(a+)+$`, String.raw`\s+$`, '<[^>]+@[^>]+>:', String.raw`(x|xx)*y`])(
  'the attack finds /%s/',
  (source) => {
    expect(slowFor(source, '', limitMs)).not.toBeNull()
  },
)
