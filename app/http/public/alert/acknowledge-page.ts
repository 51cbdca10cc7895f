import { type Alert, isOpen } from '../../../../engine/model/alert.ts'
import type { EpochMs } from '../../../../engine/model/ids.ts'
import { inputField, notice } from '../page/fields.ts'
import { type Html, html, type Piece } from '../page/html.ts'
import type { Words } from '../page/words.ts'
import { type Answer, maskAddress } from '../parts.ts'

export interface AcknowledgeView {
  readonly alerts: readonly Alert[]
  readonly now: EpochMs
  /** In the field for the name. */
  readonly name: string
  /** Said above all else. `done`: it was acknowledged just now, and nothing more is asked. */
  readonly note: { readonly text: string; readonly kind: 'done' | 'again' } | null
}

const maxShown = 20
const maxText = 400
export const maxName = 200
export const maxComment = 1000

/** What a link in an alert's message leads to: what it is about, who takes care of it, and the button. */
export function acknowledgePage(view: AcknowledgeView, words: Words): Answer {
  const { alerts, note } = view
  const said = words.alert
  const open = alerts.filter(({ state }) => isOpen(state))
  const [only] = alerts
  const single = alerts.length === 1 && only !== undefined
  const title = single ? only.title : said.titleMany(alerts.length)
  const about = single ? details(only, view, words, maxText) : list(view, words)
  const before = note === null ? null : notice(note.text, note.kind === 'again')
  return {
    words,
    page: {
      title: open.length === 0 && !single ? said.overTitle : title,
      body:
        open.length === 0
          ? html`${before}<p class="lead">${said.nothing}</p>\n${about}`
          : note?.kind === 'done'
            ? html`${before}${about}`
            : html`${before}${form(
                view,
                about,
                open.every(({ state }) => state === 'acknowledged'),
                words,
              )}`,
    },
  }
}

/** Open ones first, as they came. */
function list(view: AcknowledgeView, words: Words): Html {
  const sorted = [...view.alerts].sort((a, b) => Number(isOpen(b.state)) - Number(isOpen(a.state)))
  const rest = sorted.length - maxShown
  return html`<ul class="alerts">
${sorted
  .slice(0, maxShown)
  .map((alert) => html`<li><h2>${alert.title}</h2>\n${details(alert, view, words, maxText / 2)}</li>\n`)}</ul>
${rest > 0 ? html`<p class="soft">${words.alert.more(rest)}</p>\n` : null}`
}

function details(alert: Alert, { now }: AcknowledgeView, words: Words, length: number): Html {
  const said = words.alert
  const { severity, state, text, links, acknowledged } = alert
  const short = text.length <= length
  return html`<p><span class="severity${isOpen(state) ? ` ${severity}` : ''}">${said.severities[severity]}</span>${standing(alert, now, words)}</p>
${isOpen(state) && acknowledged !== null ? html`<p class="taken">${said.taken(shown(acknowledged.by), said.moment(new Date(acknowledged.at)), acknowledged.comment)}</p>\n` : null}${
  text === ''
    ? null
    : short
      ? html`<p class="told">${text}</p>\n`
      : html`<p class="told">${clipped(text, length)}</p>
<details><summary>${said.all}</summary><div><p class="told">${text}</p></div></details>\n`
}${
  links.length === 0
    ? null
    : html`<p class="links">${links.map(({ title, url }) => html`<a href="${url}" rel="noopener noreferrer">${title === '' ? (URL.parse(url)?.hostname ?? url) : title}</a> `)}</p>\n`
}`
}

function standing({ state, startsAt, endedAt }: Alert, now: EpochMs, words: Words): Piece {
  const said = words.alert
  const moment = (at: EpochMs) => said.moment(new Date(at))
  switch (state) {
    case 'firing':
    case 'acknowledged':
      return said.since(said.span(Math.max(0, now - startsAt)), moment(startsAt))
    case 'escalated':
      return `${said.since(said.span(Math.max(0, now - startsAt)), moment(startsAt))} ${said.escalated}`
    case 'resolved':
      return said.over(moment(endedAt ?? now))
    case 'expired':
      return `${said.over(moment(endedAt ?? now))} ${said.expired}`
  }
}

/** Around what it is about, so that the button sticks to the bottom of the screen however much that is. */
function form({ name }: AcknowledgeView, about: Html, taken: boolean, words: Words): Html {
  const said = words.alert
  return html`<form method="post" class="whole">
${about}<section>
<h2>${taken ? said.takeOver : said.question}</h2>
${taken ? null : html`<p>${said.effect}</p>\n`}${inputField({ id: 'name', type: 'text', label: said.name, value: name, autocomplete: 'name', optional: words.optional, maxLength: maxName })}${inputField({ id: 'comment', type: 'text', label: said.comment, value: '', hint: said.commentHint, autocomplete: 'off', optional: words.optional, maxLength: maxComment })}<div class="pot" aria-hidden="true"><label>${words.pot} <input type="text" name="website" value="" tabindex="-1" autocomplete="off"></label></div>
</section>
<div class="bar"><button type="submit">${taken ? said.takeOverButton : said.button}</button></div>
</form>`
}

/** Whoever a message was forwarded to need not learn an address. */
const shown = (by: string): string => (/^[^\s@]+@[^\s@]+$/.test(by) ? maskAddress(by) : by)

const clipped = (text: string, length: number): string =>
  `${text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/(?<!\s)\s+\S*$/, '')} …`
