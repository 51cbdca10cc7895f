import { describe, expect, test } from 'vitest'
import { compileLetter, RenderError } from '../../../engine/template/index.ts'
import { patience, quickest } from '../../support/pace.ts'
import { letterData } from './support/letter.ts'
import { makePart, roots } from './support/peer.ts'

const budgets = { maxLoops: 10_000, maxOutputBytes: 2_000_000, maxDepth: 16, maxMs: 100 }
// The promise is 100 ms; what goes on beside the test has its share of the caches.
const patienceMs = 500

const double = (variable: string, times: number): string =>
  `{% for i in (1..${times}) %}{% assign ${variable} = ${variable} | append: ${variable} %}{% endfor %}`
const nest = (variable: string, filter: string): string =>
  `{% assign ${variable} = '1,2' | split: ',' %}{% for i in (1..60) %}{% assign ${variable} = ${variable} | ${filter}: ${variable} %}{% endfor %}`

// Each search compares the needle's length at each of the haystack's places.
const haystack = `{% assign a = 'a' %}${double('a', 18)}`
const needles = `${haystack}{% assign n = a | slice: 0, 130000 | prepend: 'b' %}{% assign m = a | slice: 0, 130000 | append: 'b' %}`

/** Templates that would cost seconds, gigabytes or the process, were nobody counting. */
const attacks: { readonly [name: string]: string | readonly [string, { readonly [name: string]: string }] } =
  {
    'loops in loops':
      '{% for i in (1..999) %}{% for j in (1..999) %}{% for k in (1..999) %}x{% endfor %}{% endfor %}{% endfor %}',
    'a range of a billion': '{% for i in (1..1000000000) %}x{% endfor %}',
    'a range of a billion, joined': '{{ (1..1000000000) | join }}',
    'a table of a million cells': '{% tablerow i in (1..1000000) cols: 3 %}x{% endtablerow %}',
    'text that doubles': `{% assign a = 'x' %}${double('a', 1000)}{{ a }}`,
    'captures that double':
      "{% assign a = 'x' %}{% for i in (1..1000) %}{% capture a %}{{ a | raw }}{{ a | raw }}{% endcapture %}{% endfor %}",
    'replacements that grow':
      "{% assign a = 'aaaaaaaa' %}{% for i in (1..1000) %}{% assign a = a | replace: 'a', 'aaaaaaaa' %}{% endfor %}",
    'percent signs that grow':
      "{% assign a = '%' %}{% for i in (1..1000) %}{% assign a = a | url_encode %}{% endfor %}",
    'a list inside itself, printed': `${nest('a', 'push')}{{ a }}`,
    'a list inside itself, joined': `${nest('a', 'push')}{{ a | join }}`,
    'a list inside itself, as JSON': `${nest('a', 'push')}{{ a | json }}`,
    'a list inside itself, as a key': `${nest('a', 'push')}{{ items[a] }}`,
    'a list inside itself, compared': `${nest('a', 'unshift')}${nest('b', 'unshift')}{% if a == b %}x{% endif %}{% if a < b %}x{% endif %}`,
    'a long needle, contained': `${needles}{% for i in (1..1000) %}{% if a contains n or a contains m %}{% endif %}{% endfor %}`,
    'a long needle, replaced': `${needles}{% for i in (1..1000) %}{% assign z = a | replace_last: n, '' | replace_last: m, '' %}{% endfor %}`,
    'a long list, searched': `{% assign a = 'x' %}${double('a', 19)}{% assign b = a | split: '' %}{% for i in (1..100) %}{% assign c = b | where: 'size' | sort_natural %}{% endfor %}`,
    'a long list, by expression':
      "{% assign b = (1..100000) %}{% for i in (1..1000) %}{% assign z = b | where_exp: 'x', 'x > 3' %}{% endfor %}",
    'blanks, tested': `{% assign a = ' ' %}${double('a', 18)}{% assign a = a | append: 'x' %}{% for i in (1..9999) %}{% if a == blank %}{% endif %}{% endfor %}`,
    'openers, stripped': `{% assign a = '<script' %}${double('a', 17)}{{ a | strip_html | size }}`,
    'a date of a million directives': `{% assign f = '%A' %}${double('f', 19)}{{ now | date: f }}`,
    'a date a billion wide': "{{ now | date: '%999999999N%999999999d' }}",
    'a partial that renders itself': ["{% render 'a' %}", { a: "x{% render 'a' %}{% render 'a' %}" }],
    'a partial that renders itself thrice, 14 deep': [
      "{% render 'a', n: 1 %}",
      {
        a: "{% if n < 14 %}{% assign m = n | plus: 1 %}{% render 'a', n: m %}{% render 'a', n: m %}{% render 'a', n: m %}{% endif %}",
      },
    ],
    'a partial that includes itself': ["{% include 'a' %}", { a: "x{% include 'a' %}{% include 'a' %}" }],
    'a layout that is its own': ["{% layout 'a' %}", { a: "{% layout 'a' %}" }],
    'a partial by a computed name that renders itself': [
      "{% assign f = 'a' %}{% render f %}",
      { a: "{% assign f = 'a' %}{% render f %}" },
    ],
  }

