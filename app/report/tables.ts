import type { ReadTally, Tally } from '../../engine/analytics/queries/tally.ts'
import type { BreakdownRow, Funnel, LinkClicks } from '../../engine/analytics/queries/views.ts'
import { readClasses } from '../../engine/model/event.ts'
import { bounceClasses } from '../../engine/model/rollup.ts'
import { count } from '../cli/terminal/format.ts'
import { type Html, html, type Piece } from '../http/public/page/html.ts'
import type { TimelineView } from './collect.ts'
import { bounds, dayOfWall, dimensionTitles, percent, timeOfWall, valueTitle } from './words.ts'

const table = (caption: string, heads: readonly string[], rows: readonly Piece[]): Html =>
  html`<div class="scroll"><table><caption>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
const row = (name: Piece, ...cells: readonly Piece[]): Html =>
  html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`
const share = ({ share }: Pick<Tally, 'share'>): Piece =>
  share === null ? '–' : html`${percent(share.value)} <span class="range">${bounds(share)}</span>`

export function funnelTable(run: Funnel): Html {
  const { deliveries, opened, clicked } = run
  const read = (name: string, tally: ReadTally) => [
    row(`${name} by people`, count(tally.people.recipients), share(tally.people), count(tally.people.events)),
    row(`${name}, machines included`, count(tally.all.recipients), share(tally.all), count(tally.all.events)),
  ]
  const books = (['failed', 'unknown', 'skipped', 'suppressed', 'retry', 'queued'] as const).filter(
    (state) => deliveries[state] > 0,
  )
  return table(
    'In figures',
    ['', 'Recipients', 'Of the letters', 'Times'],
    [
      row('Audience', count(deliveries.audience), '', ''),
      row('Sent', count(deliveries.sent), '', ''),
      ...books.map((state) => row(stateTitles[state], count(deliveries[state]), '', '')),
      ...read('Opened', opened),
      ...read('Clicked', clicked),
      row(
        'Clicked, of people who opened',
        '',
        run.clickedOfOpened === null ? '–' : share({ share: run.clickedOfOpened }),
        '',
      ),
    ],
  )
}
const stateTitles = {
  failed: 'Failed',
  unknown: 'Unknown: may have arrived',
  skipped: 'Skipped',
  suppressed: 'Suppressed: left, bounced or complained before',
  retry: 'Will be tried again',
  queued: 'Still to be sent',
}

export function timelineTable(rows: readonly TimelineView[]): Html | null {
  const busy = rows.filter(({ sent, opened, clicked }) => sent + opened.all + clicked.all > 0)
  if (busy.length === 0) return null
  return html`<details><summary>Hours in figures</summary>${table(
    'Events by hour; hours with none are left out.',
    ['Hour', 'Sent', 'Opens, people', 'Opens, all', 'Clicks, people', 'Clicks, all', 'Unsubscribed'],
    busy.map(({ local, sent, opened, clicked, unsubscribed }) =>
      row(
        `${dayOfWall(local)}, ${timeOfWall(local)}`,
        ...[sent, opened.people, opened.all, clicked.people, clicked.all, unsubscribed].map(count),
      ),
    ),
  )}</details>`
}

const classTitles = {
  human: 'Human',
  proxy: 'Proxy, e.g. Gmail’s: somebody looks',
  prefetch: 'Prefetch, e.g. Apple Mail’s: nobody need look',
  scanner: 'Scanner: a machine looks for harm',
  unknown: 'Unknown',
} as const

export function classTable({ opened, clicked }: Funnel): Html {
  return table(
    'Recipients may be in several classes, so that they do not add up; times do.',
    ['Class', 'Opened', 'Times', 'Clicked', 'Times'],
    readClasses.map((read) =>
      row(
        classTitles[read],
        ...[opened, clicked].flatMap(({ classes }) => [
          count(classes[read].recipients),
          count(classes[read].events),
        ]),
      ),
    ),
  )
}

/** More are in `--csv`. */
const shownLinks = 40

