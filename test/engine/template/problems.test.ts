import { describe, expect, test } from 'vitest'
import { RenderError } from '../../../engine/template/index.ts'
import { compile, letterData } from './support/letter.ts'

const place = (problem: {
  template: string
  part: string
  language: string | null
  line: number
  column: number
}): string => `${problem.template}/${problem.part}/${problem.language} ${problem.line}:${problem.column}`

async function problemsOf(source: Parameters<typeof compile>[0]): Promise<string[]> {
  const { problems } = await compile(source)
  return problems.map((problem) => `${place(problem)} ${problem.variable ?? '-'} ${problem.message}`)
}

async function failureOf(source: Parameters<typeof compile>[0], subscriber = {}): Promise<RenderError> {
  const letter = await compile(source)
  try {
    letter.render(letterData(subscriber))
  } catch (error) {
    if (error instanceof RenderError) return error
    throw error
  }
  throw new Error('It rendered')
}

describe('found when compiling', () => {
  test('an unknown variable, with what it may have meant', async () => {
    expect(await problemsOf({ body: 'Hello\n  {{ subscribr.name }}' })).toEqual([
      'letter/body/null 2:6 subscribr Unknown variable "subscribr". Did you mean "subscriber"? Known: subscriber, items, campaign, list, links, now, language, subject, preheader',
    ])
  })

  test('an unknown attribute is only empty', async () => {
    const letter = await compile({ body: '[{{ subscriber.attributes.nothing.at.all }}{{ items[9].title }}]' })
    expect(letter.problems).toEqual([])
    expect(letter.render(letterData()).html).toBe('[]')
  })

  test('names that the template made itself are known, wherever it made them', async () => {
    const body = `{% for item in items %}{{ item.title }}{{ later }}{% endfor %}{% assign later = 1 %}{% capture c %}{% endcapture %}{{ c }}
{% increment n %}{{ n }}{% tablerow t in items %}{{ t }}{{ tablerowloop.col }}{% endtablerow %}{% include 'p', arg: 1 %}{{ made }}`
    expect(
      await problemsOf({
        body,
        partials: { p: { format: 'html', body: '{{ arg }}{{ later }}{% assign made = 1 %}' } },
      }),
    ).toEqual([])
    // What a loop, or what is rendered, made is gone behind it.
    expect(
      await problemsOf({
        body: "{% for item in items %}{% endfor %}{{ item }}{% render 'p' %}{{ made }}",
        partials: { p: { format: 'html', body: '{% assign made = 1 %}' } },
      }),
    ).toMatchObject([
      expect.stringContaining('Unknown variable "item"'),
      expect.stringContaining('Unknown variable "made"'),
    ])
  })

  test('unknown filters, tags, layouts and partials', async () => {
    expect(await problemsOf({ body: '{{ subscriber.name | upcas }}' })).toEqual([
      'letter/body/null 1:22 - Unknown filter "upcas". Did you mean "upcase"?',
    ])
    expect(await problemsOf({ body: 'a\n{% iff x %}{% endif %}' })).toEqual([
      'letter/body/null 2:1 - Unknown tag "iff". Did you mean "if"?',
    ])
    expect(
      await problemsOf({ body: "{% render 'crad' %}", partials: { card: { format: 'html', body: '' } } }),
    ).toEqual(['letter/body/null 1:1 - No layout or partial named "crad". Did you mean "card"? Known: card'])
  })

  test('mistakes in the syntax', async () => {
    expect(await problemsOf({ body: '\n\n  {% if items %}' })).toEqual([
      'letter/body/null 3:3 - Tag {% if items %} not closed',
    ])
    expect(await problemsOf({ subject: 'a {{ b' })).toEqual([
      'letter/subject/null 1:3 - Output "{{ b" not closed',
    ])
    expect(await problemsOf({ text: 'x {% endif %}' })).toEqual([
      'letter/text/null 1:3 - "endif" has no tag that it belongs to',
    ])
  })

  test('in partials, under their own name', async () => {
    expect(
      await problemsOf({
        body: "{% render 'card' %}",
        partials: { card: { format: 'html', body: '<b>\n{{ itm.title }}</b>' } },
      }),
    ).toMatchObject([expect.stringMatching(/^card\/body\/null 2:4 itm /)])
    expect(
      await problemsOf({
        body: "{% render 'card' %}",
        partials: { card: { format: 'html', body: '\n {% if %}' } },
      }),
    ).toMatchObject([expect.stringMatching(/^card\/body\/null 2:/)])
  })

  test('in each language', async () => {
    const variants = { de: { subject: '{{ x }}', preheader: '', body: '\n{{ y }}', text: null } }
    expect(await problemsOf({ variants })).toMatchObject([
      expect.stringMatching(/^letter\/subject\/de 1:4 x /),
      expect.stringMatching(/^letter\/body\/de 2:4 y /),
    ])
  })

  test('where the author wrote them, not where Markdown and MJML put them', async () => {
    const markdown = '# Title\n\n- one {{ subscriber.name }}\n- two {{ wrong.name }}\n'
    expect(await problemsOf({ format: 'markdown', body: markdown, text: null })).toMatchObject([
      expect.stringMatching(/^letter\/body\/null 4:10 wrong /),
    ])
    const mjml =
      '<mjml><mj-body><mj-section><mj-column>\n<mj-text>{{ subscriber.name }}\n  {{ wrong }}</mj-text></mj-column></mj-section></mj-body></mjml>'
    expect(await problemsOf({ format: 'mjml', body: mjml, text: null })).toMatchObject([
      expect.stringMatching(/^letter\/body\/null 3:6 wrong /),
    ])
  })

  test('a letter with a mistake in its syntax does not render, and says why again', async () => {
    const { message } = await failureOf({ body: '{% if items %}' })
    expect(message).toBe('letter, body, line 1, column 1: Tag {% if items %} not closed')
  })
})

