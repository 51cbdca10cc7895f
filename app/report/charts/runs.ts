import type { Funnel } from '../../../engine/analytics/queries/views.ts'
import { count } from '../../cli/terminal/format.ts'
import { type Html, html } from '../../http/public/page/html.ts'
import { percent } from '../words.ts'
import { at, ticksTo } from './scale.ts'

const size = { width: 880, height: 230, left: 52, right: 84, top: 14, bottom: 30 }

/** Shares of people over the runs of a campaign, oldest first. */
export function runsChart(runs: readonly Funnel[], dayOf: (run: Funnel) => string): Html {
  const { width, height, left, right, top, bottom } = size
  const shares = {
    opened: runs.map(({ opened }) => opened.people.share),
    clicked: runs.map(({ clicked }) => clicked.people.share),
  }
  const known = [...shares.opened, ...shares.clicked].flatMap((share) => share?.value ?? [])
  const ticks = ticksTo(Math.max(0.01, ...known), 4, false).filter((tick) => tick <= 1)
  const last = Math.max(ticks.at(-1)!, ...known)
  const x = (i: number) => left + ((width - left - right) * i) / Math.max(1, runs.length - 1)
  const y = (share: number) => top + (height - top - bottom) * (1 - share / last)
  const every = Math.ceil(runs.length / 6)
  const line = (name: string, kind: string, some: readonly ({ readonly value: number } | null)[]) => {
    const points = some.flatMap((share, i) => (share === null ? [] : [{ i, value: share.value }]))
    const end = points.at(-1)
    return html`<polyline class="line ${kind}" points="${points.map(({ i, value }) => `${at(x(i))},${at(y(value))}`).join(' ')}"/>
${points.map(({ i, value }) => html`<circle class="dot ${kind}" cx="${at(x(i))}" cy="${at(y(value))}" r="4"><title>${dayOf(runs[i]!)}: ${percent(value)} ${name} (${count(runs[i]!.deliveries.sent)} sent)</title></circle>`)}
${end !== undefined && html`<text class="value" x="${at(x(end.i) + 12)}" y="${at(y(end.value) + 4)}">${name}</text>`}`
  }
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Shares of people who opened and clicked, over ${runs.length} runs. The table has the figures.">
${ticks.map((tick) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/><text class="axis" x="${left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${percent(tick)}</text>`)}
${runs.map((run, i) => (runs.length - 1 - i) % every === 0 && html`<text class="axis" x="${at(x(i))}" y="${height - 10}" text-anchor="middle">${dayOf(run)}</text>`)}
${line('opened', 'first', shares.opened)}
${line('clicked', 'second', shares.clicked)}</svg>`
}
