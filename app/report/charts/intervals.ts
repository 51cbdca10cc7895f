import type { Interval } from '../../../engine/personalise/compare.ts'
import { type Html, html } from '../../http/public/page/html.ts'
import { bounds, percent } from '../words.ts'
import { at, cut, ticksTo } from './scale.ts'

const size = { width: 880, row: 28, left: 210, right: 74, top: 4, bottom: 26 }

interface IntervalRow {
  readonly name: string
  readonly share: Interval
}

/** Shares as points, each with the line that it lies on with 95 % confidence: where two lines do not meet, the difference is hardly
 *  chance. `average`: a line through all rows. */
export function intervalChart(what: string, rows: readonly IntervalRow[], average: number | null): Html {
  const { width, row, left, right, top, bottom } = size
  const ticks = ticksTo(Math.max(0.001, ...rows.map(({ share }) => share.high)), 5, false).filter(
    (tick) => tick <= 1,
  )
  const last = Math.max(ticks.at(-1)!, ...rows.map(({ share }) => share.high))
  const x = (share: number) => left + ((width - left - right) * share) / last
  const height = top + rows.length * row + bottom
  const base = top + rows.length * row
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${what}: ${rows.map(({ name, share }) => `${name} ${percent(share.value)}`).join(', ')}.">
${ticks.map((tick) => html`<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${top}" y2="${base}"/><text class="axis" x="${at(x(tick))}" y="${base + 17}" text-anchor="middle">${percent(tick)}</text>`)}
${average !== null && html`<line class="average" x1="${at(x(average))}" x2="${at(x(average))}" y1="${top}" y2="${base}"><title>All together: ${percent(average)}</title></line>`}
${rows.map(({ name, share }, i) => {
  const y = top + i * row + row / 2
  return html`<g><text class="name" x="${left - 12}" y="${at(y + 4.5)}" text-anchor="end">${cut(name, 26)}</text><line class="whisker" x1="${at(x(share.low))}" x2="${at(x(share.high))}" y1="${at(y)}" y2="${at(y)}"/><circle class="people" cx="${at(x(share.value))}" cy="${at(y)}" r="5"/><text class="value" x="${width - right + 10}" y="${at(y + 4.5)}">${percent(share.value)}</text><title>${name}: ${percent(share.value)} (${bounds(share)})</title></g>`
})}
<line class="base" x1="${left}" x2="${left}" y1="${top}" y2="${base}"/></svg>`
}
