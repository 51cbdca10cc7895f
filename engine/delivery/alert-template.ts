import type { LetterSource, TemplateBundle } from '../model/template.ts'

/** The name by which a template of the store replaces this. */
export const alertTemplateName = 'alert'

interface Words {
  readonly severities: string
  readonly since: string
  readonly until: string
  readonly acknowledged: string
  readonly acknowledge: string
  readonly more: string
  readonly manage: string
}

/** The built-in mail of alerts, in English and, as a variant, in German. `campaign.data` has `title`, `summary`, `colour`,
 *  `open`, `more` (alerts that found no room) and `alerts`: each with `title`, `text`, `state`, `severity`, `open`, `since`,
 *  `until`, `by` (who acknowledged it), `labels` (`name`, `value`) and `links` (`title`, `url`). `links` has `acknowledge` (empty
 *  where there is nothing to acknowledge) and `manage`. */
export const alertTemplate: TemplateBundle['template'] = {
  name: alertTemplateName,
  format: 'html',
  ...source({
    severities: '{{ alert.severity }}',
    since: 'since',
    until: 'until',
    acknowledged: 'acknowledged by',
    acknowledge: 'Acknowledge',
    more: 'more',
    manage: 'What you receive, and how to stop it',
  }),
  variants: {
    de: source({
      severities:
        '{% case alert.severity %}{% when "critical" %}kritisch{% when "error" %}Fehler{% when "warning" %}Warnung{% else %}Hinweis{% endcase %}',
      since: 'seit',
      until: 'bis',
      acknowledged: 'übernommen von',
      acknowledge: 'Übernehmen',
      more: 'weitere',
      manage: 'Was Sie erhalten, und wie Sie es abbestellen',
    }),
  },
}

function source(words: Words): LetterSource {
  const meta = `${words.severities} · {% if alert.open %}${words.since} {{ alert.since }}{% else %}${words.until} {{ alert.until }}{% endif %}{% if alert.by != "" %} · ${words.acknowledged} {{ alert.by | escape }}{% endif %}`
  const small = 'font-size:13px;line-height:1.45;color:#5c5c66'
  const body =
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n' +
    '<body style="margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,\'Segoe UI\',sans-serif;color:#1d1d1f;background:#f4f4f6">\n' +
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">\n' +
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;background:#fff;border-radius:8px;border-top:6px solid {{ campaign.data.colour }}"><tr><td style="padding:24px">\n' +
    '<h1 style="margin:0 0 8px;font-size:21px;line-height:1.3">{{ campaign.data.title | escape }}</h1>\n' +
    '{% for alert in campaign.data.alerts %}<div style="margin:16px 0 0">\n' +
    '{% if campaign.data.several %}<p style="margin:0;font-weight:600">{{ alert.title | escape }}</p>\n{% endif %}' +
    `<p style="margin:0 0 8px;${small}">${meta}</p>\n` +
    '{% if alert.text != "" %}<p style="margin:0 0 8px;white-space:pre-line">{{ alert.text | escape }}</p>\n{% endif %}' +
    `{% if alert.labels.size > 0 %}<p style="margin:0 0 8px;${small};font-family:ui-monospace,Menlo,Consolas,monospace">{% for label in alert.labels %}{{ label.name | escape }}={{ label.value | escape }}{% unless forloop.last %} &nbsp; {% endunless %}{% endfor %}</p>\n{% endif %}` +
    '{% if alert.links.size > 0 %}<p style="margin:0 0 8px">{% for link in alert.links %}<a href="{{ link.url | escape }}" style="color:#1d4ed8">{{ link.title | escape }}</a>{% unless forloop.last %} &nbsp;·&nbsp; {% endunless %}{% endfor %}</p>\n{% endif %}' +
    '</div>{% endfor %}\n' +
    `{% if campaign.data.more > 0 %}<p style="margin:16px 0 0;${small}">{{ campaign.data.more }} ${words.more}</p>\n{% endif %}` +
    `{% if links.acknowledge != "" %}<p style="margin:24px 0 0"><a href="{{ links.acknowledge }}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1d1d1f;color:#fff;text-decoration:none;font-weight:600">${words.acknowledge}</a></p>\n{% endif %}` +
    '</td></tr></table>\n' +
    `<p style="margin:16px 0 0;${small}"><a href="{{ links.manage }}" style="color:#5c5c66">${words.manage}</a></p>\n` +
    '</td></tr></table></body></html>\n'
  const text =
    '{{ campaign.data.title }}\n' +
    '{% for alert in campaign.data.alerts %}\n' +
    '{% if campaign.data.several %}{{ alert.title }}\n{% endif %}' +
    `${meta.replaceAll(' | escape', '')}\n` +
    '{% if alert.text != "" %}\n{{ alert.text }}\n{% endif %}' +
    '{% if alert.labels.size > 0 %}\n{% for label in alert.labels %}{{ label.name }}={{ label.value }}{% unless forloop.last %} {% endunless %}{% endfor %}\n{% endif %}' +
    '{% for link in alert.links %}{{ link.title }}: {{ link.url }}\n{% endfor %}' +
    '{% endfor %}' +
    `{% if campaign.data.more > 0 %}\n{{ campaign.data.more }} ${words.more}\n{% endif %}` +
    `{% if links.acknowledge != "" %}\n${words.acknowledge}: {{ links.acknowledge }}\n{% endif %}` +
    `\n-- \n${words.manage}: {{ links.manage }}\n`
  return { subject: '{{ campaign.data.summary }}', preheader: '', body, text }
}
