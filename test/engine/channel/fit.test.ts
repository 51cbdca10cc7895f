import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Block,
  cleanText,
  fitNote,
  type Note,
  type NoteLimits,
  oneLine,
  plainText,
  shorten,
  textOf,
  truncate,
} from '../../../engine/channel/index.ts'
import { anyNote, anyText } from './notes.ts'

const boundaries = (text: string): ReadonlySet<number> =>
  new Set([
    ...[...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ index }) => index),
    text.length,
  ])

describe('text', () => {
  test('is cut between what is seen as characters, and says so', () => {
    fc.assert(
      fc.property(anyText(), fc.nat(80), (said, max) => {
        const text = cleanText(said)
        const cut = truncate(text, max)
        expect(cut.length).toBeLessThanOrEqual(max)
        expect(cut.isWellFormed()).toBe(true)
        if (cut === text || max === 0) {
          expect(cut).toBe(text.slice(0, cut.length))
          return
        }
        expect(cut.endsWith('…')).toBe(true)
        const kept = cut.slice(0, -1)
        expect(text.startsWith(kept)).toBe(true)
        // Blanks before the end are taken off, and one single character that is too long is cut.
        const rest = text.slice(kept.length)
        const blanks = kept.length + rest.length - rest.trimStart().length
        const [, firstEnd = 0] = [...boundaries(text)]
        const whole = boundaries(text).has(kept.length) || boundaries(text).has(blanks)
        expect(whole || kept.length < firstEnd).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  test('examples', () => {
    expect(truncate('abcdef', 6)).toBe('abcdef')
    expect(truncate('abcdef', 5)).toBe('abcd…')
    expect(truncate('abc def', 5)).toBe('abc…')
    expect(truncate('a👩‍👩‍👧‍👦b', 10)).toBe('a…')
    expect(truncate('🇨🇭🇩🇪', 6)).toBe('🇨🇭…')
    expect(truncate(`a${'\u0301'.repeat(50)}`, 5)).toBe(`a${'\u0301'.repeat(3)}…`)
    expect(truncate('𝒳'.repeat(3), 2)).toBe('…')
    expect(cleanText('a\0\u202eb\r\nc\u2028d\ud800\t')).toBe('ab\nc\nd\ufffd\t')
    expect(oneLine(' a\n\n b\tc ')).toBe('a b c')
    expect(shorten(['abc', { text: 'defg', bold: true }, 'hij'], 6)).toEqual([
      { text: 'abc' },
      { text: 'de…', bold: true },
    ])
    expect(shorten(['abc', { text: 'defg', bold: true }], 4)).toEqual([{ text: 'abc…' }])
  })

  test('marks stay where they were', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: anyText(4), bold: fc.boolean() })), fc.nat(60), (spans, max) => {
        const cut = shorten(spans, max)
        expect(textOf(cut)).toBe(truncate(textOf(spans), max))
        cut.forEach(({ bold }, i) => {
          expect(bold).toBe(spans[i]!.bold)
        })
      }),
    )
  })

  // What is quadratic takes minutes.
  test.each([' ', '\r', '\u202e', '\ud800', 'e\u0301', '🇨🇭', '\u0301'])(
    'a megabyte of %j is no trouble',
    (worst) => {
      const text = worst.repeat(1_000_000 / worst.length)
      expect(truncate(oneLine(text), 3_000).length).toBeLessThanOrEqual(3_000)
      expect(truncate(text, 3_000).length).toBeLessThanOrEqual(3_000)
    },
  )
})

/** Written as JSON: a cost that every block has. */
const jsonLimits: NoteLimits = {
  title: 50,
  summary: 60,
  text: 300,
  items: 5,
  fields: 4,
  links: 3,
  fieldName: 10,
  fieldValue: 20,
  linkTitle: 15,
  url: 200,
  budget: [10, 2_000],
  cost: (block) => [1, JSON.stringify(block).length],
}
const spent = (blocks: readonly Block[], { cost, budget } = jsonLimits) =>
  budget.map((_, i) => blocks.reduce((sum, block) => sum + cost(block)[i]!, 0))
const note = (blocks: readonly Block[]): Note => ({
  title: 'T',
  url: null,
  tone: 'info',
  summary: 'S',
  blocks,
})
const sayMore = (block: Block | undefined) =>
  Number(/^… (\d+) more$/.exec(block?.type === 'context' ? textOf(block.text) : '')?.[1] ?? Number.NaN)