describe('a hostile template ends in time', () => {
  for (const [name, attack] of Object.entries(attacks)) {
    for (const encoding of ['plain', 'quoted-printable'] as const) {
      test(`${name}, ${encoding}`, () => {
        const [source, partials] = typeof attack === 'string' ? [attack, {}] : attack
        const part = makePart(source, partials, 'html', encoding, budgets)
        part.prepare()
        let size = 0
        const ms = quickest(() => {
          try {
            size = part.renderLetter().length
          } catch (error) {
            expect(String(error)).toMatch(/more than|More than|longer than|too much|too deep/)
          }
        }, patienceMs)
        expect(ms).toBeLessThan(patienceMs)
        expect(size).toBeLessThanOrEqual(budgets.maxOutputBytes)
      })
    }
  }

  test.each(['plain', 'quoted-printable'] as const)(
    'a letter that grows too long ends where it does, %s',
    (encoding) => {
      const long = `{% for i in (1..9999) %}${'long '.repeat(200)}{% endfor %}`
      expect(() => makePart(long, {}, 'html', encoding, budgets).renderLetter()).toThrow(
        'The letter is longer than 2000000 bytes',
      )
    },
  )

  test('loops of all parts count together', async () => {
    const loop = '{% for i in (1..40) %}x{% endfor %}'
    const letter = await compileLetter(
      {
        template: {
          name: 't',
          format: 'html',
          subject: loop,
          preheader: '',
          body: loop,
          text: loop,
          variants: {},
        },
        partials: {},
      },
      {
        encoding: 'plain',
        subject: null,
        budgets: { ...budgets, maxLoops: 100 },
        language: 'en',
        timeZone: 'UTC',
      },
    )
    expect(() => letter.render(letterData())).toThrow(
      't, text, line 1, column 1: More than 100 loop turns in one letter',
    )
  })

  test('a letter that overspent takes nothing from the next', () => {
    const part = makePart(
      '{% for i in (1..subscriber.attributes.n) %}{{ i }}{% endfor %}',
      {},
      'html',
      'plain',
      { ...budgets, maxLoops: 10 },
    )
    const render = (n: number): string =>
      part.renderLetter({ ...roots, subscriber: { ...roots.subscriber, attributes: { n } } })
    expect(() => render(11)).toThrow('More than 10 loop turns')
    expect(render(10)).toBe('12345678910')
  })
})

