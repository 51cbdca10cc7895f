import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { compile, letterData } from './support/letter.ts'
import { brokenRules, canonical, decodeQuotedPrintable } from './support/quoted-printable.ts'

const render = async (source: Parameters<typeof compile>[0], subscriber = {}) => {
  const letter = await compile(source)
  expect(letter.problems).toEqual([])
  expect(letter.interpreted).toEqual([])
  return letter.render(letterData(subscriber))
}

describe('parts', () => {
  test('subject and preheader are one line of plain text; body and text see them', async () => {
    const letter = await render({
      subject: ' {{ items[0].title }}\r\n\tfor {{ subscriber.name }} ',
      preheader: '{{ campaign.data.tagline }}\n\n',
      body: '<body><title>{{ subject }}</title>{{ preheader }}</body>',
      text: '{{ subject }} / {{ preheader }} / {{ language }}',
    })
    expect(letter).toEqual({
      subject: 'First & foremost for Ada',
      preheader: 'Every morning',
      html: '<body><title>First &amp; foremost for Ada</title>Every morning</body>',
      text: 'First & foremost for Ada / Every morning / en',
      language: 'en',
    })
  })

  test('control characters in a value do not reach the subject', async () => {
    const letter = await render({ subject: 'Hi {{ subscriber.name }}' }, { name: 'A\r\nBcc: x@y.z\0\u2028B' })
    expect(letter.subject).toBe('Hi A Bcc: x@y.z B')
  })

  test("the campaign's subject is instead of the template's, in all languages", async () => {
    const letter = await compile({
      variants: { de: { subject: 'Hallo', preheader: '', body: 'de', text: '' } },
      options: { subject: 'Only {{ subscriber.name }}' },
    })
    expect(letter.render(letterData()).subject).toBe('Only Ada')
    expect(letter.render(letterData({ language: 'de' })).subject).toBe('Only Ada')
  })

  test('both parts are quoted-printable where that is asked for', async () => {
    const source = {
      body: '<p class="a">{{ items[0].author }} = é</p>\n.\n',
      text: 'Zoë = {{ items[0].author }}\n.',
    }
    const plain = await render(source)
    const quoted = await render({ ...source, options: { encoding: 'quoted-printable' } })
    for (const part of ['html', 'text'] as const) {
      expect(decodeQuotedPrintable(quoted[part])).toBe(canonical(plain[part]))
      expect(brokenRules(quoted[part])).toEqual([])
    }
    expect(quoted.subject).toBe(plain.subject)
  })

  test('one that is interpreted says so, renders the same and is encoded, too', async () => {
    const letter = await compile({
      body: "{% assign card = 'card' %}{% render card, item: items[0] %} é=",
      partials: { card: { format: 'html', body: '[{{ item.title }}{{ now | date: "%Y" }}]' } },
      options: { encoding: 'quoted-printable' },
    })
    expect(letter.interpreted).toEqual([{ part: 'body', why: 'a partial whose name is computed' }])
    expect(letter.render(letterData()).html).toBe('[First &amp; foremost2026] =C3=A9=3D')
  })
})

describe('languages', () => {
  const variant = (body: string) => ({ subject: body, preheader: '', body, text: '' })
  test("the subscriber's full tag, then its language, then the template itself", async () => {
    const letter = await compile({
      body: 'template',
      variants: { pt: variant('pt'), 'pt-BR': variant('pt-BR'), 'zh-Hant': variant('zh-Hant') },
      options: { language: 'fr' },
    })
    const made = (language: string | null) => {
      const { html, language: used } = letter.render(letterData({ language }))
      return [html, used]
    }
    expect(made('pt-BR')).toEqual(['pt-BR', 'pt-BR'])
    expect(made('pt-br')).toEqual(['pt-BR', 'pt-BR'])
    expect(made('pt-PT')).toEqual(['pt', 'pt'])
    expect(made('zh')).toEqual(['template', 'fr'])
    expect(made('zh-Hant')).toEqual(['zh-Hant', 'zh-Hant'])
    expect(made('de')).toEqual(['template', 'fr'])
    expect(made(null)).toEqual(['template', 'fr'])
  })
})

