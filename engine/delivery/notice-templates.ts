import type { NoticeKind } from '../model/notice.ts'
import type { LetterSource, TemplateBundle } from '../model/template.ts'

/** Names by which templates of the store replace these. */
export const noticeTemplateNames: { readonly [kind in NoticeKind]: string } = {
  confirm: 'confirm',
  manage: 'manage-link',
}

/** What the built-in mails say, in English and, as a variant, in German. `campaign.data` has `lists` (titles), `days` (the
 *  link is good for) and `reminder`; `links` has `confirm` and `manage`. */
export const noticeTemplates: { readonly [kind in NoticeKind]: TemplateBundle['template'] } = {
  confirm: template('confirm', {
    en: {
      subject:
        "{% if campaign.data.reminder %}Reminder: please{% else %}Please{% endif %} confirm your subscription to {{ campaign.data.lists | join: ', ' }}",
      hello: 'Hello{% if subscriber.name %} {{ subscriber.name }}{% endif %},',
      words: [
        'somebody, hopefully you, asked for letters of <strong>{{ campaign.data.lists | join: ", " | escape }}</strong> to this address.',
        'Nothing is sent before you confirm it on this page:',
      ],
      link: '{{ links.confirm }}',
      label: 'Confirm the subscription',
      after: [
        'The link is good for {{ campaign.data.days }} days.',
        'It was not you? Then do nothing: without a confirmation there are no letters, and what was entered is removed.',
      ],
    },
    de: {
      subject:
        "{% if campaign.data.reminder %}Erinnerung: bitte{% else %}Bitte{% endif %} bestätigen: {{ campaign.data.lists | join: ', ' }}",
      hello: 'Guten Tag{% if subscriber.name %} {{ subscriber.name }}{% endif %},',
      words: [
        'jemand, hoffentlich Sie selbst, hat für diese Adresse <strong>{{ campaign.data.lists | join: ", " | escape }}</strong> bestellt.',
        'Verschickt wird erst etwas, wenn Sie das auf dieser Seite bestätigen:',
      ],
      link: '{{ links.confirm }}',
      label: 'Bestellung bestätigen',
      after: [
        'Der Link gilt {{ campaign.data.days }} Tage.',
        'Das waren nicht Sie? Dann tun Sie einfach nichts: Ohne Bestätigung kommen keine Briefe, und die Angaben werden gelöscht.',
      ],
    },
  }),
  manage: template('manage-link', {
    en: {
      subject: 'Your subscription',
      hello: 'Hello{% if subscriber.name %} {{ subscriber.name }}{% endif %},',
      words: ['this is the link to your own page, where you see and change what you receive:'],
      link: '{{ links.manage }}',
      label: 'Open my page',
      after: ['It was not you who asked for it? Then do nothing; nobody else has this link.'],
    },
    de: {
      subject: 'Ihr Abonnement',
      hello: 'Guten Tag{% if subscriber.name %} {{ subscriber.name }}{% endif %},',
      words: ['dies ist der Link zu Ihrer eigenen Seite, auf der Sie sehen und ändern, was Sie erhalten:'],
      link: '{{ links.manage }}',
      label: 'Meine Seite öffnen',
      after: ['Sie haben ihn nicht angefordert? Dann tun Sie einfach nichts; niemand sonst hat diesen Link.'],
    },
  }),
}

interface Words {
  readonly subject: string
  readonly hello: string
  readonly words: readonly string[]
  readonly link: string
  readonly label: string
  readonly after: readonly string[]
}

function template(
  name: string,
  { en, de }: { readonly en: Words; readonly de: Words },
): TemplateBundle['template'] {
  return { name, format: 'html', ...sourceOf(en), variants: { de: sourceOf(de) } }
}

function sourceOf({ subject, hello, words, link, label, after }: Words): LetterSource {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${text}</p>\n`
  const body =
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n' +
    '<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1d1d1f;background:#fff">\n' +
    '<div style="max-width:34em;margin:0 auto">\n' +
    `<p style="margin:0 0 16px">${hello.replace('{{ subscriber.name }}', '{{ subscriber.name | escape }}')}</p>\n` +
    words.map(paragraph).join('') +
    `<p style="margin:24px 0"><a href="${link}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#fff;text-decoration:none">${label}</a></p>\n` +
    `<p style="margin:0 0 16px;font-size:13px;word-break:break-all">${link}</p>\n` +
    after.map(paragraph).join('') +
    '</div></body></html>\n'
  const plain = (text: string) => text.replaceAll(/<\/?strong>/g, '').replaceAll(' | escape', '')
  const text = [hello, ...words.map(plain), link, ...after].join('\n\n')
  return { subject, preheader: '', body, text: `${text}\n` }
}
