import { Badge } from '@mantine/core'
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

type Row = Answer<'GET /analytics/topics'>['data'][number]
const none: readonly Row[] = []
const charted = 20

/** Which topics people click, and whether that changes. */
export function Topics({ range: { from, to } }: ViewProps): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const topics = useQuery(read('GET /analytics/topics', { query: { from, to, limit: 250 } }))
  const rows = topics.data?.data ?? none
  const option = useMemo(() => {
    const shown = rows.slice(0, charted)
    return {
      legend,
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.count(Number(value)) },
      grid,
      xAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { formatter: (value: number) => format.short(value) },
      },
      yAxis: { type: 'category', inverse: true, data: shown.map(({ topic }) => topic) },
      series: [
        { name: words.clicks, type: 'bar', barMaxWidth: 12, data: shown.map(({ clicks }) => clicks.people) },
        { name: words.before, type: 'bar', barMaxWidth: 12, data: shown.map(({ before }) => before) },
      ],
    }
  }, [rows, words, format])
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      { key: 'topic', header: words.topic, width: 'minmax(140px, 1.6fr)', cell: ({ topic }) => topic },
      {
        key: 'people',
        header: words.clicks,
        width: 'minmax(138px, 1fr)',
        align: 'end',
        cell: ({ clicks }) => format.count(clicks.people),
      },
      {
        key: 'before',
        header: words.before,
        width: 'minmax(84px, 1fr)',
        align: 'end',
        cell: ({ before }) => format.count(before),
      },
      {
        key: 'change',
        header: words.changed,
        width: 'minmax(92px, 1fr)',
        align: 'end',
        cell: ({ change }) => (change === null ? '–' : format.change(change)),
      },
      {
        key: 'significant',
        header: words.sure,
        width: 'minmax(138px, 1fr)',
        cell: ({ significant }) => significant && <Badge color="ink">{words.moreThanChance}</Badge>,
      },
      {
        key: 'share',
        header: words.share,
        width: 'minmax(80px, 1fr)',
        align: 'end',
        cell: ({ share }) => <Share of={share} />,
      },
      {
        key: 'shareBefore',
        header: words.shareBefore,
        width: 'minmax(108px, 1fr)',
        align: 'end',
        cell: ({ shareBefore }) => <Share of={shareBefore} />,
      },
      {
        key: 'all',
        header: words.clickedAll,
        width: 'minmax(108px, 1fr)',
        align: 'end',
        cell: ({ clicks }) => format.count(clicks.all),
      },
    ],
    [words, format],
  )
  return (
    <Figure
      title={words.views.topics}
      about={words.topicsAbout}
      option={option}
      both
      height={70 + 34 * Math.max(3, Math.min(charted, rows.length))}
      rows={rows}
      columns={columns}
      rowKey={({ topic }) => topic}
      query={topics}
      csv={addressOf('GET /analytics/topics', { query: { from, to, format: 'csv' } })}
    />
  )
}
