import type { BreakdownRow } from '../../engine/analytics/queries/views.ts'
import { type Html, markupOf } from '../http/public/page/html.ts'
import { columnChart } from './charts/columns.ts'
import { funnelChart } from './charts/funnel.ts'
import { intervalChart } from './charts/intervals.ts'
import { runsChart } from './charts/runs.ts'
import type { CampaignReport } from './collect.ts'
import { chartStyle, lightColours } from './style.ts'
import { dayOfRun, valueTitle } from './words.ts'

/** Null where there is nothing to see. */
export interface Charts {
  readonly funnel: Html
  readonly opens: Html | null
  readonly clicks: Html | null
  readonly topic: Html | null
  readonly provider: Html | null
  readonly domain: Html | null
  readonly language: Html | null
  readonly runs: Html | null
}

/** Rows of an interval chart: more do not fit beside each other. */
const maxRows = 12

export function chartsOf(report: CampaignReport): Charts {
  const { run, earlier, timeline, by } = report
  const anyOf = (type: 'opened' | 'clicked') => timeline.data.some((row) => row[type].all > 0)
  const byShare = (
    dimension: 'topic' | 'provider' | 'domain' | 'language',
    rows: readonly BreakdownRow[],
  ) => {
    const shown = rows.slice(0, maxRows).flatMap(({ value, clicked }) => {
      const { share } = clicked.people
      return share === null ? [] : [{ name: valueTitle(dimension, value), share }]
    })
    if (shown.length < 2 || run.clicked.people.recipients === 0) return null
    const average = dimension === 'topic' ? null : (run.clicked.people.share?.value ?? null)
    return intervalChart('People who clicked', shown, average)
  }
  return {
    funnel: funnelChart(run),
    opens: anyOf('opened') ? columnChart('Opens', timeline.data, ({ opened }) => opened) : null,
    clicks: anyOf('clicked') ? columnChart('Clicks', timeline.data, ({ clicked }) => clicked) : null,
    topic: byShare('topic', by.topic),
    provider: byShare('provider', by.provider),
    domain: byShare('domain', by.domain),
    language: byShare('language', by.language),
    runs:
      earlier.length === 0
        ? null
        : runsChart([...earlier].reverse().concat(run), dayOfRun(timeline.timeZone)),
  }
}

/** A chart as a file of its own. */
export function chartFile(chart: Html): string {
  const style = `<style>svg{background:#fff;${lightColours}}${chartStyle}</style>`
  return markupOf(chart).replace(
    /^<svg viewBox="0 0 (\d+) (\d+)"([^>]*)>/,
    (_, width: string, height: string, rest: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -16 ${Number(width) + 32} ${Number(height) + 32}" width="${Number(width) + 32}" height="${Number(height) + 32}"${rest}>${style}`,
  )
}

/** Of a chart's file. */
export function chartSize(file: string): { readonly width: number; readonly height: number } {
  const [, width, height] = /^<svg [^>]*? width="(\d+)" height="(\d+)"/.exec(file)!
  return { width: Number(width), height: Number(height) }
}
