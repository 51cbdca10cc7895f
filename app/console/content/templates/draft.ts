import type { Answer, Given } from '../../api/client.ts'

export type Template = Answer<'GET /templates/{idOrName}'>
export type TemplateInput = Given<'POST /templates'>['body']
export type Kind = Template['kind']
export type FormatName = Template['format']
export interface Source {
  readonly subject: string
  readonly preheader: string
  readonly body: string
  /** Null: made from the HTML. */
  readonly text: string | null
}
export interface Draft extends Source {
  readonly name: string
  readonly kind: Kind
  readonly format: FormatName
  readonly variants: { readonly [language: string]: Source }
}

export const draftOf = ({
  name,
  kind,
  format,
  subject,
  preheader,
  body,
  text,
  variants,
}: Pick<Template, keyof Draft>): Draft => ({
  name,
  kind,
  format,
  subject,
  preheader,
  body,
  text,
  variants,
})

/** The parts of a language; null is the template itself. */
export const sourceOf = (draft: Draft, language: string | null): Source =>
  (language === null ? undefined : draft.variants[language]) ?? draft

export function withSource(draft: Draft, language: string | null, change: Partial<Source>): Draft {
  if (language === null) return { ...draft, ...change }
  const { subject, preheader, body, text } = sourceOf(draft, language)
  return {
    ...draft,
    variants: { ...draft.variants, [language]: { subject, preheader, body, text, ...change } },
  }
}

export function withoutLanguage(draft: Draft, language: string): Draft {
  const { [language]: _, ...variants } = draft.variants
  return { ...draft, variants }
}

const letter = `<h1>Good morning{% if subscriber.name %}, {{ subscriber.name }}{% endif %}</h1>

{% for item in items %}
<h2><a href="{{ item.url }}">{{ item.title }}</a></h2>
<p>{{ item.summary }}</p>
<p><small>{{ item.reason }}</small></p>
{% endfor %}

<p><a href="{{ links.preferences }}">Preferences</a> · <a href="{{ links.unsubscribe }}">Unsubscribe</a></p>
`
const markdown = `# Good morning{% if subscriber.name %}, {{ subscriber.name }}{% endif %}

{% for item in items %}
## [{{ item.title }}]({{ item.url }})

{{ item.summary }}
{% endfor %}

[Preferences]({{ links.preferences }}) · [Unsubscribe]({{ links.unsubscribe }})
`
const mjml = `<mjml>
  <mj-body width="600px">
    <mj-section>
      <mj-column>
        <mj-text font-size="24px">Good morning{% if subscriber.name %}, {{ subscriber.name }}{% endif %}</mj-text>
        {% for item in items %}
        <mj-text><a href="{{ item.url }}">{{ item.title }}</a><br />{{ item.summary }}</mj-text>
        {% endfor %}
        <mj-text font-size="12px"><a href="{{ links.preferences }}">Preferences</a> · <a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
`
const layout = `<!doctype html>
<html lang="{{ language }}">
  <body style="font-family: Georgia, serif; max-width: 600px; margin: 0 auto; padding: 16px">
    {% block content %}{% endblock %}
    <p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>
  </body>
</html>
`
const partial = `<p><a href="{{ item.url }}">{{ item.title }}</a></p>
`

/** Something that compiles, to begin with: sources of letters, not words of the console. */
export function starterOf(kind: Kind, format: FormatName): string {
  if (kind === 'layout') return layout
  if (kind === 'partial') return partial
  return { html: letter, markdown, mjml }[format]
}