describe('found when rendering', () => {
  test('a required value that is missing, by name', async () => {
    const body = '<p>\n  Dear {{ subscriber.attributes.first_name | required }},</p>'
    const failure = await failureOf({ body })
    expect(failure.problem).toEqual({
      template: 'letter',
      part: 'body',
      language: null,
      line: 2,
      column: 11,
      variable: 'subscriber.attributes.first_name',
      message: '"subscriber.attributes.first_name" is required and has no value',
    })
    const letter = await compile({ body })
    expect(letter.render(letterData({ attributes: { first_name: '<Ada>' } })).html).toBe(
      '<p>\n  Dear &lt;Ada&gt;,</p>',
    )
    for (const empty of ['', null, []]) {
      expect(() => letter.render(letterData({ attributes: { first_name: empty } }))).toThrow('is required')
    }
  })

  test('what a filter refuses, with the variable', async () => {
    const { problem } = await failureOf(
      { body: 'x\n {{ subscriber.name | base64_decode }}' },
      { name: '***' },
    )
    expect(problem).toMatchObject({
      line: 2,
      column: 5,
      variable: 'subscriber.name',
      message: 'Invalid base64 provided to base64_decode',
    })
  })

  test('in a partial, in a language, in the text made from HTML', async () => {
    const partials = { card: { format: 'html', body: '\n\n {{ item.nothing | required }}' } } as const
    const variants = {
      de: { subject: '', preheader: '', body: "<p>{% render 'card', item: items[0] %}", text: '' },
    }
    const { problem } = await failureOf({ variants, partials }, { language: 'de' })
    expect(place(problem)).toBe('card/body/de 3:5')

    const text = await failureOf({
      body: '{% if preheader %}{% endif %}<p>\n{{ subject | date: "%Y", items[0].title }}</p>',
      subject: '2026-01-01',
      text: null,
    })
    expect(place(text.problem)).toBe('letter/body/null 2:4')
  })

  test('in what is interpreted', async () => {
    const { problem } = await failureOf({
      body: "x\n{% assign f = 'card' %}{% render f, item: items[0] %}",
      partials: { card: { format: 'html', body: 'a\n{{ item.nothing | required }}' } },
    })
    expect(place(problem)).toBe('card/body/null 2:1')
    expect(problem.message).toContain('is required')
  })

  test('more turns than allowed, at the loop', async () => {
    const { problem } = await failureOf({
      body: '\n{% for a in (1..10) %}\n {% for b in (1..10) %}{% endfor %}{% endfor %}',
      options: { budgets: { maxLoops: 50, maxOutputBytes: 1000, maxDepth: 4, maxMs: 1000 } },
    })
    expect(place(problem)).toBe('letter/body/null 3:2')
    expect(problem.message).toBe('More than 50 loop turns in one letter')
  })
})
