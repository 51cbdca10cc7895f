import { expect, test } from 'vitest'
import { type CompileOptions, compileLetter } from '../../../engine/template/index.ts'
import { letterData } from './support/letter.ts'

const hash = 'a1'.repeat(32)
const path = `/i/${hash}/logo.png`
const url = `https://cdn.example${path}`

function compile(
  body: string,
  {
    assets = { 'logo.png': path },
    format = 'html' as 'html' | 'markdown' | 'mjml',
    ...options
  }: {
    readonly assets?: { readonly [name: string]: string }
    readonly format?: 'html' | 'markdown' | 'mjml'
  } & Partial<CompileOptions> = {},
) {
  return compileLetter(
    {
      template: { name: 'letter', format, subject: 'Hello', preheader: '', body, text: null, variants: {} },
      partials: { head: { format: 'html', body: `<img src="{{ "logo.png" | asset_url }}">` } },
      assets,
    },
    {
      encoding: 'plain',
      subject: null,
      assetsUrl: 'https://cdn.example',
      budgets: { maxLoops: 10_000, maxOutputBytes: 2_000_000, maxDepth: 16, maxMs: 1000 },
      language: 'en',
      timeZone: 'UTC',
      ...options,
    },
  )
}
const render = async (...args: Parameters<typeof compile>) => {
  const letter = await compile(...args)
  expect(letter.problems).toEqual([])
  return { ...letter.render(letterData()), interpreted: letter.interpreted }
}

test('a name becomes the address it had when the letter was compiled', async () => {
  const { html, interpreted } = await render(
    `<img src="{{ 'logo.png' | asset_url }}"><img src="{{ "logo.png"|asset_url|append:'?x' }}">{% assign logo = 'logo.png' | asset_url %}{{ logo }} {% render 'head' %}`,
  )
  expect(html).toBe(`<img src="${url}"><img src="${url}?x">${url} <img src="${url}">`)
  expect(interpreted).toEqual([])
})

test.for(['markdown', 'mjml'] as const)('in %s, too', async (format) => {
  const body = {
    markdown: `![Logo]({{ 'logo.png' | asset_url }})`,
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-image src="{{ 'logo.png' | asset_url }}" /></mj-column></mj-section></mj-body></mjml>`,
  }[format]
  expect((await render(body, { format })).html).toContain(`src="${url}"`)
})

test('in what is sent it is a piece of the template, encoded with the text around it', async () => {
  const options = { encoding: 'quoted-printable' } as const
  const named = await render(`<p>Hi</p><img src="{{ 'logo.png' | asset_url }}" alt="">`, options)
  const written = await render(`<p>Hi</p><img src="${url}" alt="">`, options)
  // To the last soft line break: letters pay nothing for the name.
  expect(named.html).toBe(written.html)
})

test('what LiquidJS itself renders knows it', async () => {
  const { html, interpreted } = await render(
    `{% assign part = 'head' %}{% layout none %}{% for i in (1..2) %}{% cycle 'logo.png', 'x' %}{% endfor %}{{ 'logo.png' | asset_url }}{% assign f = "item.id == 1" %}{{ items | where_exp: "item", f | size }}`,
  )
  expect(interpreted).not.toEqual([])
  expect(html).toContain(url)
})

test('a name that means nothing is a problem, and so is one that is computed', async () => {
  const { problems } = await compile(
    `<p>\n{{ 'lgo.png' | asset_url }} {{ subscriber.name | asset_url }} {{ 'logo.png' | upcase | asset_url }}</p>`,
  )
  expect(problems.map(({ line, column, message, variable }) => [line, column, variable, message])).toEqual([
    [2, expect.any(Number), 'lgo.png', expect.stringContaining('No asset is named "lgo.png"')],
    [2, expect.any(Number), null, expect.stringContaining('directly behind the name')],
    [2, expect.any(Number), null, expect.stringContaining('directly behind the name')],
  ])
})

test('a letter of before there were assets is what it was', async () => {
  const { html } = await render('<p>{{ subscriber.name }}</p>', { assets: undefined as never })
  expect(html).toBe('<p>Ada</p>')
})

test('a link to one is a link like any other, where letters are tracked', async () => {
  const { html, interpreted } = await render(`<a href="{{ 'logo.png' | asset_url }}">The logo</a>`, {
    tracking: { own: 'https://news.example' },
  })
  expect(html).toContain(`<a href="${url}">The logo</a>`)
  expect(interpreted).toEqual([])
})
