import { ok, type PreflightLine, warning } from '../line.ts'
import type { RuleId } from '../rules.ts'
import { isWithin } from '../spf/check.ts'
import type { HtmlLink } from './html.ts'
import type { ReadLetter } from './read.ts'

const shorteners = new Set(
  'bit.ly buff.ly cutt.ly goo.gl is.gd lnkd.in ow.ly rb.gy rebrand.ly s.id shorturl.at t.co t.ly tiny.cc tinyurl.com v.gd'.split(
    ' ',
  ),
)
// A preheader is hidden by design; what is longer hides something else.
const maxPreheader = 300

/** Traits that content filters count. None of them makes spam by itself, and good mail may have each for a reason. */
export function judgeLooks(letter: ReadLetter): readonly PreflightLine[] {
  const { subject, html } = letter
  const lines: PreflightLine[] = []
  const look = (id: RuleId, found: string | null, remedy: string, fine: string) =>
    lines.push(found === null ? ok(id, fine) : warning(id, found, remedy))

  const letters = [...subject.matchAll(/\p{L}/gu)].length
  const capitals = [...subject.matchAll(/\p{Lu}/gu)].length
  look(
    'looks.capitals',
    letters >= 10 && capitals / letters > 0.8 ? `"${subject.slice(0, 60)}"` : null,
    'Write it as a sentence.',
    'the subject is written as a sentence',
  )
  const marks = (subject.match(/!/g) ?? []).length
  look(
    'looks.exclamation',
    marks >= 3 ? `${marks} in the subject` : null,
    'One is enough.',
    marks === 0 ? 'none in the subject' : `${marks} in the subject`,
  )
  if (html === null) return lines

  const short = html.links.find(({ href }) => shorteners.has(hostOf(href) ?? ''))
  look(
    'looks.shortener',
    short === undefined ? null : short.href.slice(0, 80),
    'Link to the place itself: behind shorteners there is often something bad.',
    'none',
  )
  const disguised = html.links.find(isDisguised)
  look(
    'looks.disguise',
    disguised === undefined ? null : `"${disguised.text.slice(0, 60)}" leads to ${hostOf(disguised.href)}`,
    'Let the text say where the link leads, or something that is no address.',
    'none',
  )
  look(
    'looks.hidden',
    html.hidden.length > maxPreheader
      ? `${html.hidden.length.toLocaleString('en')} characters: "${html.hidden.slice(0, 40)}..."`
      : null,
    'Hide nothing but a short preheader.',
    html.hidden === '' ? 'none' : `a preheader of ${html.hidden.length} characters`,
  )
  look(
    'looks.data',
    html.dataUrls > 0 ? `${html.dataUrls}: most mailboxes do not show them` : null,
    'Link to images on the web.',
    'none',
  )
  look(
    'looks.form',
    html.forms > 0 ? `${html.forms}: most mailboxes disarm them` : null,
    'Link to a page with the form.',
    'none',
  )
  look(
    'looks.script',
    html.scripts > 0 ? `${html.scripts}: every mailbox takes them out, and filters count them` : null,
    'Take them out.',
    'none',
  )
  return lines
}

function hostOf(href: string): string | null {
  const url = URL.parse(href)
  return url !== null && /^https?:$/.test(url.protocol) ? url.hostname : null
}

/** Its text is an address of another host. */
function isDisguised({ href, text }: HtmlLink): boolean {
  const host = hostOf(href)
  const [, said] =
    /^(?:https?:\/\/)?(?:www\.)?((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?:[/?#:]\S*)?$/i.exec(
      text.slice(0, 300),
    ) ?? []
  if (host === null || said === undefined) return false
  const own = host.replace(/^www\./, '')
  return !isWithin(own, said) && !isWithin(said, own)
}