describe('preheader', () => {
  const source = { preheader: 'Read {{ items.size }} <now>', text: '' }
  test('is put behind <body> where the letter never mentions it', async () => {
    const { html } = await render({
      ...source,
      body: '<html><body class="{% if items.size > 1 %}many{% endif %}"><p>x</p></body></html>',
    })
    expect(html).toMatch(
      /^<html><body class="many"><div style="display:none;[^"]*">Read 2 &lt;now&gt;(&#847;&zwnj;&nbsp;)+<\/div><p>x<\/p><\/body><\/html>$/,
    )
  })

  test('is put into the layout, where the layout has the <body>', async () => {
    const { html } = await render({
      ...source,
      body: "{% layout 'frame' %}{% block main %}x{% endblock %}",
      partials: { frame: { format: 'html', body: '<body>{% block main %}{% endblock %}</body>' } },
    })
    expect(html).toMatch(/^<body><div style="display:none;.*Read 2 .*<\/div>x<\/body>$/)
  })

  test('is left to the letter that mentions it, and out of one that has none', async () => {
    expect((await render({ ...source, body: '<body>{{ preheader }}</body>' })).html).toBe(
      '<body>Read 2 &lt;now&gt;</body>',
    )
    expect((await render({ body: '<body>x</body>' })).html).toBe('<body>x</body>')
    expect(
      (
        await render({
          preheader: '{{ nothing }}'.replace('nothing', 'items[0].nothing'),
          body: '<body>x</body>',
        })
      ).html,
    ).toBe('<body>x</body>')
  })
})

describe('text made from the HTML', () => {
  const text = async (body: string, partials = {}): Promise<string> =>
    (await render({ body, text: null, partials })).text

  test('has paragraphs, links as title [url], no markup and nothing hidden', async () => {
    expect(
      await text(`<html><head><title>T</title><style>p { color: red }</style>{% assign who = subscriber.name %}</head>
<body><div style="display:none">hidden</div><!-- a comment -->
<h1>Hello {{ who }}</h1>
<p>Read <a href="{{ items[0].url }}">{{ items[0].title }}</a>
 today.</p><p><a href="{{ items[0].url }}"><img src="x.png" alt="x"></a></p>
<ul><li>one</li><li>two &amp; three</li></ul>
</body></html>`),
    ).toBe(
      'Hello Ada\n\nRead First & foremost [https://example.org/1?a=b&c=d] today.\n\n * one\n * two & three\n',
    )
  })

  test('keeps loops and conditions, without holes where they were', async () => {
    expect(
      await text(`<p>Today:</p>
{% for item in items %}
<h2>{{ item.title }}</h2>
{% if item.author %}<p>by {{ item.author }}</p>{% endif %}
{% endfor %}
{%- if items.size > 9 %}<p>Many.</p>{% else %}<p>Few{% if items.size == 2 %}, two{% endif %}.</p>{% endif %}
<p>End</p>`),
    ).toBe('Today:\n\nFirst & foremost\n\nby Zoë\n\nSecond\n\nFew, two.\n\nEnd\n')
  })

  test('goes through layouts, blocks and partials', async () => {
    expect(
      await text(
        "{% layout 'frame' %}{% block main %}<p>Dear {{ subscriber.name }},</p>{% for item in items %}{% render 'card', item: item %}{% endfor %}{% endblock %}",
        {
          frame: {
            format: 'html',
            body: '<body><h1>{{ list.title }}</h1><table><tr><td>{% block main %}{% endblock %}</td></tr></table><p>Bye</p></body>',
          },
          card: { format: 'html', body: '<table><tr><td><b>{{ item.title }}</b></td></tr></table>' },
        },
      ),
    ).toBe('Daily News\n\nDear Ada,\n\nFirst & foremost\n\nSecond\n\nBye\n')
  })

  test('takes the tags out of HTML that a value holds, and leaves other values alone', async () => {
    const letter = await compile({
      body: '<p>{{ campaign.data.html | raw }}</p><p>{{ campaign.data.plain }}</p>',
      text: null,
    })
    const data = { html: '<p>One<br>two &amp; <b>three</b></p><script>x</script>', plain: '1 < 2 <b>' }
    expect(letter.render({ ...letterData(), campaign: { name: '', title: '', data } }).text).toBe(
      'One\ntwo & three\n\n1 < 2 <b>\n',
    )
  })

  test('is quoted-printable with the rest', async () => {
    const body =
      '<p>Grüße, {{ subscriber.name }}</p>{% for item in items %}<p><a href="{{ item.url }}">{{ item.title }}</a></p>{% endfor %}<p>.</p>'
    const plain = await render({ body, text: null })
    const quoted = await render({ body, text: null, options: { encoding: 'quoted-printable' } })
    expect(decodeQuotedPrintable(quoted.text)).toBe(canonical(plain.text))
    expect(brokenRules(quoted.text)).toEqual([])
  })
})

