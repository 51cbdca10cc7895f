import { SimpleGrid } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { Stat } from '../../parts/stat.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { ViewProps } from '../analytics.tsx'
import { grid, legend } from '../chart-options.ts'
import { Figure } from '../figure.tsx'
import type { Range } from '../range.ts'

type Row = Answer<'GET /analytics/timeline'>['data'][number]
type Totals = Answer<'GET /analytics/totals'>['totals']

/** All letters of a range, against the range before, and over its time. */
export function Overview({ range }: ViewProps): ReactNode {
  return (
    <>
      <TotalsRow range={range} />
      <TimeLine range={range} />
    </>
  )
}

const figures: readonly {
  readonly name:
    | 'sent'
    | 'delivered'
    | 'opened'
    | 'clicked'
    | 'unsubscribed'
    | 'bounced'
    | 'complained'
    | 'failed'
  readonly of: (totals: Totals) => number
  /** With what machines did, too. */
  readonly all?: (totals: Totals) => number
}[] = [
  { name: 'sent', of: ({ sent }) => sent },
  { name: 'delivered', of: ({ sent, bounced }) => Math.max(0, sent - bounced) },
  { name: 'opened', of: ({ opened }) => opened.people, all: ({ opened }) => opened.all },
  { name: 'clicked', of: ({ clicked }) => clicked.people, all: ({ clicked }) => clicked.all },
  { name: 'unsubscribed', of: ({ unsubscribed }) => unsubscribed },
  { name: 'bounced', of: ({ bounced }) => bounced },
  { name: 'complained', of: ({ complained }) => complained },
  { name: 'failed', of: ({ failed }) => failed },
]

function TotalsRow({ range: { from, to, before } }: { readonly range: Range }): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const now = useQuery(read('GET /analytics/totals', { query: { from, to } }))
  const then = useQuery(read('GET /analytics/totals', { query: before }))
  const changeOf = (value: number, old: number | undefined): string =>
    old === undefined ? ' ' : old === 0 ? words.beforeNone : words.change(format.change(value / old - 1))
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      {figures.map(({ name, of, all }) => {
        const totals = now.data?.totals
        const value = totals === undefined ? null : of(totals)
        return (
          <Stat
            key={name}
            name={name}
            label={words.figures[name]}
            value={value === null ? '–' : format.count(value)}
            note={
              value === null ? (
                ' '
              ) : (
                <>
                  {changeOf(value, then.data && of(then.data.totals))}
                  {all !== undefined &&
                    totals !== undefined &&
                    ` · ${words.withMachines(format.count(all(totals)))}`}
                </>
              )
            }
          />
        )
      })}
    </SimpleGrid>
  )
}

function TimeLine({ range }: { readonly range: Range }): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const { from, to, timeZone, unit: asked } = range
  const query = { from, to, timeZone, ...(asked && { unit: asked }) }
  const timeline = useQuery(read('GET /analytics/timeline', { query }))
  const rows = timeline.data?.data ?? none
  const unit = timeline.data?.unit ?? 'day'
  const option = useMemo(() => {
    const line = (name: string, of: (row: Row) => number) => ({
      name,
      type: 'line' as const,
      showSymbol: rows.length < 3,
      symbolSize: 5,
      lineStyle: { width: 1.75 },
      data: rows.map(of),
    })
    const { figures: names } = words
    return {
      legend,
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.count(Number(value)) },
      grid,
      xAxis: { type: 'category', data: rows.map(({ local }) => format.wall(local, unit)) },
      yAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { formatter: (value: number) => format.short(value) },
      },
      series: [
        {
          name: names.sent,
          type: 'bar',
          barMaxWidth: 22,
          itemStyle: { opacity: 0.35 },
          data: rows.map(({ sent }) => sent),
        },
        line(names.delivered, ({ sent, bounced }) => Math.max(0, sent - bounced)),
        line(names.opened, ({ opened }) => opened.people),
        line(names.clicked, ({ clicked }) => clicked.people),
        line(names.unsubscribed, ({ unsubscribed }) => unsubscribed),
        line(names.bounced, ({ bounced }) => bounced),
      ],
    }
  }, [rows, unit, words, format])
  const columns = useMemo((): readonly Column<Row>[] => {
    const number = (key: string, header: string, of: (row: Row) => number): Column<Row> => ({
      key,
      header,
      width: 'minmax(90px, 1fr)',
      align: 'end',
      cell: (row) => format.count(of(row)),
    })
    const { figures: names } = words
    return [
      { key: 'when', header: words.when, width: '170px', cell: ({ local }) => format.wall(local, unit) },
      number('sent', names.sent, ({ sent }) => sent),
      number('failed', names.failed, ({ failed }) => failed),
      number('opened', names.opened, ({ opened }) => opened.people),
      number('openedAll', words.openedAll, ({ opened }) => opened.all),
      number('clicked', names.clicked, ({ clicked }) => clicked.people),
      number('clickedAll', words.clickedAll, ({ clicked }) => clicked.all),
      number('bounced', names.bounced, ({ bounced }) => bounced),
      number('complained', names.complained, ({ complained }) => complained),
      number('unsubscribed', names.unsubscribed, ({ unsubscribed }) => unsubscribed),
    ]
  }, [unit, words, format])
  return (
    <Figure
      title={words.timeLine}
      about={words.timeLineAbout}
      option={option}
      height={320}
      rows={rows.some(happened) ? rows : none}
      columns={columns}
      rowKey={({ from: at }) => at}
      query={timeline}
      csv={addressOf('GET /analytics/timeline', { query: { ...query, format: 'csv' } })}
    />
  )
}

const none: readonly Row[] = []
const happened = ({ sent, failed, opened, clicked, bounced, complained, unsubscribed }: Row): boolean =>
  sent + failed + opened.all + clicked.all + bounced + complained + unsubscribed > 0
