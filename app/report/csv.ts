import type { Outcomes, Tally } from '../../engine/analytics/queries/tally.ts'
import { csvLine } from '../http/reply/csv.ts'
import type { CampaignReport } from './collect.ts'

type Cells = readonly (string | number | null)[]

const head = ['part', 'value', 'measure', 'by', 'recipients', 'events', 'share', 'low', 'high']

/** A report as one table, a line a number: what spreadsheets and scripts group as they like. No cell starts a formula. */
export function reportCsv({ run, links, by, timeline }: CampaignReport): string {
  const { deliveries, opened, clicked, bounced, complained, unsubscribed } = run
  const lines: Cells[] = Object.entries(deliveries).map(([state, n]) => [
    'deliveries',
    '',
    state,
    '',
    n,
    null,
    null,
    null,
    null,
  ])
  lines.push(...outcomes('total', '', { opened, clicked, bounced, complained, unsubscribed }))
  for (const { url, clicked: link } of links) lines.push(...outcomes('link', url, { clicked: link }))
  for (const [dimension, rows] of Object.entries(by))
    for (const { value, sent, failed, ...rest } of rows) {
      if (dimension === 'topic') {
        lines.push(...outcomes(dimension, value, { clicked: rest.clicked }))
        continue
      }
      lines.push([dimension, value, 'sent', '', sent, sent, null, null, null])
      lines.push([dimension, value, 'failed', '', failed, failed, null, null, null])
      lines.push(...outcomes(dimension, value, rest))
    }
  for (const row of timeline.data)
    for (const measure of ['opened', 'clicked'] as const)
      for (const who of ['people', 'all'] as const)
        if (row[measure][who] > 0)
          lines.push(['hour', row.local, measure, who, null, row[measure][who], null, null, null])
  return [head, ...lines].map((cells) => csvLine(cells)).join('')
}

function outcomes(
  part: string,
  value: string,
  found: Partial<Omit<Outcomes, 'sent' | 'failed'>>,
): readonly Cells[] {
  const line = (measure: string, who: string, { recipients, events, share }: Tally): Cells => [
    part,
    value,
    measure,
    who,
    recipients,
    events,
    share?.value ?? null,
    share?.low ?? null,
    share?.high ?? null,
  ]
  return [
    ...(['opened', 'clicked'] as const).flatMap((measure) => {
      const tally = found[measure]
      if (tally === undefined) return []
      return [
        line(measure, 'people', tally.people),
        line(measure, 'all', tally.all),
        ...Object.entries(tally.classes).map(([read, of]) => line(measure, read, of)),
      ]
    }),
    ...(['bounced', 'complained', 'unsubscribed'] as const).flatMap((measure) => {
      const tally = found[measure]
      return tally === undefined ? [] : [line(measure, '', tally)]
    }),
  ]
}
