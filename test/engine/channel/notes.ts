import fc from 'fast-check'
import type { Block, Inline, Note } from '../../../engine/channel/index.ts'
import { tones } from '../../../engine/model/note.ts'

/** Text as it comes: marks of chat markup, many units a character, controls, both directions. */
export const anyText = (maxLength = 60): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 8 }),
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom(
          '*',
          '_',
          '`',
          '```',
          '~',
          '|',
          '||',
          '&',
          '<',
          '>',
          '&amp;',
          '\\',
          '[a](http://b)',
          '<!channel>',
          '@everyone',
          '<@U012AB3CD>',
          ':joy:',
          '# ',
          '- ',
          '\n',
          '\r\n',
          '\t',
          '\0',
          '\u202e',
          '\ud800',
          '👩‍👩‍👧‍👦',
          '🇨🇭',
          'e\u0301',
          'שלום',
          'http://example.org/',
          'long words in a row ',
        ),
      ),
      { maxLength },
    )
    .map((parts) => parts.join(''))

const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom(
    'javascript:alert(1)',
    'http://a b/',
    'nonsense',
    'http://example.org/a(b)c|d>e',
    `http://x.org/${'y'.repeat(4000)}`,
  ),
)
const inline: fc.Arbitrary<Inline> = fc.oneof(
  anyText(),
  fc.record({ text: anyText(), bold: fc.boolean(), code: fc.boolean(), url }, { requiredKeys: ['text'] }),
)
const rich = fc.oneof(inline, fc.array(inline, { maxLength: 6 }))

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: rich }),
  fc.record({
    type: fc.constant('fields' as const),
    fields: fc.array(fc.record({ name: anyText(10), value: rich, short: fc.boolean() }), { maxLength: 30 }),
  }),
  fc.record({ type: fc.constant('list' as const), items: fc.array(rich, { maxLength: 30 }) }),
  fc.record({ type: fc.constant('code' as const), text: anyText(100) }),
  fc.record({ type: fc.constant('image' as const), url, alt: anyText(5) }),
  fc.record({ type: fc.constant('divider' as const) }),
  fc.record({
    type: fc.constant('links' as const),
    links: fc.array(
      fc.record(
        { title: anyText(10), url, style: fc.constantFrom('primary' as const, 'danger' as const) },
        { requiredKeys: ['title', 'url'] },
      ),
      { maxLength: 12 },
    ),
  }),
  fc.record({ type: fc.constant('context' as const), text: rich }),
)

/** Any note that the engine's types allow, and then some. */
export const anyNote: fc.Arbitrary<Note> = fc.record({
  title: anyText(20),
  url: fc.option(url),
  tone: fc.constantFrom(...tones),
  summary: anyText(20),
  blocks: fc.array(block, { maxLength: 40 }),
})
