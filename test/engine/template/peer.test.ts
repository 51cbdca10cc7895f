import fc from 'fast-check'
import { filters, tags } from 'liquidjs'
import { describe, expect, test } from 'vitest'
import { compare, makePart, roots } from './support/peer.ts'
import { brokenRules, canonical, decodeQuotedPrintable } from './support/quoted-printable.ts'
import { attributes, filterArguments, partials, template } from './support/templates.ts'

// What the compiler makes of a template is what LiquidJS makes of it, to the byte.

const tagSamples: { readonly [tag: string]: readonly string[] } = {
  '#': ['a{% # one line %}b', 'a{%-\n  # two\n  # lines\n-%} b'],
  assign: [
    '{% assign x = "a,b" | split: "," %}{{ x[1] }}{{ x.size }}',
    '{% assign items = 1 %}{{ items }}',
    '{% assign x = empty %}{% if x == "" %}e{% endif %}',
  ],
  block: ['{% block a %}1{{ block.super }}{% endblock %}'],
  break: [
    '{% for i in (1..9) %}{{ i }}{% if i == 3 %}{% break %}{% endif %},{% endfor %}!',
    'a{% break %}b',
    '{% for i in (1..3) %}{% capture x %}{{ i }}{% break %}z{% endcapture %}{{ x }}{% endfor %}{{ x }}',
  ],
  capture: [
    '{% capture x %}<{{ subscriber.name }}>{% endcapture %}{{ x }}{{ x | raw }}',
    "{% capture 'my name' %}x{% endcapture %}{{ ['my name'] }}",
  ],
  case: [
    '{% case items.size %}{% when 1, 2 %}few{% when 3 or 4 %}some{% else %}many{% endcase %}',
    '{% case "a" %}{% when "a" %}1{% when "a" %}2{% else %}3{% endcase %}',
    '{% case nothing %}{% when nil %}nil{% when blank %}blank{% endcase %}',
    '{% for i in (1..4) %}{% case i %}{% when 2 %}{% continue %}{% when 3 %}three{% endcase %}{{ i }}{% endfor %}',
    '{% for i in (1..4) %}{% case i %}{% when i %}{% continue %}{% when 3 %}three{% endcase %}{{ i }}{% endfor %}',
  ],
  comment: ['a{% comment %}{{ x }}{% if %}{% endcomment %}b'],
  continue: [
    '{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% endif %}{{ forloop.index }}{{ i }} {% endfor %}',
  ],
  cycle: [
    "{% for i in (1..5) %}{% cycle 'a', 'b' %}{% cycle 'g': 1, 2, 3 %}{% cycle '<', subscriber.name | upcase %}{% endfor %}",
    "{% cycle 0, false %}{% cycle 0, false %}{% cycle 0, '<i>' | raw %}",
  ],
  decrement: ['{% decrement x %}{% decrement x %}{{ x }}', '{% assign x = 9 %}{% decrement x %}{{ x }}'],
  echo: ['{% echo subscriber.name | upcase %}{% echo %}'],
  for: [
    '{% for item in items %}{{ forloop.index }}/{{ forloop.length }} {{ item.title }} {{ forloop.first }}{{ forloop.last }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.index0 }}{% endfor %}',
    '{% for i in (1..9) limit: 3 offset: 2 reversed %}{{ i }}{% endfor %}',
    '{% for i in (1..9) limit: 2 %}{{ i }}{% endfor %}-{% for i in (1..9) limit: 2 offset: continue %}{{ i }}{% endfor %}-{% for i in (1..9) offset: continue %}{{ i }}{% endfor %}',
    '{% for i in (1..9) offset: continue %}{{ i }}{% endfor %}-{% for i in (1..9) offset: continue %}{{ i }}{% endfor %}',
    '{% for i in (1..3) offset: -1 %}{% endfor %}{% for i in (1..3) offset: continue %}{{ i }}{% endfor %}{% for i in (1..3) offset: continue %}{{ i }}{% endfor %}',
    '{% for i in nothing %}x{% else %}none{% endfor %}',
    '{% for pair in subscriber.topics %}{{ pair[0] }}={{ pair | last }};{% endfor %}',
    '{% for c in subscriber.name %}{{ c }}{% endfor %}',
    '{% for x in items %}{% assign x = 1 %}{{ x.id }}{% endfor %}{{ x }}',
    '{% for i in (1..2) %}{% for i in (3..4) %}{{ i }}{{ forloop.index }}{% endfor %}{{ i }}{{ forloop.index }}{% endfor %}{{ i }}',
    '{% for i in (1..3) %}{% assign f = forloop %}{{ f.index }}{{ f }}{% endfor %}{{ f.index0 }}',
  ],
  if: [
    '{% if subscriber.name == "x" %}a{% elsif subscriber.name contains "Ada" and items.size > 2 or nothing %}b{% else %}c{% endif %}',
    '{% if "" %}empty is true{% endif %}{% if 0 %}0 is true{% endif %}{% if empty %}x{% endif %}{% if nil %}y{% endif %}',
    '{% if not nothing %}n{% endif %}{% if "a" < "b" %}l{% endif %}{% if nothing <= 1 %}m{% endif %}{% if items contains items[0] %}o{% endif %}',
    '{% if items[1].topics == empty %}e{% endif %}{% if " " == blank %}b{% endif %}{% if false == blank %}f{% endif %}{% if empty == items[1].topics %}e{% endif %}',
  ],
  include: [
    "{% assign y = 'o' %}{% include 'row', x: 1 %}{{ y }}{{ x }}",
    "{% for item in items %}{% include 'card' %}{% endfor %}",
    "{% include 'row' with items %}",
  ],
  increment: [
    '{% increment x %}{% increment x %}{{ x }}',
    '{% increment items %}{{ items }}',
    '{% assign x = 5 %}{% increment x %}{{ x }}',
  ],
  layout: [
    "{% layout 'frame', title: 'T' %}{% assign x = 'set first' %}{% block main %}m{{ block.super }}{% endblock %}",
    "{% layout 'frame' %}all of it {{ items.size }}",
    '{% layout none %}a{% block b %}c{% endblock %}',
    "{% layout 'inner' %}{% block main %}letter{{ block.super }}{% endblock %}",
    "{% layout 'frame' %}{% block main %}{% for y in (1..2) %}{{ block.super }}{% endfor %}{% endblock %}",
  ],
  liquid: [
    '{% liquid\n assign a = 1\n for i in (1..3)\n  echo i\n  if i == 2\n   break\n  endif\n endfor\n echo a %}',
  ],
  raw: ['{% raw %}{{ x }}{% if %}{% endraw %}', 'a {%- raw -%} {{ b }} {% endraw -%} c'],
  render: [
    "{% assign x = 1 %}{% render 'card', item: items[1], x: x %}{{ x }}",
    "{% render 'card' with items[0] as item %}",
    "{% render 'card' for items as item, x: 'X' %}",
    "{% render 'again', n: 3 %}",
  ],
  tablerow: [
    '{% tablerow item in items cols: 2 %}{{ item.title }}{{ tablerowloop.col }}{{ tablerowloop.col_last }}{% endtablerow %}',
    '{% tablerow i in (1..9) limit: 4 offset: 1 cols: 3 %}{{ tablerowloop.row }}{{ tablerowloop.index }}{{ tablerowloop.col_first }}{{ tablerowloop.col0 }}{% endtablerow %}',
    '{% tablerow i in nothing %}x{% endtablerow %}{% tablerow i in items %}{{ tablerowloop }}{% endtablerow %}',
    '{% tablerow i in (1..3) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endtablerow %}',
  ],
  unless: [
    '{% unless items.size > 5 %}a{% elsif true %}b{% else %}c{% endunless %}',
    '{% unless true %}a{% elsif nothing %}b{% else %}c{% endunless %}',
  ],
}

