import { type Html, html } from '../../../app/http/public/page/html.ts'
import { at, shortCount, ticksTo } from '../../../app/report/charts/scale.ts'
import { endOf, type HistogramJson, quantile } from '../measure/histogram.ts'
import { colourOf } from './style.ts'
import { figure } from './words.ts'

interface Distribution {
  readonly name: string
  readonly histogram: HistogramJson
}

interface Bound {
  readonly ms: number
  readonly name: string
  readonly own: boolean
}

interface Series {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

const frame = { width: 560, height: 220, left: 58, right: 16, top: 14, bottom: 34 }
const inner = {
  width: frame.width - frame.left - frame.right,
  height: frame.height - frame.top - frame.bottom,
}
const floor = frame.top + inner.height

/** `0.3 ms`, `20 ms`, `1.5 s`. */
export const delay = (ms: number): string => (ms >= 1000 ? `${figure(ms / 1000)} s` : `${figure(ms)} ms`)

/** Of an axis: `0.1 ms`, `10 s`. */
const tickOf = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(2))} s` : `${Number(ms.toPrecision(2))} ms`

/** The powers of ten around all of these, in milliseconds. */
function decades(values: readonly number[]): { readonly low: number; readonly high: number } {
  const some = values.filter((value) => value > 0)
  const low = Math.floor(Math.log10(Math.min(...some, 1e9)))
  const high = Math.ceil(Math.log10(Math.max(...some, 0.1)))
  return some.length === 0 ? { low: 0, high: 1 } : { low, high: Math.max(high, low + 1) }
}

/** How long the slowest of so many took: an axis of ever rarer ones, each step ten times rarer, as in HdrHistogram's plots. */
export function percentilePlot(lines: readonly Distribution[], bounds: readonly Bound[]): Html {
  const most = Math.max(...lines.map(({ histogram }) => histogram.count), 10)
  // Rarer than the rarest there is nothing to see.
  const nines = Math.min(6, Math.max(1, Math.ceil(Math.log10(most))))
  const shares = Array.from({ length: 160 }, (_, i) => 1 - 10 ** ((-nines * i) / 159))
  const drawn = lines.map(({ name, histogram }) => ({
    name,
    points: shares.flatMap((share) => {
      const ms = quantile(histogram, share)
      return ms === null || ms <= 0 ? [] : [[share, ms] as const]
    }),
  }))
  const { low, high } = decades([
    ...drawn.flatMap(({ points }) => points.map(([, ms]) => ms)),
    ...bounds.map(({ ms }) => ms),
  ])
  const x = (share: number) => frame.left + (inner.width * -Math.log10(Math.max(1 - share, 1e-9))) / nines
  const y = (ms: number) => floor - (inner.height * (Math.log10(ms) - low)) / (high - low)
  const label = lines
    .map(({ name, histogram }) => `${name} p99 ${delay(quantile(histogram, 0.99) ?? 0)}`)
    .join(', ')
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="Latency by percentile: ${label}.">
${Array.from({ length: high - low + 1 }, (_, i) => {
  const ms = 10 ** (low + i)
  return html`<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at(y(ms))}" y2="${at(y(ms))}"/><text class="axis" x="${frame.left - 8}" y="${at(y(ms) + 4)}" text-anchor="end">${tickOf(ms)}</text>`
})}
${Array.from({ length: nines + 1 }, (_, i) => {
  const name = i === 0 ? '0' : i === 1 ? '90' : `99${i > 2 ? '.' : ''}${'9'.repeat(i - 2)}`
  const place = frame.left + (inner.width * i) / nines
  return html`<line class="grid" x1="${at(place)}" x2="${at(place)}" y1="${frame.top}" y2="${floor}"/><text class="axis" x="${at(place)}" y="${floor + 18}" text-anchor="${i === nines ? 'end' : 'middle'}">${name} %</text>`
})}
${bounds.map(({ ms, name, own }) => html`<line class="limit${own ? ' own' : ''}" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at(y(ms))}" y2="${at(y(ms))}"/><text class="limitname${own ? ' own' : ''}" x="${frame.left + 5}" y="${at(y(ms) - 4)}">${name}</text>`)}
${drawn.map(({ name, points }, i) => html`<polyline class="plot" style="stroke:${colourOf(name, i)}" points="${points.map(([share, ms]) => `${at(x(share))},${at(y(ms))}`).join(' ')}"/>`)}
<line class="base" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${floor}" y2="${floor}"/></svg>`
}

// Eight buckets in one column: a fifth of an octave is as fine as the eye tells.
const bucketsAColumn = 8

