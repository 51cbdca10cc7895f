import { bytes, count, duration } from '../../../app/cli/terminal/format.ts'
import { type Html, html, markupOf, trusted } from '../../../app/http/public/page/html.ts'
import { quantile } from '../measure/histogram.ts'
import { coresChart, delay, histogramPlot, percentilePlot, timePlot } from './charts.ts'
import type { Check, LoadReport, Run, Verdict } from './schema.ts'
import { colourOf, loadStyle } from './style.ts'
import { verdictOfReport, verdictOfRun } from './terminal.ts'
import { amount, figure, limitText } from './words.ts'

type Mode = LoadReport['modes'][number]
/** One run in each mode in which it ran. */
type Beside = readonly { readonly mode: Mode['mode']; readonly run: Run }[]

/** A report as one file: no script, nothing that is loaded. */
export function reportPage(report: LoadReport): string {
  const names = [...new Set(report.modes.flatMap(({ runs }) => runs.map(({ name }) => name)))]
  const besides = names.map((name) =>
    report.modes.flatMap(({ mode, runs }) => {
      const run = runs.find((one) => one.name === name)
      return run === undefined ? [] : [{ mode, run }]
    }),
  )
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Broadsheet under load</title>
<style>${trusted(loadStyle)}</style>
</head>
<body>
<main>
<header>
<h1>Broadsheet under load</h1>
<p class="when">${report.madeAt.slice(0, 16).replace('T', ' ')} UTC · ${report.machine.cpu}, ${report.machine.cores} cores · version ${report.broadsheet.version}${report.broadsheet.commit === null ? '' : `, ${report.broadsheet.commit}`}</p>
${warnings(report)}
</header>
<section>
<h2 class="headline">The targets ${badge(verdictOfReport(report))}</h2>
<p class="soft">What was first asked of Broadsheet, and what it asks of itself: <em>short</em> is what meets only the first. ${modesInWords(report)}</p>
<div class="scroll">${verdicts(
    besides,
    report.modes.map(({ mode }) => mode),
  )}</div>
</section>
${besides.map((beside) => runSection(beside, report.machine.cores))}
${about(report)}
</main>
</body>
</html>
`
  return markupOf(page)
}

const words = { pass: 'Pass', fail: 'Fail', untold: 'Not told' } as const satisfies Record<Verdict, string>

const badge = (verdict: Verdict): Html => html`<span class="verdict ${verdict}">${words[verdict]}</span>`

const modeTitles = { debug: 'in memory', production: 'Postgres and Redis' } as const

const modesInWords = ({ modes }: LoadReport): string =>
  modes
    .map(
      ({ mode, made }) =>
        `${mode === 'debug' ? 'Debug mode' : 'Production mode'}: ${made.daemons}; store ${made.store}, queue ${made.queue}.`,
    )
    .join(' ')

function warnings({ machine, options, modes }: LoadReport): Html | null {
  const said: string[] = []
  if (options.quick)
    said.push('A quick run with few people, from source: it shows that everything works, not how fast it is.')
  const runs = modes.flatMap((one) => one.runs)
  const crowded = runs.filter((run) => isCrowded(run, machine.cores))
  if (crowded.length > 0)
    said.push(
      `Other programs took ${figure(Math.max(...crowded.map(({ others }) => others ?? 0)))} of the machine’s ${machine.cores} cores during ${crowded.length} of ${runs.length} runs: their figures are no verdict on Broadsheet.`,
    )
  return said.length === 0 ? null : html`${said.map((text) => html`<p class="warning">${text}</p>`)}`
}

function verdicts(besides: readonly Beside[], modes: readonly Mode['mode'][]): Html {
  const columns = 3 + modes.length
  return html`<table class="verdicts">
<thead><tr><th scope="col">Figure</th>${modes.map((mode) => html`<th scope="col" class="n">${mode}</th>`)}<th scope="col" class="n">Original target</th><th scope="col" class="n">Own promise</th></tr></thead>
${besides.map((beside) => {
  const [{ run: first }] = beside as readonly [Beside[number], ...Beside]
  const names = [...new Set(beside.flatMap(({ run }) => run.checks.map(({ name }) => name)))]
  return html`<tbody><tr><th class="run" scope="rowgroup" colspan="${columns}"><a href="#${first.name}">${first.title}</a></th></tr>
${beside.map(({ mode, run }) => run.error !== null && html`<tr><td colspan="${columns}">${badge('fail')} ${mode} did not come to its end: ${run.error}</td></tr>`)}
${names.map((name) => {
  const checks = modes.map((mode) => ({
    mode,
    check: beside.find((one) => one.mode === mode)?.run.checks.find((one) => one.name === name),
  }))
  const { unit, target, promise } = checks.find(({ check }) => check !== undefined)!.check!
  const asked = (what: string, limit: Check['target']) =>
    html`<td class="n${limit === null ? ' empty' : ''}" data-of="${what}">${limit === null ? '' : limitText(limit, unit)}</td>`
  return html`<tr><td class="name">${name}</td>${checks.map(({ mode, check }) => (check === undefined ? html`<td class="n empty"></td>` : html`<td class="n" data-of="${mode}"><span class="measured">${amount(check.value, unit)} ${judgement(check)}</span>${check.note !== null && html`<small>${check.note}</small>`}</td>`))}${asked('original target', target)}${asked('own promise', promise)}</tr>`
})}</tbody>`
})}
</table>`
}

/** Of both at once: what misses only the promise is said to. */
function judgement({ target, promise }: Check): Html {
  if (target?.verdict !== 'fail' && promise?.verdict === 'fail')
    return html`<span class="verdict short">Short</span>`
  return badge(target?.verdict ?? promise?.verdict ?? 'untold')
}

function runSection(beside: Beside, machineCores: number): Html {
  const [{ run: first }] = beside as readonly [Beside[number], ...Beside]
  const main = beside.flatMap(({ mode, run }) =>
    run.latencies
      .filter((one) => one.main && one.histogram.count > 0)
      .map(({ histogram }) => ({ name: mode, histogram })),
  )
  const what = first.latencies.find((one) => one.main)?.name ?? ''
  return html`<section class="run" id="${first.name}">
<h2 class="headline">${first.title} ${beside.map(({ mode, run }) => html`<span class="of">${mode} ${badge(verdictOfRun(run))}</span>`)}</h2>
<p>${first.what}.</p>
${
  main.length > 0 &&
  html`<h3>How long: ${what}</h3>
<div class="side">
${plot('By percentile: to the right ever rarer ones', percentilePlot(main, boundsOf(first, what)))}
${plot('How many took how long, in shares of each mode', histogramPlot(main))}
</div>
${keys(main.map(({ name }) => name))}
${percentiles(beside)}`
}
${beside.map(({ mode, run }) => modeSection(mode, run, machineCores))}
</section>`
}

/** Lines of the limits that there are on this latency. */
function boundsOf({ checks }: Run, latency: string): Parameters<typeof percentilePlot>[1] {
  return checks.flatMap(({ name, unit, of, target, promise }) => {
    if (of !== latency) return []
    const scale = unit === 's' ? 1000 : 1
    const short = /p\d+/.exec(name)?.[0] ?? 'longest'
    const line = (limit: Check['target'], own: boolean) =>
      limit === null ? [] : [{ ms: limit.value * scale, name: `${short} ${limitText(limit, unit)}`, own }]
    return [...line(target, false), ...line(promise, true)]
  })
}

const shares = [0.5, 0.95, 0.99, 0.999] as const

function percentiles(beside: Beside): Html {
  const rows = beside.flatMap(({ mode, run }) => run.latencies.map((one) => ({ mode, ...one })))
  const main = rows.filter((row) => row.main)
  const others = rows.filter((row) => !row.main)
  const table = (some: typeof rows) => html`<div class="scroll"><table>
<thead><tr><th scope="col">Latency</th><th scope="col">Mode</th><th scope="col">Number</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">p99</th><th scope="col">p99.9</th><th scope="col">Longest</th></tr></thead>
<tbody>${some.map(({ mode, name, histogram }) => html`<tr><th scope="row">${name}</th><td>${mode}</td><td>${count(histogram.count)}</td>${shares.map((share) => html`<td>${histogram.count * (1 - share) < 1 ? '–' : delay(quantile(histogram, share) ?? 0)}</td>`)}<td>${delay(histogram.max)}</td></tr>`)}</tbody>
</table></div>`
  return html`${table(main)}${others.length > 0 && html`<details><summary>${others.length} more, by route or place</summary>${table(others)}</details>`}`
}

function modeSection(mode: Mode['mode'], run: Run, machineCores: number): Html {
  const seen = run.memory
    .filter(({ points }) => points.length > 0)
    .map(({ part, points }) => ({ name: part, points }))
  const threads = run.threads.filter(({ cores }) => cores >= 0.005).slice(0, 10)
  const cores = run.cores
    .filter(({ points }) => points.some(([, used]) => used >= 0.02))
    .map(({ part, points }) => ({ name: part, points }))
  return html`<h3><span class="mode" style="background:${colourOf(mode, 0)}"></span>${mode}: ${modeTitles[mode]}</h3>
${isCrowded(run, machineCores) && html`<p class="warning">Other programs took ${figure(run.others ?? 0)} of the machine’s ${machineCores} cores meanwhile: these figures are no verdict on Broadsheet.</p>`}
${run.figures.length > 0 && html`<dl class="facts">${run.figures.map(({ name, value, unit }) => html`<dt>${name}</dt><dd>${amount(value, unit)}</dd>`)}</dl>`}
<div class="side">
${run.throughput
  .filter(({ points }) => points.length > 0)
  .map((one) => plot(`${capital(one.name)} over time, ${one.unit}`, timePlot(one.name, [one])))}
${
  seen.length > 0 &&
  plot(
    'Memory in use (RSS)',
    timePlot('Memory', seen, (value) => bytes(value)),
    keys(
      seen.map(({ name, points }) => [
        name,
        `at most ${bytes(Math.max(...points.map(([, value]) => value)))}`,
      ]),
    ),
  )
}
${cores.length > 0 && plot('Cores in use', timePlot('Cores', cores, figure), keys(cores.map(({ name }) => name)))}
${threads.length > 0 && plot(`Cores in use over the whole run of ${duration(run.seconds * 1000)}`, coresChart(threads))}
</div>
${run.driver !== null && html`<p class="soft">The driver’s own part: requests left ${delay(quantile(run.driver.late, 0.5) ?? 0)} late at the median, ${delay(quantile(run.driver.late, 0.99) ?? 0)} at p99, ${delay(run.driver.late.max)} at most, which is in every latency above; its event loop lagged ${delay(run.driver.lagP99Ms)} at p99; it took ${figure(run.driver.cores)} cores.</p>`}
${Object.keys(run.counts).length > 0 && html`<details><summary>What was counted</summary><dl class="facts">${Object.entries(run.counts).map(([name, value]) => html`<dt>${name}</dt><dd>${count(value)}</dd>`)}</dl></details>`}`
}

// What is left of a machine is then too little for daemons, database, driver and mail servers.
const crowdedShare = 0.15

const isCrowded = ({ others }: Run, machineCores: number): boolean =>
  others !== null && others > crowdedShare * machineCores

const plot = (caption: string, chart: Html, below: Html | null = null): Html =>
  html`<figure><figcaption>${caption}</figcaption>${chart}${below}</figure>`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What the colours stand for. */
const keys = (names: readonly (string | readonly [name: string, note: string])[]): Html =>
  html`<ul class="keys">${names.map((one, i) => {
    const [name, note] = typeof one === 'string' ? [one, ''] : one
    return html`<li><i style="background:${colourOf(name, i)}"></i>${name}${note !== '' && html` · ${note}`}</li>`
  })}</ul>`

function about({ machine, options, modes }: LoadReport): Html {
  return html`<section class="notes">
<h2>How it was measured</h2>
<dl class="facts">
<dt>Machine</dt><dd>${machine.cpu}, ${machine.cores} cores, ${bytes(machine.memoryBytes)}, ${machine.system}, Node ${machine.node}; load before ${machine.loadBefore.toFixed(2)}</dd>
<dt>Sizes</dt><dd>${count(options.subscribers)} subscribers, campaigns to ${count(options.campaign)}; daemons ${options.built ? 'from dist/, as published' : 'from source'}</dd>
${modes.map(({ mode, made }) => html`<dt>${mode}</dt><dd>${Object.entries(made).map(([what, how], i) => `${i === 0 ? '' : '; '}${what}: ${how}`)}</dd>`)}
</dl>
<dl>
<dt>Nobody waits for an answer.</dt>
<dd>Requests and alerts begin at moments that were fixed before the first of them (Poisson, or evenly spaced), and each latency is counted from that moment: a daemon that stands still for a second is seen by all that should have come in it (no coordinated omission).</dd>
<dt>The driver is a process of its own.</dt>
<dd>How late it was itself stands under each run. Daemons, database, mail servers and driver share the machine.</dd>
<dt>Percentiles are known within 2.2 %.</dt>
<dd>They are the upper ends of log-spaced buckets; the longest is exact. A percentile of which fewer than one value is above is not shown.</dd>
<dt>Rates are not limited here.</dt>
<dd>All requests come from one address and with one key, so http.limits is raised; everything else is as it is installed.</dd>
</dl>
</section>`
}
