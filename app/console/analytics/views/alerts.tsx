import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { ViewProps } from '../analytics.tsx'
import { grid, legend } from '../chart-options.ts'
import { Figure } from '../figure.tsx'

type Row = Answer<'GET /analytics/alerts'>['data'][number]
const none: readonly Row[] = []
const timings = ['accepted', 'started', 'acknowledged'] as const

/** How long alerts took until they were told, and until somebody took care. */
export function AlertTimes({ range: { from, to } }: ViewProps): ReactNode {
  const { analytics: words, shell } = useWords()
  const format = useFormat()
  const delays = useQuery(read('GET /analytics/alerts', { query: { from, to } }))
  const rows = delays.data?.data ?? none
  const option = useMemo(() => {
    const all = rows.filter(({ severity }) => severity === null)
    const shown = timings.flatMap((timing) => all.filter((row) => row.timing === timing))
    const bar = (name: string, of: (row: Row) => number) => ({
      name,
      type: 'bar' as const,
      barMaxWidth: 14,
      data: shown.map(of),
    })
    return {
      legend,
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.duration(Number(value)) },
      grid,
      xAxis: { type: 'log', min: 1, axisLabel: { formatter: (value: number) => format.duration(value) } },
      yAxis: { type: 'category', inverse: true, data: shown.map(({ timing }) => words.timings[timing]) },
      series: [
        bar(words.p50, ({ p50Ms }) => Math.max(1, p50Ms)),
        bar(words.p95, ({ p95Ms }) => Math.max(1, p95Ms)),
        bar(words.p99, ({ p99Ms }) => Math.max(1, p99Ms)),
      ],
    }
  }, [rows, words, format])
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      {
        key: 'severity',
        header: words.severity,
        width: '120px',
        cell: ({ severity }) => (severity === null ? words.allSeverities : shell.states[severity]),
      },
      {
        key: 'timing',
        header: words.measured,
        width: 'minmax(240px, 2fr)',
        cell: ({ timing }) => words.timings[timing],
      },
      { key: 'alerts', header: words.alertCount, align: 'end', cell: ({ alerts }) => format.count(alerts) },
      { key: 'p50', header: words.p50, align: 'end', cell: ({ p50Ms }) => format.duration(p50Ms) },
      { key: 'p95', header: words.p95, align: 'end', cell: ({ p95Ms }) => format.duration(p95Ms) },
      { key: 'p99', header: words.p99, align: 'end', cell: ({ p99Ms }) => format.duration(p99Ms) },
    ],
    [words, shell, format],
  )
  return (
    <Figure
      title={words.views.alerts}
      about={words.alertsAbout}
      option={option}
      both
      height={240}
      rows={rows}
      columns={columns}
      rowKey={({ severity, timing }) => `${severity} ${timing}`}
      query={delays}
      csv={addressOf('GET /analytics/alerts', { query: { from, to, format: 'csv' } })}
    />
  )
}
