import fc from 'fast-check'
import { parseDocument } from 'htmlparser2'
import { expect, test } from 'vitest'
import { type CompiledLetter, RenderError } from '../../../engine/template/index.ts'
import { linkKey } from '../../../engine/template/links/target.ts'
import { compile, letterData } from './support/letter.ts'
import { brokenRules, canonical, decodeQuotedPrintable } from './support/quoted-printable.ts'

// Whatever stands in an `href`: a letter that is not tracked is the letter that was written, to the byte; a tracked one
// differs in addresses and its pixel alone, and each address leads to what stood there.

const own = 'https://news.example'
const click = `${own}/c/AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456789/`
const pixel = `${own}/t/AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456789.gif`

const awkward = fc.constantFrom(
  'https://example.org/',
  'http://example.org/a?b=1&c=2',
  'https://example.org/?a=1&amp;b=2&copy=3&lt;x',
  'https://example.org/ä/🎉 and more',
  `https://example.org/${'long-path/'.repeat(12)}`,
  "https://example.org/it's",
  'https://example.org/<b>"quoted"</b>',
  'https://example.org/.',
  '. https://example.org/',
  'https://example.org/=3D=',
  'https://example.org/a\nb',
  `${own}/p`,
  'javascript:alert("1")',
  'JAVASCRIPT://example.org/%0aalert(1)',
  'mailto:a@example.org?subject=x&body=y',
  'https://[::1]/',
  'https://exa_mple..org:99999/',
  '#',
  '',
  '\ud83d',
)
const url = fc.oneof(
  awkward,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.string({ maxLength: 20 }),
)

// No quotes in what an author writes between quotes, nor half of a Liquid tag.
const written = fc
  .oneof(
    url,
    fc.tuple(fc.constant('https://example.org/'), url).map(([a, b]) => a + b),
  )
  .map((text) =>
    text
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      .replace(/[{}%\ue000]/g, ''),
  )
const computed = fc.constantFrom(
  '{{ items[0].url }}',
  '{{ items[1].url | append: "?utm=1" }}',
  '{{ items[0].url | escape | raw }}',
  '{{ items[0].url | raw }}',
  '{{ campaign.data.url }}',
  '{{ subscriber.attributes.url }}',
  '{{ links.web }}',
  '{% if items[0].title %}{{ items[0].url }}{% else %}https://none.example{% endif %}',
  "{% render 'url', of: items[1] %}",
  '{% assign u = items[0].url %}{{ u }}',
)
const attribute = fc
  .array(fc.oneof(written, computed), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
const tag = fc.oneof(
  attribute.map((value) => `<a href="${value}">read on</a>`),
  attribute.map((value) => `<a style='color:red' href='${value}' class=x>read on</a>`),
  attribute.map((value) => `<area HREF = "${value}" shape=rect>`),
  attribute.map((value) => `<a data-track="false" href="${value}">read on</a>`),
  attribute.map(
    (value) => `{% for item in items %}<a href="{{ item.url }}${value}">{{ item.title }}</a>{% endfor %}`,
  ),
  computed.map((value) => `<a href=${value.replaceAll(/\s(?![^{]*[}])/g, '')}>x</a>`),
  attribute.map((value) => `<!--[if mso]><a href="${value}">x</a><![endif]-->`),
)
const text = fc.constantFrom(
  'words ',
  'Zoë = 🎉.\n',
  '\n. \n',
  `${'a line that goes on '.repeat(5)}`,
  '<br>',
  '</body>',
  'x'.repeat(74),
)
const body = fc.array(fc.oneof(tag, text), { minLength: 1, maxLength: 10 }).map((parts) => parts.join(''))

const pieces = fc.record({ body, urls: fc.tuple(url, url, url, url), interpret: fc.boolean() })

test('letters that are not tracked are those that were written, tracked ones differ in addresses and pixel alone', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async ({ body, urls: [first, second, third, mine], interpret }) => {
      const source = {
        body: interpret ? `{% assign nothing = 'nothing' %}{% include nothing %}${body}` : body,
        partials: {
          nothing: { format: 'html', body: '' },
          url: { format: 'html', body: '{{ of.url }}' },
        },
      } as const
      const base = letterData({ attributes: { url: mine } })
      const data = {
        ...base,
        items: [
          { ...base.items[0]!, url: first },
          { ...base.items[1]!, url: second },
        ],
        campaign: { ...base.campaign, data: { url: third } },
      }
      const render = (letter: CompiledLetter, tracking: boolean): string => {
        try {
          return letter.render({ ...data, tracking: tracking ? { click, pixel, hidden: null } : null }).html
        } catch (error) {
          if (!(error instanceof RenderError)) throw error
          return `failed: ${error.problem.message}`
        }
      }
      const plainly = render(await compile(source), false)
      const plain = await compile({ ...source, options: { tracking: { own } } })
      const quoted = await compile({
        ...source,
        options: { tracking: { own }, encoding: 'quoted-printable' },
      })
      const letters = [
        [plain, (html: string) => html],
        [quoted, decoded],
      ] as const
      for (const [letter, read] of letters) {
        const written = letter === plain ? plainly : canonical(plainly)
        expect(read(render(letter, false))).toBe(written)
        const html = read(render(letter, true))
        if (html.startsWith('failed')) {
          expect(html).toBe(written)
          continue
        }
        const urls = new Map(letter.links!.take().map(({ key, url }) => [key, url]))
        for (const [key, url] of urls) expect(linkKey(url)).toBe(key)
        expectOnlyAddresses(html, written, urls)
        // Once more: what was remembered is the same.
        expect(read(render(letter, true))).toBe(html)
        expect(read(render(letter, false))).toBe(written)
      }
    }),
    { numRuns: 300 },
  )
})

function decoded(html: string): string {
  if (html.startsWith('failed')) return html
  expect(brokenRules(html)).toEqual([])
  return decodeQuotedPrintable(html)
}

/** Walk through both side by side. */
function expectOnlyAddresses(html: string, written: string, urls: ReadonlyMap<string, string>): void {
  const image = `<img src="${pixel}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`
  const parts = html.split(image)
  expect(parts).toHaveLength(2)
  const [first, ...others] = parts.join('').split(click)
  expect(written.startsWith(first!)).toBe(true)
  let at = first!.length
  for (const other of others) {
    const [key, rest] = [other.slice(0, 8), other.slice(8)]
    const before = written[at - 1]!
    const quote = before === '"' || before === "'" ? before : ''
    const end = quote === '' ? at + written.slice(at).search(/[\s>]/) : written.indexOf(quote, at)
    const stood = written.slice(at, end)
    const read = parseDocument(`<a href=${quote}${stood}${quote}>`).children[0]
    const href = read !== undefined && 'attribs' in read ? read.attribs.href! : ''
    expect(urls.get(key)).toBe(href.replace(/^[\0-\x20]+|[\0-\x20]+$/g, ''))
    expect(urls.get(key)).toMatch(/^https?:\/\//i)
    at += stood.length
    expect(written.startsWith(rest, at)).toBe(true)
    at += rest.length
  }
  expect(at).toBe(written.length)
}
