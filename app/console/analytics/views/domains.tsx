import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { ViewProps } from '../analytics.tsx'
import { grid, legend } from '../chart-options.ts'
import { Figure } from '../figure.tsx'
import { Share } from '../share.tsx'

type Row = Answer<'GET /analytics/domains'>['data'][number]
const none: readonly Row[] = []
const charted = 15

/** How the domains that receive treat letters. */
export function Domains({ range: { from, to } }: ViewProps): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const domains = useQuery(read('GET /analytics/domains', { query: { from, to, limit: 250 } }))
  const rows = domains.data?.data ?? none
  const option = useMemo(() => {
    const shown = rows.slice(0, charted)
    const bar = (name: string, of: (row: Row) => number) => ({
      name,
      type: 'bar' as const,
      stack: 'all',
      barMaxWidth: 18,
      data: shown.map(of),
    })
    return {
      legend,
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.count(Number(value)) },
      grid,
      xAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { formatter: (value: number) => format.short(value) },
      },
      yAxis: { type: 'category', inverse: true, data: shown.map(({ domain }) => domain || '–') },
      series: [
        bar(words.figures.delivered, ({ sent, bounced }) => Math.max(0, sent - bounced.events)),
        bar(words.figures.bounced, ({ bounced }) => bounced.events),
        bar(words.figures.failed, ({ failed }) => failed),
      ],
    }
  }, [rows, words, format])
  const columns = useMemo((): readonly Column<Row>[] => {
    const count = (key: string, header: string, of: (row: Row) => number): Column<Row> => ({
      key,
      header,
      width: '96px',
      align: 'end',
      cell: (row) => format.count(of(row)),
    })
    const classes = (['hard', 'soft', 'block', 'full', 'policy', 'other'] as const).map((kind) =>
      count(kind, words.bounces[kind], ({ bounced }) => bounced.classes[kind]),
    )
    return [
      {
        key: 'domain',
        header: words.domain,
        width: 'minmax(170px, 1fr)',
        cell: ({ domain }) => domain || words.erased,
      },
      count('sent', words.figures.sent, ({ sent }) => sent),
      count('failed', words.figures.failed, ({ failed }) => failed),
      {
        key: 'failedShare',
        header: words.failedShare,
        width: '110px',
        align: 'end',
        cell: ({ failedShare }) => <Share of={failedShare} />,
      },
      {
        key: 'bounced',
        header: words.figures.bounced,
        width: '110px',
        align: 'end',
        cell: ({ bounced }) => <Share of={bounced.share} />,
      },
      ...classes,
      {
        key: 'complained',
        header: words.figures.complained,
        width: '110px',
        align: 'end',
        cell: ({ complained }) => <Share of={complained.share} />,
      },
      {
        key: 'opens',
        header: words.opensPerLetter,
        width: '120px',
        align: 'end',
        cell: ({ opensPerLetter }) => (opensPerLetter === null ? '–' : format.decimal(opensPerLetter.people)),
      },
    ]
  }, [words, format])
  return (
    <Figure
      title={words.views.domains}
      about={words.domainsAbout}
      option={option}
      both
      height={70 + 26 * Math.max(3, Math.min(charted, rows.length))}
      rows={rows}
      columns={columns}
      rowKey={({ domain }) => domain}
      query={domains}
      csv={addressOf('GET /analytics/domains', { query: { from, to, format: 'csv' } })}
    />
  )
}