export function linkTable(links: readonly LinkClicks[]): Html {
  const most = Math.max(1, ...links.map(({ clicked }) => clicked.all.recipients))
  const bar = ({ people, all }: ReadTally) =>
    html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="machines" width="${Math.round((1000 * all.recipients) / most) / 10}" height="10"/><rect class="people" width="${Math.round((1000 * people.recipients) / most) / 10}" height="10"/></svg>`
  const shown = links.slice(0, shownLinks)
  return html`<div class="scroll"><table><caption>Recipients who clicked; the most clicked by people first.</caption>
<thead><tr><th scope="col" class="url">Link</th><th scope="col">People</th><th scope="col">Of the letters</th><th scope="col">With machines</th><td></td></tr></thead>
<tbody>${shown.map(
    ({ url, item, clicked }) =>
      html`<tr><th scope="row" class="url">${item === null ? shortUrl(url) : html`${item.title}<small>${shortUrl(url)}</small>`}</th><td>${count(clicked.people.recipients)}</td><td>${percent(clicked.people.share?.value)}</td><td>${count(clicked.all.recipients)}</td><td class="bar">${bar(clicked)}</td></tr>
`,
  )}</tbody></table></div>${links.length > shownLinks && html`<p class="soft">And ${count(links.length - shownLinks)} more.</p>`}`
}

const shortUrl = (url: string): string => {
  const bare = url.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '')
  return bare.length <= 90 ? bare : `${bare.slice(0, 60)}…${bare.slice(-28)}`
}

export function breakdownTable(dimension: keyof typeof dimensionTitles, rows: readonly BreakdownRow[]): Html {
  if (dimension === 'topic')
    return table(
      'Clicks on items of the topic; an item may have several.',
      [dimensionTitles.topic, 'People', 'Of the letters', 'Clicks, people', 'Clicks, all'],
      rows.map(({ value, clicked }) =>
        row(
          valueTitle(dimension, value),
          count(clicked.people.recipients),
          share(clicked.people),
          count(clicked.people.events),
          count(clicked.all.events),
        ),
      ),
    )
  return table(
    'Shares are of people, by the letters that were sent.',
    [dimensionTitles[dimension], 'Sent', 'Opened', 'Clicked', 'Bounced', 'Complained', 'Left'],
    rows.map(({ value, sent, opened, clicked, bounced, complained, unsubscribed }) =>
      row(
        valueTitle(dimension, value),
        count(sent),
        percent(opened.people.share?.value),
        share(clicked.people),
        count(bounced.recipients),
        count(complained.recipients),
        count(unsubscribed.recipients),
      ),
    ),
  )
}

const bounceTitles = {
  hard: 'The address takes no mail',
  soft: 'For the moment',
  block: 'The server refuses us',
  full: 'The mailbox is full',
  policy: 'The server refuses such letters',
  other: 'Not said why',
}

export function bounceTable({ bounced, complained, unsubscribed }: Funnel): Html {
  return table(
    'Recipients, and how often.',
    ['', 'Recipients', 'Of the letters', 'Times'],
    [
      row('Bounced', count(bounced.recipients), share(bounced), count(bounced.events)),
      ...[...bounceClasses, 'other' as const]
        .filter((bounce) => bounced.classes[bounce] > 0)
        .map((bounce) =>
          row(
            html`<span class="soft">${bounceTitles[bounce]}</span>`,
            '',
            '',
            count(bounced.classes[bounce]),
          ),
        ),
      row('Complained', count(complained.recipients), share(complained), count(complained.events)),
      row('Unsubscribed', count(unsubscribed.recipients), share(unsubscribed), count(unsubscribed.events)),
    ],
  )
}

export function runsTable(runs: readonly Funnel[], dayOf: (run: Funnel) => string): Html {
  return table(
    'Newest first. Shares are of people.',
    ['Run', 'Sent', 'Opened', 'Clicked', 'Bounced', 'Left'],
    runs.map((run) =>
      row(
        dayOf(run),
        count(run.deliveries.sent),
        share(run.opened.people),
        share(run.clicked.people),
        percent(run.bounced.share?.value),
        percent(run.unsubscribed.share?.value),
      ),
    ),
  )
}