describe('Markdown', () => {
  test('becomes a page of its own', async () => {
    const { html, text } = await render({
      format: 'markdown',
      body: `# Hello {{ subscriber.name }}

Some *good* news:

{% for item in items %}
- [{{ item.title }}]({{ item.url }}) by **{{ item.author | default: "us" }}**
{% endfor %}

{% if items.size > 1 %}
Two {{ items.size | plus: 1 | minus: 1 }} or more.
{% endif %}
`,
      text: null,
    })
    expect(html).toMatch(/^<!doctype html>[\s\S]*<title>Hello<\/title>[\s\S]*<\/html>\n$/)
    const inner = html.replaceAll(/\n+/g, '\n')
    expect(inner).toContain('<h1>Hello Ada</h1>')
    expect(inner).toContain(
      '<ul>\n<li><a href="https://example.org/1?a=b&amp;c=d">First &amp; foremost</a> by <strong>Zoë</strong></li>\n<li><a href="https://example.org/2">Second</a> by <strong>us</strong></li>\n</ul>',
    )
    expect(inner).toContain('<p>Two 2 or more.</p>')
    expect(inner).not.toContain('<p></p>')
    expect(text).toBe(
      'Hello Ada\n\nSome good news:\n\n * First & foremost [https://example.org/1?a=b&c=d] by Zoë\n * Second [https://example.org/2] by us\n\nTwo 2 or more.\n',
    )
  })

  test('takes an HTML layout, and partials of any format', async () => {
    const partials = {
      frame: { format: 'html', body: '<body><div>{% block main %}{% endblock %}</div></body>' },
      note: { format: 'markdown', body: '> {{ words }}' },
      card: { format: 'html', body: '<b>{{ item.title }}</b>' },
    } as const
    const named = await render({
      format: 'markdown',
      body: "{% layout 'frame' %}\n{% block main %}\n## Hi\n\n{% render 'note', words: 'mind' %}\n\n{% render 'card', item: items[1] %}\n{% endblock %}",
      partials,
    })
    expect(named.html.replaceAll(/\s+/g, ' ')).toBe(
      '<body><div> <h2>Hi</h2> <blockquote> <p>mind</p> </blockquote> <b>Second</b> </div></body>',
    )
    const anonymous = await render({
      format: 'markdown',
      body: "{% layout 'frame' %}\nHi *{{ subscriber.name }}*",
      partials: { frame: { format: 'html', body: '<body>{% block %}{% endblock %}</body>' } },
    })
    expect(anonymous.html.replaceAll(/\s+/g, ' ')).toBe('<body> <p>Hi <em>Ada</em></p> </body>')
  })
})

