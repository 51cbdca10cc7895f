import { count } from '../../cli/terminal/format.ts'
import { type Html, html } from '../../http/public/page/html.ts'
import type { TimelineView } from '../collect.ts'
import { dayOfWall, timeOfWall } from '../words.ts'
import { at, shortCount, ticksTo } from './scale.ts'

const size = { width: 880, height: 200, left: 50, right: 8, top: 12, bottom: 30 }

/** Columns over time: what people did in front of all that came. `name` is what is counted: `Opens`. */
export function columnChart(
  name: string,
  rows: readonly TimelineView[],
  figureOf: (row: TimelineView) => { readonly people: number; readonly all: number },
): Html {
  const { width, height, left, right, top, bottom } = size
  const inner = { width: width - left - right, height: height - top - bottom }
  const values = rows.map(figureOf)
  const ticks = ticksTo(Math.max(0, ...values.map(({ all }) => all)), 4, true)
  const highest = ticks.at(-1)!
  const y = (value: number) => top + inner.height * (1 - value / highest)
  const step = inner.width / Math.max(1, rows.length)
  const gap = step > 8 ? step * 0.18 : step > 3 ? 1 : 0
  const column = (kind: string, value: number, i: number) =>
    value === 0
      ? null
      : html`<rect class="${kind}" x="${at(left + i * step + gap / 2)}" y="${at(y(value))}" width="${at(Math.max(0.8, step - gap))}" height="${at(Math.max(0.8, y(0) - y(value)))}"/>`
  const total = values.reduce(
    (sum, { people, all }) => ({ people: sum.people + people, all: sum.all + all }),
    { people: 0, all: 0 },
  )
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name} over time: ${count(total.people)} by people, ${count(total.all)} in all. The table has the figures.">
${ticks.map((tick) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="axis" x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${shortCount(tick)}</text>`)}
${rows.map((row, i) => {
  const { people, all } = values[i]!
  if (all === 0) return null
  return html`<g>${column('machines', all, i)}${column('people', people, i)}<title>${dayOfWall(row.local)}, ${timeOfWall(row.local)}: ${count(people)} by people, ${count(all)} in all</title></g>`
})}
<line class="base" x1="${left}" x2="${width - right}" y1="${at(y(0))}" y2="${at(y(0))}"/>
${marks(rows, step, left, height - bottom)}</svg>`
}

/** Below the columns: days, and hours where there are few. */
function marks(rows: readonly TimelineView[], step: number, left: number, base: number): readonly Html[] {
  const room = 74
  const marks: Html[] = []
  let free = Number.NEGATIVE_INFINITY
  const mark = (x: number, text: string) => {
    if (x < free || x + room * 0.7 > size.width) return
    free = x + room
    marks.push(
      html`<line class="base" x1="${at(x)}" x2="${at(x)}" y1="${base}" y2="${base + 5}"/><text class="axis" x="${at(x + 3)}" y="${base + 18}">${text}</text>`,
    )
  }
  const many = rows.length > 36
  for (const [i, { local }] of rows.entries()) {
    const x = left + i * step
    const isDay =
      i === 0 || timeOfWall(local) === '00:00' || dayOfWall(local) !== dayOfWall(rows[i - 1]!.local)
    if (isDay) mark(x, dayOfWall(local))
    else if (!many && Number(local.slice(11, 13)) % 3 === 0) mark(x, timeOfWall(local))
  }
  return marks
}
