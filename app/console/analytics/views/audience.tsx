import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { defined } from '../../parts/search.ts'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { ViewProps } from '../analytics.tsx'
import { grid, legend } from '../chart-options.ts'
import { Figure } from '../figure.tsx'

type Row = Answer<'GET /analytics/audience'>['data'][number]
const none: readonly Row[] = []

/** Who came, who left, and how many there are. */
export function Audience({ range, search }: ViewProps): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const navigate = useNavigate()
  const can = useCan()
  const { from, to, timeZone, unit: asked } = range
  const query = {
    from,
    to,
    timeZone,
    ...(asked && { unit: asked }),
    ...(search.list && { list: search.list }),
  }
  const audience = useQuery(read('GET /analytics/audience', { query }))
  const lists = useQuery({
    ...read('GET /lists', { query: { limit: 200 } }),
    enabled: can('subscribers:read'),
  })
  const counted = audience.data?.data ?? none
  const rows = counted.some(({ joined, left, active }) => joined > 0 || left > 0 || active !== null)
    ? counted
    : none
  const unit = audience.data?.unit ?? 'day'
  const option = useMemo(
    () => ({
      legend,
      tooltip: {
        trigger: 'axis',
        valueFormatter: (value: unknown) => (value == null ? '–' : format.count(Math.abs(Number(value)))),
      },
      grid,
      xAxis: { type: 'category', data: rows.map(({ local }) => format.wall(local, unit)) },
      yAxis: [
        {
          type: 'value',
          minInterval: 1,
          axisLabel: { formatter: (value: number) => format.short(Math.abs(value)) },
        },
        {
          type: 'value',
          scale: true,
          minInterval: 1,
          splitLine: { show: false },
          axisLabel: { formatter: (value: number) => format.short(value) },
        },
      ],
      series: [
        {
          name: words.active,
          type: 'line',
          yAxisIndex: 1,
          showSymbol: rows.length < 3,
          data: rows.map(({ active }) => active),
        },
        {
          name: words.left,
          type: 'bar',
          stack: 'flow',
          barMaxWidth: 22,
          data: rows.map(({ left }) => -left),
        },
        {
          name: words.joined,
          type: 'bar',
          stack: 'flow',
          barMaxWidth: 22,
          data: rows.map(({ joined }) => joined),
        },
      ],
    }),
    [rows, unit, words, format],
  )
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      { key: 'when', header: words.when, width: '170px', cell: ({ local }) => format.wall(local, unit) },
      { key: 'joined', header: words.joined, align: 'end', cell: ({ joined }) => format.count(joined) },
      { key: 'left', header: words.left, align: 'end', cell: ({ left }) => format.count(left) },
      {
        key: 'as',
        header: words.leftAs,
        width: 'minmax(200px, 2fr)',
        cell: ({ leftAs }) =>
          Object.entries(leftAs)
            .map(
              ([status, count]) =>
                `${words.statuses[status as keyof typeof words.statuses] ?? status} ${format.count(count)}`,
            )
            .join(' · '),
      },
      {
        key: 'active',
        header: words.active,
        align: 'end',
        cell: ({ active }) => (active === null ? '–' : format.count(active)),
      },
    ],
    [unit, words, format],
  )
  return (
    <Figure
      title={words.views.audience}
      about={words.audienceAbout}
      option={option}
      height={320}
      rows={rows}
      columns={columns}
      rowKey={({ from: at }) => at}
      query={audience}
      csv={addressOf('GET /analytics/audience', { query: { ...query, format: 'csv' } })}
    >
      {(lists.data?.data.length ?? 0) > 0 && (
        <NativeSelect
          size="xs"
          maw={132}
          aria-label={words.list}
          value={search.list ?? ''}
          data={[
            { value: '', label: words.allLists },
            ...(lists.data?.data.map(({ name, title }) => ({ value: name, label: title })) ?? []),
          ]}
          onChange={({ currentTarget: { value } }) =>
            void navigate({
              to: '/analytics',
              search: defined({ ...search, list: value || undefined }),
              replace: true,
            })
          }
        />
      )}
    </Figure>
  )
}