/** How many took how long, each distribution in shares of its own. */
export function histogramPlot(lines: readonly Distribution[]): Html {
  const columns = lines.map(({ name, histogram }) => {
    const shares = new Map<number, number>()
    for (const [bucket, held] of histogram.buckets) {
      const column = Math.floor(bucket / bucketsAColumn)
      shares.set(column, (shares.get(column) ?? 0) + held / Math.max(1, histogram.count))
    }
    return { name, shares }
  })
  const places = columns.flatMap(({ shares }) => [...shares.keys()])
  const { low, high } = decades(
    places.flatMap((column) => [startOf(column), endOf((column + 1) * bucketsAColumn)]),
  )
  const ticks = ticksTo(Math.max(0.01, ...columns.flatMap(({ shares }) => [...shares.values()])), 4, false)
  const highest = ticks.at(-1)!
  const x = (ms: number) => frame.left + (inner.width * (Math.log10(ms) - low)) / (high - low)
  const y = (share: number) => floor - (inner.height * share) / highest
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="How many took how long.">
${ticks.map((tick) => html`<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="axis" x="${frame.left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${Number((tick * 100).toPrecision(3))} %</text>`)}
${Array.from({ length: high - low + 1 }, (_, i) => html`<line class="base" x1="${at(x(10 ** (low + i)))}" x2="${at(x(10 ** (low + i)))}" y1="${floor}" y2="${floor + 4}"/><text class="axis" x="${at(x(10 ** (low + i)))}" y="${floor + 18}" text-anchor="${i === 0 ? 'start' : i === high - low ? 'end' : 'middle'}">${tickOf(10 ** (low + i))}</text>`)}
${columns.map(({ name, shares }, i) =>
  [...shares]
    .sort(([a], [b]) => a - b)
    .map(([column, share]) => {
      const [from, to] = [x(startOf(column)), x(endOf((column + 1) * bucketsAColumn))]
      // Side by side in the column's place, so that none hides another.
      const width = (to - from) / columns.length
      return html`<rect style="fill:${colourOf(name, i)}" x="${at(from + i * width)}" y="${at(y(share))}" width="${at(Math.max(0.6, width - 0.6))}" height="${at(Math.max(0.6, floor - y(share)))}"><title>${name}: ${figure(share * 100)} % from ${delay(startOf(column))} to ${delay(endOf((column + 1) * bucketsAColumn))}</title></rect>`
    }),
)}
<line class="base" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${floor}" y2="${floor}"/></svg>`
}

const startOf = (column: number): number => endOf(column * bucketsAColumn)

/** Values over the seconds of a run. */
export function timePlot(
  what: string,
  series: readonly Series[],
  format: (value: number) => string = shortCount,
): Html {
  const all = series.flatMap(({ points }) => points)
  const seconds = Math.max(1, ...all.map(([at]) => at))
  const ticks = ticksTo(Math.max(0, ...all.map(([, value]) => value)), 4, false)
  const highest = ticks.at(-1)!
  const marks = ticksTo(seconds, 6, true).filter((mark) => mark <= seconds)
  const x = (second: number) => frame.left + (inner.width * second) / seconds
  const y = (value: number) => floor - (inner.height * value) / highest
  return html`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${what} over time: ${series.map(({ name }) => name).join(', ')}.">
${ticks.map((tick) => html`<line class="grid" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="axis" x="${frame.left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${format(tick)}</text>`)}
${marks.map((mark) => html`<text class="axis" x="${at(x(mark))}" y="${floor + 18}" text-anchor="${mark === 0 ? 'start' : 'middle'}">${mark} s</text>`)}
${series.map(({ name, points }, i) => (points.length === 1 ? html`<circle style="fill:${colourOf(name, i)}" cx="${at(x(points[0]![0]))}" cy="${at(y(points[0]![1]))}" r="3"/>` : html`<polyline class="plot" style="stroke:${colourOf(name, i)}" points="${points.map(([second, value]) => `${at(x(second))},${at(y(value))}`).join(' ')}"/>`))}
<line class="base" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${floor}" y2="${floor}"/></svg>`
}

const row = { height: 24, left: 230, right: 76 }

/** Cores in use, by part and what its threads do. */
export function coresChart(
  rows: readonly { readonly part: string; readonly thread: string; readonly cores: number }[],
): Html {
  const most = Math.max(0.1, ...rows.map(({ cores }) => cores))
  const width = frame.width - row.left - row.right
  return html`<svg viewBox="0 0 ${frame.width} ${rows.length * row.height + 4}" role="img" aria-label="Cores in use: ${rows.map(({ part, thread, cores }) => `${part}, ${thread} ${cores.toFixed(2)}`).join('; ')}.">
${rows.map(({ part, thread, cores }, i) => {
  const top = i * row.height
  return html`<text class="axis" x="${row.left - 10}" y="${top + 16}" text-anchor="end">${part}${thread === 'all processes' ? '' : html`, ${thread}`}</text><rect class="track" x="${row.left}" y="${top + 4}" width="${width}" height="${row.height - 8}" rx="2"/><rect style="fill:${colourOf(part, i)}" x="${row.left}" y="${top + 4}" width="${at(Math.max(1, (width * cores) / most))}" height="${row.height - 8}" rx="2"/><text class="value" x="${frame.width - row.right + 10}" y="${top + 17}">${cores.toFixed(2)}</text>`
})}</svg>`
}