const files = {
  ...partials,
  inner:
    "{% layout 'frame' %}{% block main %}inner {{ block.super | raw }}{% endblock %}{% block one %}1{% endblock %}",
  again: '{{ n }}{% if n > 0 %}{% assign m = n | minus: 1 %}{% render "again", n: m %}{% endif %};',
}

const inputs = [
  'items',
  "'<p>Hello, Zoë & “friends”</p> hello'",
  '" a b  c "',
  '-3.75',
  '(1..5)',
  'nothing',
  'true',
  'subscriber.topics',
  "'aGk='",
  'items[0]',
  "'a,b,c' | split: ','",
  '"%41+b"',
  'blank',
  'now',
]

/** Filters whose results LiquidJS takes from the machine (clock, zone, language, dice); see dates.test.ts. */
const machineFilters = new Set([
  'date',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
  'sample',
])

const withoutAstral = (text: string): string => text.replaceAll(/[\ufffd\u{10000}-\u{10ffff}]/gu, '')

describe('as LiquidJS', () => {
  test.each(Object.keys(tags))('tag %s', (tag) => {
    const samples = tagSamples[tag]
    expect(samples, `no sample for ${tag}`).toBeDefined()
    for (const source of samples!) {
      for (const dialect of ['html', 'text'] as const) {
        const { ours, theirs } = compare(source, files, dialect)
        expect(ours, source).toBe(theirs)
        expect(theirs, source).not.toBe('failed')
      }
    }
  })

  test('only what nobody can know in advance is interpreted', () => {
    const why = Object.values(tagSamples)
      .flat()
      .flatMap((source) => compare(source, files, 'html').interpreted ?? [])
    expect(new Set(why)).toEqual(
      new Set(['"continue" in a case whose branches may both match', '"break" inside tablerow']),
    )
  })

  test.each(Object.keys(filters).filter((name) => !machineFilters.has(name)))('filter %s', (name) => {
    const args = filterArguments[name]
    expect(args, `no arguments for ${name}`).toBeDefined()
    fc.assert(
      fc.property(fc.constantFrom(...inputs), args!, attributes, (input, argument, values) => {
        const data = { ...roots, subscriber: { ...roots.subscriber, attributes: values } }
        const { ours, theirs } = compare(`{{ ${input} | ${name}${argument} }}`, files, 'html', data)
        expect(ours).toBe(theirs)
      }),
      { numRuns: 25 },
    )
  })

  test('any template over any data', () => {
    let compiled = 0
    let runs = 0
    fc.assert(
      fc.property(
        template,
        attributes,
        attributes,
        fc.constantFrom('html', 'text'),
        (source, first, second, dialect) => {
          const data = {
            ...roots,
            subscriber: { ...roots.subscriber, attributes: first },
            campaign: { ...roots.campaign, data: second },
          }
          const { ours, theirs, interpreted, error } = compare(source, partials, dialect, data)
          runs++
          if (interpreted === null) compiled++
          // Their limit, which is ours in other numbers.
          if (!/limit exceeded/.test(String(error))) expect(ours).toBe(theirs)
        },
      ),
      { numRuns: 800 },
    )
    expect(compiled / runs).toBeGreaterThan(0.9)
  })

  test('quoted-printable says the same as plain, within its rules', () => {
    fc.assert(
      fc.property(
        template,
        attributes,
        attributes,
        fc.constantFrom('html', 'text'),
        (source, first, second, dialect) => {
          const data = {
            ...roots,
            subscriber: { ...roots.subscriber, attributes: first },
            campaign: { ...roots.campaign, data: second },
          }
          let plain: string
          try {
            plain = makePart(source, partials, dialect).renderLetter(data)
          } catch {
            return
          }
          const part = makePart(source, partials, dialect, 'quoted-printable')
          // Twice: the second time with what was remembered of the first.
          for (const quoted of [part.renderLetter(data), part.renderLetter(data)]) {
            const decoded = decodeQuotedPrintable(quoted)
            // `split: ""` cuts characters in half; halves written one by one are not put together again.
            const cut = decoded.includes('\ufffd')
            expect(cut ? withoutAstral(decoded) : decoded).toBe(
              cut ? withoutAstral(canonical(plain)) : canonical(plain),
            )
            expect(brokenRules(quoted)).toEqual([])
          }
        },
      ),
      { numRuns: 400 },
    )
  })
})
