import { parseDocument } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { maxLinks } from '../../../engine/model/link.ts'
import type { CompiledLetter, LetterData } from '../../../engine/template/index.ts'
import { linkKey } from '../../../engine/template/links/target.ts'
import { quickestOf } from '../../support/pace.ts'
import { compile, letterData } from './support/letter.ts'

const own = 'https://news.example/letters'
const click = `${own}/c/AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456789/`
const pixel = `${own}/t/AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456789.gif`
const both = { click, pixel, hidden: null }
const image = `<img src="${pixel}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`

type Source = Parameters<typeof compile>[0]
const tracked = (source: Source): Promise<CompiledLetter> =>
  compile({ ...source, options: { tracking: { own }, ...source.options } })
const of = (letter: CompiledLetter, data: Partial<LetterData> = {}): string =>
  letter.render({ ...letterData(), tracking: both, ...data }).html

/** A part that LiquidJS renders: the name of what it takes in is computed. */
const interpreted = (body: string): Source => ({
  body: `{% assign nothing = 'nothing' %}{% include nothing %}${body}`,
  partials: { nothing: { format: 'html', body: '' } },
})

/** What a template's links lead to, in the order of the HTML: an address, or null where it is left as it is. */
async function leads(source: Source, data: Partial<LetterData> = {}): Promise<(string | null)[]> {
  const letter = await tracked(source)
  const html = of(letter, data)
  const urls = new Map(letter.links!.take().map(({ key, url }) => [key, url]))
  return hrefsOf(html).map((href) => (href.startsWith(click) ? urls.get(href.slice(click.length))! : null))
}

type Nodes = ReturnType<typeof parseDocument>['children']
const all = (nodes: Nodes): Nodes =>
  nodes.flatMap((node) => [node, ...('children' in node ? all(node.children) : [])])
const hrefsOf = (html: string): string[] =>
  all(parseDocument(html).children).flatMap((node) =>
    'attribs' in node && (node.name === 'a' || node.name === 'area') ? (node.attribs.href ?? []) : [],
  )