describe('a template reaches nothing but its data', () => {
  const secrets = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    '__defineGetter__',
    '__lookupGetter__',
    'global',
    'globalThis',
    'process',
    'require',
    'module',
    'this',
    'Function',
    'Object',
    'R',
    'H',
    'Q',
    'd',
    'liquidMethodMissing',
    'read',
  ]
  const owners = [
    'subscriber',
    'subscriber.name',
    'items',
    'items[0]',
    'items[0].id',
    'now',
    'f',
    'empty',
    'nil',
    "'x'",
    '(1..2)',
    'e',
    'true',
  ]

  test.each(secrets)('%s', (secret) => {
    const asRoot = makePart(`{{ ${secret} }}{{ ['${secret}'] }}`, {}, 'text').renderLetter()
    expect(asRoot).toBe('')
    for (const owner of owners) {
      const source = `{% for i in (1..1) %}{% assign f = forloop %}{% assign e = empty %}{{ ${owner}.${secret} }}{{ ${owner}['${secret}'] }}{{ ${owner}['${secret}']['constructor'] }}{{ ${owner} | map: '${secret}' }}{{ forloop.${secret} }}{{ items | where: '${secret}' | size }}{% endfor %}`
      expect(makePart(source, {}, 'text').renderLetter(), owner).toBe('0')
    }
  })

  test('own properties of such names are plain data', () => {
    const attributes = JSON.parse('{"constructor":"c","__proto__":"p","toString":"t"}') as object
    const data = { ...roots, subscriber: { ...roots.subscriber, attributes } }
    const source =
      '{{ subscriber.attributes.constructor }}{{ subscriber.attributes["__proto__"] }}{{ subscriber.attributes.toString }}'
    expect(makePart(source, {}, 'text').renderLetter(data)).toBe('cpt')
  })

  test('names in a template are never code', () => {
    const names = ['a"+process.exit(1)+"', "a';throw 1;'", 'a`$' + '{1}`', 'a\u2028b', 'a*/b/*']
    for (const name of names) {
      const data = { ...roots, subscriber: { ...roots.subscriber, attributes: { [name]: 'found' } } }
      const quoted = name.includes("'") ? `"${name}"` : `'${name}'`
      expect(makePart(`{{ subscriber.attributes[${quoted}] }}`, {}, 'text').renderLetter(data)).toBe(
        name.includes('"') && name.includes("'") ? '' : 'found',
      )
      expect(
        makePart(`{% capture ${quoted} %}x{% endcapture %}{{ [${quoted}] }}`, {}, 'text').renderLetter(),
      ).toBe('x')
    }
  })

  test('the interpreter, too, has neither files nor prototypes', () => {
    const source =
      '{% assign f = subscriber.attributes.f %}{{ subscriber.constructor }}{{ items.__proto__ }}{% include f %}'
    const part = makePart(source, {}, 'html')
    expect(part.interpreted).toBe('a partial whose name is computed')
    for (const f of ['/etc/passwd', '../package.json', 'package.json', './package.json']) {
      const data = { ...roots, subscriber: { ...roots.subscriber, attributes: { f } } }
      expect(() => part.renderLetter(data)).toThrow(/Failed to lookup|No layout or partial/)
    }
  })

  test('MJML includes no files', async () => {
    const body =
      '<mjml><mj-body><mj-include path="./package.json" type="html" /><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>'
    const letter = await compileLetter(
      {
        template: { name: 't', format: 'mjml', subject: 's', preheader: '', body, text: '', variants: {} },
        partials: {},
      },
      { encoding: 'plain', subject: null, budgets, language: 'en', timeZone: 'UTC' },
    )
    expect(letter.render(letterData()).html).not.toContain('dependencies')
  })

  test('values are escaped in HTML and never in the subject', async () => {
    const letter = await compileLetter(
      {
        template: {
          name: 't',
          format: 'html',
          subject: '{{ subscriber.name }}',
          preheader: '',
          body: '<p title="{{ subscriber.name }}">{{ subscriber.name | raw }}</p>',
          text: '{{ subscriber.name }}',
          variants: {},
        },
        partials: {},
      },
      { encoding: 'plain', subject: null, budgets, language: 'en', timeZone: 'UTC' },
    )
    const rendered = letter.render(letterData({ name: '"><b>&\'' }))
    expect(rendered.html).toBe('<p title="&#34;&gt;&lt;b&gt;&amp;&#39;">"><b>&\'</p>')
    expect(rendered.subject).toBe('"><b>&\'')
    expect(rendered.text).toBe('"><b>&\'')
  })
})

test('a source of a hundred thousand tags is refused, not chewed', async () => {
  const limit = patience(15_000)
  const start = performance.now()
  for (const format of ['html', 'markdown', 'mjml'] as const) {
    for (const body of [
      '<div>'.repeat(90_000),
      '<'.repeat(400_000),
      '{% if items %}'.repeat(3000) + '{% endif %}'.repeat(3000),
    ]) {
      const letter = await compileLetter(
        {
          template: { name: 't', format, subject: 's', preheader: '', body, text: null, variants: {} },
          partials: {},
        },
        { encoding: 'plain', subject: null, budgets, language: 'en', timeZone: 'UTC' },
      )
      if (letter.problems.length > 0) expect(() => letter.render(letterData())).toThrow(RenderError)
      else letter.render(letterData())
    }
  }
  expect(performance.now() - start).toBeLessThan(limit)
})
