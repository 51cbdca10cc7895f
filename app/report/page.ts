import type { BreakdownRow, Funnel } from '../../engine/analytics/queries/views.ts'
import { count, duration } from '../cli/terminal/format.ts'
import { type Html, html, markupOf, trusted } from '../http/public/page/html.ts'
import { type Charts, chartsOf } from './charts.ts'
import type { CampaignReport } from './collect.ts'
import { pageStyle } from './style.ts'
import {
  bounceTable,
  breakdownTable,
  classTable,
  funnelTable,
  linkTable,
  runsTable,
  timelineTable,
} from './tables.ts'
import { bounds, dayOfRun, dimensionTitles, momentOf, percent } from './words.ts'

/** A report as one file: no script, nothing that is loaded. */
export function reportPage(report: CampaignReport): string {
  const { campaign, run, timeline, experiment } = report
  const charts = chartsOf(report)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${campaign.title}: report</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<main>
<header>
<h1>${campaign.title}</h1>
<p class="when">${headline(report)}</p>
</header>
${tiles(run)}
<section>
<h2>From audience to click</h2>
${figure(charts.funnel, html`${key}. Shares are of the letters that were sent.`)}
${funnelTable(run)}
</section>
<section>
<h2>When</h2>
<p class="soft">The first week, by hours of ${timeline.timeZone}. Each open and click counts, also several of one person.</p>
${charts.opens === null && charts.clicks === null ? none('Nobody has opened or clicked yet.') : null}
${figure(charts.opens, html`Opens. ${key}`)}
${figure(charts.clicks, html`Clicks. ${key}`)}
${timelineTable(timeline.data)}
</section>
<section>
<h2>Who opened and clicked</h2>
<p>Every open and click is kept with what it was taken for. <em>People</em> are humans and image proxies, which fetch when somebody looks.</p>
${classTable(run)}
</section>
<section>
<h2>Links</h2>
${report.links.length === 0 ? none('Its letters have no tracked links.') : linkTable(report.links)}
</section>
${experiment === null ? null : experimentSection(report)}
${(['topic', 'provider', 'domain', 'language'] as const).map((dimension) => broken(report, charts, dimension))}
<section>
<h2>What came back</h2>
${bounceTable(run)}
</section>
${
  report.earlier.length === 0
    ? null
    : html`<section>
<h2>This run and those before</h2>
${figure(charts.runs, html`Shares of people, by run.`)}
${runsTable([run, ...report.earlier], dayOfRun(timeline.timeZone))}
</section>`
}
${notes}
<footer>Made by Broadsheet on ${momentOf(report.madeAt, timeline.timeZone)}. Numbers go on growing while letters are read.</footer>
</main>
</body>
</html>
`
  return markupOf(page)
}

const key = html`<span class="key p"></span>people<span class="key m"></span>and machines`

function headline({ campaign, run, timeline }: CampaignReport): string {
  const begun = `${campaign.name}, sent on ${momentOf(run.startedAt, timeline.timeZone)} (${timeline.timeZone})`
  switch (run.state) {
    case 'finished':
      return run.finishedAt === null
        ? `${begun}.`
        : `${begun}, in ${duration(run.finishedAt - run.startedAt)}.`
    case 'planning':
    case 'running':
      return `${begun}; letters are still going out.`
    case 'paused':
      return `${begun}; paused since.`
    case 'cancelled':
      return `${begun}; cancelled before the end.`
    case 'failed':
      return `${begun}; failed before the end.`
  }
}

function tiles({ deliveries, opened, clicked, unsubscribed, complained }: Funnel): Html {
  const tile = (name: string, big: string, ...lines: readonly string[]) =>
    html`<div><dt>${name}</dt><dd class="big">${big}</dd>${lines.filter((line) => line !== '').map((line) => html`<dd class="note">${line}</dd>`)}</div>`
  const withMachines = ({ all }: Funnel['opened']) =>
    all.share === null ? '' : `${percent(all.share.value)} with machines`
  return html`<dl class="tiles">
${tile('Sent', count(deliveries.sent), `of an audience of ${count(deliveries.audience)}`, deliveries.failed > 0 ? `${count(deliveries.failed)} failed` : '')}
${tile('Opened by people', percent(opened.people.share?.value), bounds(opened.people.share), withMachines(opened))}
${tile('Clicked by people', percent(clicked.people.share?.value), bounds(clicked.people.share), withMachines(clicked))}
${tile('Unsubscribed', percent(unsubscribed.share?.value), `${count(unsubscribed.recipients)} people`, `${count(complained.recipients)} complained`)}
</dl>`
}

const none = (text: string): Html => html`<p class="none">${text}</p>`

const figure = (chart: Html | null, caption: Html): Html | null =>
  chart === null
    ? null
    : html`<figure><figcaption>${caption}</figcaption><div class="scroll"><div class="wide">${chart}</div></div></figure>`

const shownRows = 25

function broken(
  report: CampaignReport,
  charts: Charts,
  dimension: 'topic' | 'provider' | 'domain' | 'language',
): Html | null {
  const rows = report.by[dimension]
  // One value for all says nothing.
  if (rows.length < (dimension === 'topic' ? 1 : 2)) return null
  const caption =
    dimension === 'topic'
      ? 'People who clicked something of the topic, of all letters.'
      : 'People who clicked, of the letters. Lines are intervals of 95 %: where two do not meet, the difference is hardly chance. Dashed: all together.'
  return html`<section>
<h2>${dimensionTitles[dimension]}</h2>
${figure(charts[dimension], html`${caption}`)}
${breakdownTable(dimension, rows.slice(0, shownRows))}
${rows.length > shownRows && html`<p class="soft">And ${count(rows.length - shownRows)}${rows.length >= 1000 ? ' or more' : ''} others, with ${count(sum(rows.slice(shownRows)))} ${dimension === 'topic' ? 'clicks' : 'letters'}.</p>`}
</section>`
}

const sum = (rows: readonly BreakdownRow[]): number =>
  rows.reduce((total, { sent, clicked }) => total + (sent === 0 ? clicked.all.events : sent), 0)

function experimentSection({ by, experiment }: CampaignReport): Html {
  const { difference, lift, significant } = experiment!
  const points = (value: number) =>
    `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(2)}`
  return html`<section>
<h2>What learning brings</h2>
<p class="finding">${significant ? (difference.value > 0 ? 'Letters chosen by what was learned are clicked more.' : 'Letters chosen by what was learned are clicked less.') : 'No difference can be told yet.'} Learned less hold-out: ${points(difference.value)} percentage points (95 %: ${points(difference.low)} to ${points(difference.high)})${lift === null ? '' : `, ${lift > 0 ? '+' : '−'}${Math.abs(lift * 100).toFixed(1)} % of the hold-out’s`}.</p>
${breakdownTable('variant', by.variant)}
</section>`
}

const notes = html`<section class="notes">
<h2>How sure this is</h2>
<dl>
<dt>Opens are estimates.</dt>
<dd>A letter is open when its pixel was fetched. Who reads without pictures is not counted; Apple Mail fetches whether or not anybody looks (class prefetch, not in people). Clicks are surer.</dd>
<dt>Two numbers, always.</dt>
<dd>People: human and proxy. With machines: everything that came, scanners and prefetches included. The truth is between the two.</dd>
<dt>Ranges are intervals of 95 % (Wilson).</dt>
<dd>They say how far a share may be off by chance alone, which matters where there are few letters.</dd>
<dt>Who denied tracking is in the letters, never in opens and clicks.</dt>
<dd>So shares are a little too low.</dd>
</dl>
</section>`