describe('links of tracked letters', () => {
  test('name their address by its key, and the letter tells which', async () => {
    const letter = await tracked({
      body: '<body><a href="https://example.org/a?b=1&amp;c=2">A</a>{% for item in items %}<a class=x href=\'{{ item.url }}\'>B</a>{% endfor %}</body>',
    })
    const urls = ['https://example.org/a?b=1&c=2', 'https://example.org/1?a=b&c=d', 'https://example.org/2']
    const [a, b, c] = urls.map((url) => click + linkKey(url))
    expect(of(letter)).toBe(
      `<body><a href="${a}">A</a><a class=x href='${b}'>B</a><a class=x href='${c}'>B</a>${image}</body>`,
    )
    expect(letter.links!.take()).toEqual(urls.map((url) => ({ key: linkKey(url), url })))
    expect(letter.links!.take()).toEqual([])
    of(letter)
    expect(letter.links!.take()).toHaveLength(3)
  })

  test.each([
    ['plain', { body: '<a href="{{ items[0].url }}">x</a>' }],
    ['with something behind it', { body: '<a href="{{ items[0].url }}&amp;utm_source=news">x</a>' }],
    ['filtered', { body: '<a href="{{ items[0].url | append: \'&utm_source=news\' }}">x</a>' }],
    ['raw', { body: '<a href="{{ items[0].url | escape | raw }}&utm_source=news">x</a>' }],
    ['assigned', { body: '{% assign u = items[0].url %}<a href="{{ u }}&amp;utm_source=news">x</a>' }],
    [
      'in branches',
      {
        body: '<a href="{% if items.size > 1 %}{{ items[0].url }}{% else %}https://x.example{% endif %}&amp;utm_source={{ "news" }}">x</a>',
      },
    ],
    [
      'in a partial',
      {
        body: '<a href="{% render \'url\', of: items[0] %}">x</a>',
        partials: { url: { format: 'html', body: '{{ of.url }}&amp;utm_source=news' } },
      },
    ],
    [
      'in one of two attributes',
      {
        body: '<a {% if items %}href="{{ items[0].url }}&amp;utm_source=news"{% else %}href="https://x.example"{% endif %}>x</a>',
      },
    ],
    ['without quotes', { body: '<a href={{ items[0].url }}&amp;utm_source=news>x</a>' }],
    [
      'captured',
      {
        body: '{% capture c %}<a href="{{ items[0].url }}&amp;utm_source=news">x</a>{% endcapture %}{{ c | raw }}',
      },
    ],
    ['interpreted', interpreted('<a href="{{ items[0].url }}&amp;utm_source=news">x</a>')],
    ['in Markdown', { format: 'markdown', body: '[x]({{ items[0].url }}&utm_source=news)' }],
    [
      'in MJML',
      {
        format: 'mjml',
        body: '<mjml><mj-body><mj-section><mj-column><mj-button href="{{ items[0].url }}&amp;utm_source=news">x</mj-button></mj-column></mj-section></mj-body></mjml>',
      },
    ],
    [
      'in a layout',
      {
        body: '{% layout \'frame\' %}{% block main %}<a href="{{ items[0].url }}&amp;utm_source=news">x</a>{% endblock %}',
        partials: {
          frame: { format: 'html', body: '<html><body>{% block main %}{% endblock %}</body></html>' },
        },
      },
    ],
    ['an image map', { body: '<map><area href="{{ items[0].url }}&amp;utm_source=news"></map>' }],
    [
      'read by Outlook alone',
      { body: '<!--[if mso]><a href="{{ items[0].url }}&amp;utm_source=news">x</a><![endif]-->' },
    ],
  ] satisfies [string, Source][])('may be %s', async (name, source) => {
    const url =
      name === 'plain' ? 'https://example.org/1?a=b&c=d' : 'https://example.org/1?a=b&c=d&utm_source=news'
    const letter = await tracked(source as Source)
    expect(letter.problems).toEqual([])
    const html = of(letter)
    expect(letter.links!.take()).toEqual([{ key: linkKey(url), url }])
    expect(html).toContain(click + linkKey(url))
    expect(html.split(pixel)).toHaveLength(2)
    const without = await compile(source as Source)
    expect(of(letter, { tracking: null })).toBe(without.render(letterData()).html)
  })

  test.each([
    'mailto:ada@example.org',
    'tel:+4912345',
    'sms:123',
    '#top',
    '/relative',
    'page.html',
    '//example.org/x',
    'ftp://example.org/',
    'javascript:alert(1)',
    ' java&#10;script:alert(1)',
    'JaVaScRiPt&colon;alert(1)',
    'data:text/html,x',
    'https:example.org',
    'https://',
    'https://exa mple.org/',
    'https:\\\\example.org\\x',
    'https://example.org/a\tb',
    `https://example.org/${'x'.repeat(5000)}`,
    own,
    `${own}/a/archive?x`,
    `${own}?x`,
    'HTTPS://NEWS.example/letters/p',
    '{{ links.unsubscribe }}',
    '{{ links.web }}?x=1',
    'https://example.org/?who={{ subscriber.id }}',
    'https://example.org/?who={{ subscriber.address | url_encode }}',
    '{% if subscriber.name == "Ada" %}https://example.org/ada{% else %}https://example.org/all{% endif %}',
    'mailto:{{ items[0].title }}',
    '{{ items[0].title }}',
    '',
  ])('of no concern are left as they are: %s', async (href) => {
    const body = `<a href="${href}">x</a>`
    for (const source of [{ body }, interpreted(body)]) {
      const letter = await tracked(source)
      expect(of(letter, { tracking: { ...both, pixel: null } })).toBe(
        (await compile(source)).render(letterData()).html,
      )
      expect(letter.links!.take()).toEqual([])
    }
  })

  test.each([
    'https://news.example/lettersx',
    'https://news.example.evil.example/letters',
    'https://NEWS.example/other',
    'http://example.org/a b"\'<>',
    ' https://例え.テスト/ü ',
    'https://user:word@example.org/x',
    'https://example.org/?u=javascript:alert(1)#f',
    `https://example.org/?to=${own}/p`,
  ])('lead where they led: %s', async (url) => {
    const items = [{ ...letterData().items[0]!, url }]
    const static_ = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    expect(await leads({ body: `<a href="${static_}">x</a>` })).toEqual([url.trim()])
    expect(await leads({ body: '<a href="{{ items[0].url }}">x</a>' }, { items })).toEqual([url.trim()])
    expect(await leads(interpreted('<a href="{{ items[0].url }}">x</a>'), { items })).toEqual([url.trim()])
  })

  test.each([
    '<a data-track="false" href="https://example.org/">x</a>',
    '<a href="https://example.org/" DATA-TRACK=false>x</a>',
    '<a href="https://example.org/" data-track="{{ campaign.data.track }}">x</a>',
    '<!-- <a href="https://example.org/">x</a> -->',
    '<style>/* <a href="https://example.org/"> */</style>',
    '<p title=\'<a href="https://example.org/">\'>x</p>',
    '<link href="https://example.org/x.css">',
    '<abbr href="https://example.org/">x</abbr>',
    '<a data-href="https://example.org/">x</a>',
    '{% if items %}<a href="https://example.org/a{% else %}<a href="https://example.org/b{% endif %}/c">x</a>',
    '<a href={{ items[0].url -}} class="x">x</a>',
    '<a href="https://example.org/',
    '{% for item in items %}<a href="https://example.org/{% break %}">x</a>{% endfor %}',
  ])('are none in %s', async (body) => {
    const source = { body }
    const letter = await tracked(source)
    expect(of(letter, { tracking: { ...both, pixel: null } })).toBe(
      (await compile(source)).render(letterData()).html,
    )
  })

  test('what is personal is, by whatever name it goes', async () => {
    const personal = [
      '{% assign city = subscriber.attributes.city %}{% assign where = city | upcase %}<a href="https://example.org/{{ where }}">x</a>',
      '{% capture who %}{% if true %}{{ subscriber.name }}{% endif %}{% endcapture %}<a href="https://example.org/{{ who }}">x</a>',
      '{% for topic in subscriber.topics %}<a href="https://example.org/{{ topic[0] }}">x</a>{% endfor %}',
      '{% for i in (1..2) %}{% if i == 2 %}<a href="https://example.org/{{ late }}">x</a>{% endif %}{% assign late = subscriber.name %}{% endfor %}',
      "{% render 'link', city: subscriber.attributes.city %}",
      "{% include 'link', city: subscriber.attributes.city %}",
      "{% render 'link' with subscriber.name as city %}",
      "{% assign own = items | where_exp: 'item', 'item.title == subscriber.name' %}<a href=\"https://example.org/{{ own | size }}\">x</a>",
      '<a href="https://example.org/{% render \'city\' %}">x</a>',
      '{% assign u = links.web %}<a href="{{ u }}">x</a>',
      '{% assign name = \'subscriber\' %}<a href="https://example.org/{{ [name].name }}">x</a>',
    ]
    const partials = {
      link: { format: 'html', body: '<a href="https://example.org/{{ city }}">x</a>' },
      city: { format: 'html', body: '{{ subscriber.attributes.city }}' },
    } as const
    for (const body of personal) {
      const hrefs = await leads({ body, partials })
      expect(hrefs, body).toEqual(hrefs.map(() => null))
    }
    // One loop over what is personal says nothing of another with the same name.
    expect(
      await leads({
        body: '{% for item in subscriber.topics %}{{ item[0] }}{% endfor %}{% for item in items %}<a href="{{ item.url }}">x</a>{% endfor %}',
      }),
    ).toEqual(['https://example.org/1?a=b&c=d', 'https://example.org/2'])
    expect(
      await leads({
        body: "{% render 'link', city: 'Rome' %}{% if subscriber.name %}<a href=\"https://example.org/\">x</a>{% endif %}",
        partials,
      }),
    ).toEqual(['https://example.org/Rome', 'https://example.org/'])
  })

  test('a subject, a text and a preheader hold none', async () => {
    const letter = await tracked({
      subject: '<a href="https://example.org/1">',
      preheader: '<a href="https://example.org/2">',
      body: '<p>{{ subject }}</p>',
      text: '<a href="https://example.org/3">',
    })
    const made = letter.render({ ...letterData(), tracking: both })
    expect(Object.values(made).join('')).not.toContain(click)
    const stripped = await tracked({ body: '<p><a href="https://example.org/">x</a></p>', text: null })
    const { text } = stripped.render({ ...letterData(), tracking: both })
    expect(text).toBe('x [https://example.org/]\n')
  })

  test('templates of the worst kind are compiled in a moment, and what cannot be told is left alone', async () => {
    const link = '<a href="{{ items[0].url }}?{{ n }}">x</a>'
    const deep = Object.fromEntries(
      Array.from({ length: 25 }, (_, n) => [
        `p${n}`,
        {
          format: 'html',
          body: n === 24 ? link : `{% include 'p${n + 1}' %}{% include 'p${n + 1}', n: ${n} %}`,
        },
      ]),
    ) as Record<string, { format: 'html'; body: string }>
    const names = Array.from({ length: 3000 }, (_, n) => `{% assign a${n} = a${n + 1} %}`).join('')
    const worst: readonly Source[] = [
      { body: `{% capture c %}{% include 'p0' %}{% endcapture %}${link}`, partials: deep },
      {
        body: `{% for i in (1..2) %}${names}{% assign a3000 = subscriber.name %}{% endfor %}<a href="https://example.org/{{ a0 }}">x</a>`,
      },
      { body: '<a href="https://example.org/">x</a>'.repeat(20_000) },
      { body: '<!--[if mso]>'.repeat(20_000) },
      { body: '<a href='.repeat(20_000) },
    ]
    // The longest of them takes a second, most of it to parse and to write code.
    const limitMs = 5000
    for (const source of worst) {
      const run = async () => {
        const begun = performance.now()
        await tracked(source)
        return { ms: performance.now() - begun }
      }
      expect(await quickestOf(run, limitMs, 4)).toBeLessThan(limitMs)
    }
    expect(await leads(worst[1]!)).toEqual([null])
  })

  test('authors do not have the tags', async () => {
    const letter = await tracked({ body: '{% tracked_href %}x{% endtracked_href %}' })
    expect(letter.problems).toMatchObject([{ message: 'Unknown tag "tracked_href".' }])
  })

  test('a problem is where its author wrote it', async () => {
    const body = '<a href="https://example.org/1">x</a>\n<a href="{{ items[0].url }}">{{ itms }}</a></body>'
    const letter = await tracked({ body })
    expect(letter.problems).toMatchObject([{ line: 2, column: 33, variable: 'itms' }])
    const failing = await tracked({
      body: '<a href="https://example.org/{{ items[0].url | required }}">x</a>{{ campaign.data.none | required }}',
    })
    expect(() => of(failing)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ line: 1, column: 69 }) }),
    )
  })

  test('those that the publication has no room for are left as they are', async () => {
    const body =
      '<a href="https://example.org/1">x</a>{% for item in items %}<a href="{{ item.url }}">x</a>{% endfor %}<a href="{{ items[1].url }}{{ campaign.name }}">x</a>'
    for (const source of [{ body }, interpreted(body)]) {
      const letter = await tracked(source)
      of(letter)
      const [first, second] = letter.links!.take()
      letter.links!.restrict([second!, { ...first!, key: 'another1' }])
      const hrefs = hrefsOf(of(letter))
      expect(hrefs).toEqual([
        'https://example.org/1',
        click + second!.key,
        'https://example.org/2',
        'https://example.org/2spring',
      ])
      expect(letter.links!.take()).toEqual([second])
    }
  })
})