describe('MJML', () => {
  const section = (inner: string): string => `<mj-section><mj-column>${inner}</mj-column></mj-section>`

  test('keeps Liquid between elements, in attributes and in text', async () => {
    const { html, text } = await render({
      format: 'mjml',
      body: `{% assign color = '#123456' %}
<mjml><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>
{% for item in items %}
${section(`<mj-text color="{{ color }}">{% if item.author %}{{ item.author }}: {% endif %}{{ item.title }}</mj-text>
{% if item.imageUrl %}<mj-image src="{{ item.imageUrl }}" href="{{ item.url }}" alt="1 > 0" />{% endif %}
<mj-button href="{{ item.url }}">Read "{{ item.title }}"</mj-button>`)}
{% endfor %}
</mj-body></mjml>`,
      text: null,
    })
    expect(html).toContain('<title>Hello</title>')
    expect(html.match(/color:#123456/g)).toHaveLength(2)
    expect(html).toContain('>Zoë: First &amp; foremost</div>')
    expect(html).toContain('>Second</div>')
    expect(html.match(/<img\s/g)).toHaveLength(1)
    expect(html).toContain('href="https://example.org/1?a=b&amp;c=d"')
    expect(html).not.toMatch(/<\/?mj-|lqd|\{[{%]/)
    expect(text).toContain('Zoë: First & foremost\n\nRead "First & foremost" [https://example.org/1?a=b&c=d]')
  })

  test('takes MJML layouts and partials, which are set together with it', async () => {
    const { html } = await render({
      format: 'mjml',
      body: `{% layout 'frame', title: 'A title' %}{% assign first = items[0] %}{% block main %}{% for item in items %}{% render 'story', item: item %}{% endfor %}{% endblock %}`,
      partials: {
        frame: {
          format: 'mjml',
          body: `<mjml><mj-head><mj-attributes><mj-text color="#abcdef" /></mj-attributes></mj-head><mj-body>${section('<mj-text>{{ title }}, {{ first.id }}</mj-text>')}{% block main %}${section('<mj-text>nothing</mj-text>')}{% endblock %}{% block end %}${section('<mj-text>The end</mj-text>')}{% endblock %}</mj-body></mjml>`,
        },
        story: {
          format: 'mjml',
          body: section("<mj-text>{{ item.title }} {% render 'by', item: item %}</mj-text>"),
        },
        by: { format: 'html', body: '<i>{{ item.author | default: "-" }}</i>' },
      },
    })
    expect(html).toContain('>A title, 1</div>')
    expect(html).toContain('>First &amp; foremost <i>Zoë</i></div>')
    expect(html).toContain('>Second <i>-</i></div>')
    expect(html).toContain('>The end</div>')
    expect(html).not.toContain('nothing')
    // The head's colour holds inside the partial.
    expect(html.match(/color:#abcdef/g)).toHaveLength(4)
  })

  test('stands in a layout that is HTML', async () => {
    const { html } = await render({
      format: 'mjml',
      body: `{% layout 'frame' %}{% block main %}${section('<mj-text>Hi {{ subscriber.name }}</mj-text>')}{% endblock %}`,
      partials: {
        frame: { format: 'html', body: '<body><main>{% block main %}{% endblock %}</main></body>' },
      },
    })
    expect(html).toMatch(/^<body><main>[\s\S]*>Hi Ada<\/div>[\s\S]*<\/main><\/body>$/)
    expect(html).not.toContain('<!doctype')
  })

  test('an element that MJML does not know is a problem', async () => {
    const letter = await compile({
      format: 'mjml',
      body: '<mjml><mj-body>\n<mj-sektion></mj-sektion></mj-body></mjml>',
    })
    expect(letter.problems).toMatchObject([{ part: 'body', line: 2, column: 1 }])
    expect(letter.problems[0]!.message).toContain('mj-sektion')
  })
})

test("the compiler's own folders name no machine", async () => {
  // Dates and chance come from the letter: nothing here reads the clock or the dice but the stop-watch.
  for (const file of [
    'run.ts',
    'locale.ts',
    'date-format.ts',
    'filters/date-filters.ts',
    'filters/own-filters.ts',
    'values.ts',
  ]) {
    const source = await readFile(new URL(`../../../engine/template/${file}`, import.meta.url), 'utf8')
    expect(source).not.toMatch(/Date\.now|Math\.random|process\.env/)
  }
})
