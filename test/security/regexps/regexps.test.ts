import { expect, test } from 'vitest'
import { slowFor } from './attack.ts'
import { regexpsOf } from './collect.ts'
import { examples } from './made.ts'

const limitMs = 50

/** Those that would be too slow for 100 KB, and never see as much: `file source` with what bounds it. */
const bounded: Readonly<Record<string, string>> = {
  'app/http/request/json.ts  (in JSON )?at position .*$': "V8's message, which quotes some 40 characters",
  'app/http/request/json.ts , .* is not valid JSON$': "V8's message, which quotes some 40 characters",
  ["engine/feedback/addresses.ts ^[\"'`*~_]+|[.'`*~_-]+$"]: '70 characters before an "@", and 256 after it',
  [String.raw`engine/template/filters/own-filters.ts ([^\s|{]{1,200})\s*\|\s*$`]:
    '250 characters of the template',
}

const { written, made } = await regexpsOf()
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

test('each that is put together at run time is known, and as quick for what is put in', () => {
  expect(made.map(({ file, from }) => `${file} ${from}`)).toEqual(
    expect.arrayContaining(Object.keys(examples)),
  )
  for (const { file, line, from, fixed } of made) {
    const example = examples[`${file} ${from}`]
    const where = `${file}:${line} ${from}`
    expect(example, where).toBeDefined()
    const [source, flags] = example!
    let at = 0
    for (const text of fixed ?? []) {
      at = source.indexOf(text, at)
      expect(at, `${where} is not what ${source} is made by`).toBeGreaterThanOrEqual(0)
    }
    const slow = slowFor(source, flags, limitMs)
    expect(slow && `${slow.slice(0, 20)}...${slow.slice(-3)}`, where).toBeNull()
  }
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