test('a template that writes more addresses than a publication may have tells one too many, and keeps none of the rest', async () => {
  const letter = await tracked({
    body: '{% for i in (1..3000) %}<a href="{{ items[0].url }}?n={{ i }}">x</a>{% endfor %}<a href="{{ items[1].url }}">x</a>',
  })
  const addresses = () => hrefsOf(of(letter)).filter((href) => href.startsWith(click))
  expect(addresses()).toHaveLength(maxLinks + 1)
  const told = letter.links!.take()
  expect(told).toHaveLength(maxLinks + 1)
  const url = 'https://example.org/2'
  letter.links!.restrict([...told.slice(0, 10), { url, key: linkKey(url) }])
  expect(addresses()).toEqual([...told.slice(0, 10).map(({ key }) => click + key), click + linkKey(url)])
})

describe('the pixel', () => {
  const at = async (source: Source): Promise<string> => of(await tracked(source)).replace(image, '[pixel]')
  test.each<[string, Source, string]>([
    ['before the end of the body', { body: '<body>x</BODY></html>' }, '<body>x[pixel]</BODY></html>'],
    ['at the end, where there is no body', { body: '<p>x</p>' }, '<p>x</p>[pixel]'],
    ['not in a comment', { body: '<!-- </body> --><p>x</p>' }, '<!-- </body> --><p>x</p>[pixel]'],
    [
      'in a layout',
      {
        body: "{% layout 'f' %}x",
        partials: { f: { format: 'html', body: '<body>{% block %}{% endblock %}</body>' } },
      },
      '<body>x[pixel]</body>',
    ],
    [
      'behind a layout without a body',
      {
        body: "{% layout 'f' %}x",
        partials: { f: { format: 'html', body: '<p>{% block %}{% endblock %}</p>' } },
      },
      '<p>x</p>[pixel]',
    ],
    ['once', { body: '<body>x</body><body>y</body>' }, '<body>x[pixel]</body><body>y</body>'],
    ['interpreted', interpreted('<body>x</body>'), '<body>x[pixel]</body>'],
    ['interpreted, without a body', interpreted('<p>x</p>'), '<p>x</p>[pixel]'],
  ])('stands %s', async (_, source, html) => {
    expect(await at(source)).toBe(html)
  })

  test('and links are asked for apart; a link that nobody sees comes before it', async () => {
    const letter = await tracked({ body: '<body><a href="https://example.org/">x</a></body>' })
    const clicked = click + linkKey('https://example.org/')
    expect(of(letter, { tracking: { ...both, pixel: null } })).toBe(`<body><a href="${clicked}">x</a></body>`)
    expect(of(letter, { tracking: { ...both, click: null } })).toBe(
      `<body><a href="https://example.org/">x</a>${image}</body>`,
    )
    expect(of(letter, { tracking: { ...both, hidden: `${click}0` } })).toBe(
      `<body><a href="${clicked}">x</a><a href="${click}0" tabindex="-1" aria-hidden="true" style="display:none;mso-hide:all"></a>${image}</body>`,
    )
  })
})
