import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Figure } from '../figure.tsx'

type Row = Answer<'GET /analytics/engagement'>['data'][number]
const none: readonly Row[] = []

/** How much people read lately. */
export function Engagement(): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const bands = useQuery(read('GET /analytics/engagement'))
  const rows = bands.data?.data ?? none
  const sum = rows.reduce((total, { people }) => total + people, 0)
  const nameOf = useMemo(
    () =>
      ({ from, to }: Row): string =>
        to === null
          ? words.bandFrom(format.decimal(from))
          : words.band(format.decimal(from), format.decimal(to)),
    [words, format],
  )
  const option = useMemo(
    () => ({
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.count(Number(value)) },
      xAxis: { type: 'category', data: rows.map(nameOf) },
      yAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { formatter: (value: number) => format.short(value) },
      },
      series: [{ name: words.people, type: 'bar', barMaxWidth: 64, data: rows.map(({ people }) => people) }],
    }),
    [rows, nameOf, words, format],
  )
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      { key: 'band', header: words.score, cell: nameOf },
      { key: 'people', header: words.people, align: 'end', cell: ({ people }) => format.count(people) },
      {
        key: 'share',
        header: words.share,
        align: 'end',
        cell: ({ people }) => (sum === 0 ? '–' : format.percent(people / sum)),
      },
    ],
    [nameOf, sum, words, format],
  )
  return (
    <Figure
      title={words.views.engagement}
      about={words.engagementAbout}
      option={option}
      rows={sum === 0 ? none : rows}
      columns={columns}
      rowKey={({ from }) => from}
      query={bands}
      csv={addressOf('GET /analytics/engagement', { query: { format: 'csv' } })}
    />
  )
}