describe('a note', () => {
  test('keeps within whatever there is', () => {
    fc.assert(
      fc.property(anyNote, fc.nat(12), fc.nat(3_000), (given, blocks, chars) => {
        const limits = { ...jsonLimits, budget: [blocks, chars] }
        const fitted = fitNote(given, limits)
        const [usedBlocks, usedChars] = spent(fitted.blocks)
        expect(usedBlocks).toBeLessThanOrEqual(blocks)
        expect(usedChars).toBeLessThanOrEqual(chars)
        expect(fitted.title.length).toBeGreaterThan(0)
        expect(fitted.title.length).toBeLessThanOrEqual(50)
        expect(fitted.summary.length).toBeGreaterThan(0)
        expect(fitted.summary.length).toBeLessThanOrEqual(60)
        const json = JSON.stringify(fitted)
        expect(json.isWellFormed()).toBe(true)
        expect(json).not.toMatch(/\\u0000|\u202e|javascript:/)
        for (const block of fitted.blocks) {
          if (block.type === 'list') expect(block.items.length).toBeLessThanOrEqual(5)
          if (block.type === 'fields') expect(block.fields.length).toBeLessThanOrEqual(4)
          if (block.type === 'links')
            for (const { url } of block.links) expect(url.length).toBeLessThanOrEqual(200)
          if ('text' in block) expect(textOf(block.text).length).toBeLessThanOrEqual(300)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('says how many things are left out, no more and no fewer', () => {
    const things = fc.array(fc.oneof(fc.nat(9), fc.constant('text' as const)), { maxLength: 30 })
    fc.assert(
      fc.property(things, fc.nat(12), fc.nat(800), (given, most, chars) => {
        const blocks = given.map(
          (thing): Block =>
            thing === 'text'
              ? { type: 'text', text: 'x' }
              : { type: 'list', items: Array.from({ length: thing }, () => 'x') },
        )
        const fitted = fitNote(note(blocks), { ...jsonLimits, budget: [most, chars] }).blocks
        const count = (of: readonly Block[]) =>
          of.reduce((sum, block) => sum + (block.type === 'list' ? block.items.length : 1), 0)
        const told = sayMore(fitted.at(-1))
        const shown = Number.isNaN(told) ? fitted : fitted.slice(0, -1)
        if (count(shown) === count(blocks)) expect(told).toBeNaN()
        else if (most > 0 && chars > 60) expect(told).toBe(count(blocks) - count(shown))
      }),
      { numRuns: 500 },
    )
  })

  test('is left as it is where there is room', () => {
    const blocks: readonly Block[] = [
      { type: 'text', text: [{ text: 'Disk ' }, { text: 'db1', code: true }] },
      { type: 'fields', fields: [{ name: 'Severity', value: [{ text: 'critical' }], short: true }] },
      { type: 'divider' },
      { type: 'links', links: [{ title: 'Open', url: 'https://example.org/a', style: 'primary' }] },
    ]
    expect(fitNote({ ...note(blocks), url: 'https://example.org' }, jsonLimits)).toEqual({
      ...note(blocks),
      url: 'https://example.org/',
    })
  })

  test('is shortened from the end, and keeps its links longest', () => {
    const text = (length: number): Block => ({ type: 'text', text: 'word '.repeat(length / 5) })
    const links: Block = { type: 'links', links: [{ title: 'Acknowledge', url: 'https://example.org/a' }] }
    const fitted = fitNote(note([text(250), text(250), text(250), links, text(250)]), {
      ...jsonLimits,
      budget: [10, 600],
    }).blocks
    expect(fitted.map(({ type }) => type)).toEqual(['text', 'text', 'context', 'links'])
    expect(textOf((fitted[1] as { text: string }).text)).toMatch(/^(word )+w?o?r?d?…$/)
    expect(sayMore(fitted[2])).toBe(2)
  })

  test('of 10,000 blocks, and one of 1 MB', () => {
    const blocks: Block[] = Array.from({ length: 10_000 }, (_, n) => ({ type: 'text', text: `line ${n}` }))
    const fitted = fitNote(note([{ type: 'text', text: 'x '.repeat(500_000) }, ...blocks]), jsonLimits).blocks
    expect(fitted.length).toBe(10)
    expect(sayMore(fitted.at(-1))).toBe(10_001 - 9)
  })

  test('in plain text keeps within any length', () => {
    fc.assert(
      fc.property(anyNote, fc.integer({ min: 1, max: 2_000 }), (given, max) => {
        const text = plainText(given, max)
        expect(text.length).toBeLessThanOrEqual(max)
        expect(text.length).toBeGreaterThan(0)
        expect(text.isWellFormed()).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('in plain text', () => {
    const blocks: readonly Block[] = [
      { type: 'text', text: ['See ', { text: 'the wiki', url: 'https://wiki.example.org/' }] },
      { type: 'fields', fields: [{ name: 'Severity', value: 'critical', short: true }] },
      { type: 'list', items: ['one', 'two'] },
      { type: 'code', text: 'df -h\n' },
      { type: 'divider' },
      { type: 'image', url: 'https://example.org/g.png', alt: 'Graph' },
      { type: 'links', links: [{ title: 'Acknowledge', url: 'https://example.org/a' }] },
      { type: 'context', text: 'rule 7' },
    ]
    expect(plainText({ ...note(blocks), title: 'Disk full', url: 'https://example.org/' }, 2_000)).toBe(
      [
        'Disk full\nhttps://example.org/',
        'See the wiki (https://wiki.example.org/)',
        'Severity: critical',
        '- one\n- two',
        'df -h\n',
        '---',
        'Graph: https://example.org/g.png',
        'Acknowledge: https://example.org/a',
        'rule 7',
      ].join('\n\n'),
    )
  })
})
