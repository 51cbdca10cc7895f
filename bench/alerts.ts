import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createFollowIndex, type Interest } from '../engine/alerts/follow-index.ts'
import { compileMatchers, type Matcher, matchesAll } from '../engine/alerts/matchers/matcher.ts'
import { compilePattern, patternLimits } from '../engine/alerts/matchers/pattern.ts'
import { type Alert, severities } from '../engine/model/alert.ts'
import { median, type Report, round } from './figure.ts'

type Seen = Pick<Alert, 'topic' | 'severity' | 'labels'>

const rounds = 200
const alerts: readonly (readonly [name: string, alert: Seen])[] = [
  ['for ten', { topic: 'topic76', severity: 'critical', labels: { team: 'team124', zone: 'zone3' } }],
  ['of a topic', { topic: 'topic7', severity: 'critical', labels: { zone: 'zone3', service: 'api' } }],
  ['of a popular topic', { topic: 'popular', severity: 'critical', labels: { service: 'api' } }],
]

/** An eighth follows one popular topic, others up to three of a hundred; half of all filter by labels. */
function interestOf(n: number): Interest {
  const [first, second] = [`topic${(n * 7919) % 100}`, `topic${(n * 104_729) % 100}`]
  const filter: Interest['filter'] =
    n % 4 === 0
      ? [
          { name: 'team', operator: '=', value: `team${(n * 31) % 100_000}` },
          { name: 'zone', operator: '!=', value: 'zone9' },
        ]
      : n % 4 === 1
        ? [{ name: 'service', operator: '=~', value: `api|web${n % 50}.*` }]
        : []
  return {
    topics: n % 8 === 2 ? ['popular'] : n % 10 === 1 ? [first, second] : [first],
    minSeverity: severities[n % severities.length]!,
    filter,
  }
}

const everything: Interest = { topics: [], minSeverity: 'info', filter: [] }

export function benchAlerts(report: Report, { follows = 1_000_000 } = {}): void {
  const figure = (
    what: string,
    value: number,
    unit: string,
    peer: string | null = null,
    ratio: number | null = null,
  ) => report({ name: `alerts: ${what}`, value, unit, peer, ratio })
  const population = (interestOf: (n: number) => Interest, what: string) => {
    const before = memory()
    const start = performance.now()
    const index = createFollowIndex()
    for (let n = 1; n <= follows; n++) index.add(n, interestOf(n))
    const took = performance.now() - start
    figure(`index of ${follows.toLocaleString('en-US')} follows, ${what}: built in`, round(took), 'ms')
    figure(`index, ${what}: memory a follow`, round((memory() - before) / follows), 'bytes')
    return index
  }

  const mixed = population(interestOf, 'topics and filters')
  const timed = alerts.map(([, alert]) => time(() => mixed.match(alert), rounds))
  // Made afterwards: a collector that walks a million rows would be measured with the index.
  const rows = Array.from({ length: follows }, (_, i) => rowOf(interestOf(i + 1)))
  for (const [i, [what, alert]] of alerts.entries())
    compare(timed[i]!, mixed.match(alert).length, rows, what, alert, figure)
  rows.length = 0

  const all = population(() => everything, 'all of everything')
  const [, anyone] = alerts[0]!
  const everybody = Array<Row>(follows).fill(rowOf(everything))
  const timedAll = time(() => all.match(anyone), rounds)
  compare(timedAll, all.match(anyone).length, everybody, 'for all', anyone, figure)
  const own = (n: number): Interest => ({
    ...everything,
    filter: [{ name: 'account', operator: '=', value: `${n}` }],
  })
  const accounts = population(own, 'each a filter of its own')
  const times = time(
    () => accounts.match({ topic: null, severity: 'info', labels: { account: '77' } }),
    rounds,
  )
  figure('match for one of a million accounts, p95', round(percentile(times, 0.95), 3), 'ms')

  benchPatterns(figure)
}

type Figure = (what: string, value: number, unit: string, peer?: string, ratio?: number) => void

interface Row {
  readonly topics: readonly string[]
  readonly least: number
  readonly matchers: readonly Matcher[]
}
function rowOf({ topics, minSeverity, filter }: Interest): Row {
  const compiled = compileMatchers(filter)
  if ('issues' in compiled) throw new Error('A filter of the bench does not compile.')
  return { topics, least: severities.indexOf(minSeverity), matchers: compiled.ok }
}

function compare(
  times: readonly number[],
  found: number,
  rows: readonly Row[],
  what: string,
  alert: Seen,
  figure: Figure,
): void {
  const rank = severities.indexOf(alert.severity)
  const scan = (): number =>
    rows.filter(
      ({ topics, least, matchers }) =>
        least <= rank &&
        (topics.length === 0 || (alert.topic !== null && topics.includes(alert.topic))) &&
        matchesAll(matchers, alert.labels),
    ).length
  if (scan() !== found) throw new Error(`The index found ${found}, a scan ${scan()}.`)
  const scanned = median(time(scan, 5))
  const p50 = median(times)
  const name = `match ${what}: ${found.toLocaleString('en-US')} found`
  figure(`${name}, p50`, round(p50, 3), 'ms', `a scan (${round(scanned, 1)} ms)`, round(scanned / p50, 1))
  figure(`${name}, p95`, round(percentile(times, 0.95), 3), 'ms')
  figure(`${name}, max`, round(Math.max(...times), 3), 'ms')
}

/** What a label can cost at its longest, by the patterns that cost most of those that are allowed: they keep re2js's tables from
 *  being of use, so that it follows each of their places at each character. */
function benchPatterns(figure: Figure): void {
  const worst = ['[ab]*a[ab]{390}c', '(.*a.{95}|.*b.{95})c', '(\\pL{1,195})*z', '[ab]*a(?:[ab]|[a-c]){95}c']
  // By a generator of its own, so that each run has the same texts.
  let seed = 7
  const text = (length: number) => {
    let made = ''
    while (made.length < length) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      made += seed >>> 31 === 0 ? 'a' : 'b'
    }
    return made
  }
  for (const length of [2048, 100_000]) {
    let most = 0
    for (const source of worst) {
      const compiled = compilePattern(source)
      if ('error' in compiled) throw new Error(`${source} ${compiled.error}`)
      for (let turn = 0; turn < 5; turn++) {
        const own = text(length)
        most = Math.max(most, ...time(() => compiled.ok.matches(own), 1))
      }
    }
    figure(
      `worst pattern of ${patternLimits.program} instructions on ${length} characters`,
      round(most, 1),
      'ms',
    )
  }
}

function time(run: () => unknown, times: number): number[] {
  return Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
}

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)]!

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
function memory(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
