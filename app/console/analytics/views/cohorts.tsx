import { useComputedColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Figure } from '../figure.tsx'
import { Share } from '../share.tsx'

type Row = Answer<'GET /analytics/cohorts'>['data'][number]
const none: readonly Row[] = []
const ramps = { light: ['#eef2fc', '#8aa5e2', '#153d91'], dark: ['#1f2838', '#3d67cf', '#b4c5ec'] }

/** Of those who joined in a month, how many still read in each one since. */
export function Cohorts(): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const scheme = useComputedColorScheme('light')
  const cohorts = useQuery(read('GET /analytics/cohorts'))
  const rows = cohorts.data?.data ?? none
  const longest = Math.max(0, ...rows.flatMap(({ months }) => months.map(({ age }) => age)))
  // Who joined when is counted once an hour: until then there are people, and no shares of them.
  const known = rows.some(({ months }) => months.some(({ share }) => share !== null))
  const option = useMemo(() => {
    const names = rows.map(({ joined }) => format.wall(joined, 'month'))
    return {
      tooltip: {
        formatter: ({ value: [age, row, share] }: { readonly value: readonly [number, number, number] }) =>
          words.cohortTip(names[row] ?? '', format.count(age), format.percent(share)),
      },
      grid: {
        left: 4,
        right: 8,
        top: 8,
        bottom: 52,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      xAxis: {
        type: 'category',
        data: Array.from({ length: longest + 1 }, (_, age) => words.month(format.count(age))),
      },
      yAxis: { type: 'category', data: names, inverse: true },
      visualMap: {
        min: 0,
        max: Math.max(0.01, ...rows.flatMap(({ months }) => months.map(({ share }) => share?.value ?? 0))),
        orient: 'horizontal',
        left: 0,
        bottom: 0,
        itemHeight: 160,
        itemWidth: 10,
        text: [words.many, words.few],
        textStyle: { color: scheme === 'light' ? '#555b64' : '#a4abb6' },
        inRange: { color: ramps[scheme] },
      },
      series: [
        {
          type: 'heatmap',
          data: rows.flatMap(({ months }, row) =>
            months.flatMap(({ age, share }) => (share === null ? [] : [[age, row, share.value]])),
          ),
          itemStyle: { borderWidth: 1, borderColor: scheme === 'light' ? '#fff' : '#1b1e23' },
        },
      ],
    }
  }, [rows, longest, scheme, words, format])
  const columns = useMemo(
    (): readonly Column<Row>[] => [
      {
        key: 'joined',
        header: words.joinedIn,
        width: '110px',
        cell: ({ joined }) => format.wall(joined, 'month'),
      },
      {
        key: 'people',
        header: words.people,
        width: '90px',
        align: 'end',
        cell: ({ people }) => (people === null ? '–' : format.count(people)),
      },
      ...Array.from(
        { length: longest + 1 },
        (_, age): Column<Row> => ({
          key: `age ${age}`,
          header: words.month(format.count(age)),
          width: '92px',
          align: 'end',
          cell: ({ months }) => {
            const found = months.find((month) => month.age === age)
            return found === undefined ? null : found.share === null ? (
              format.count(found.people)
            ) : (
              <Share of={found.share} />
            )
          },
        }),
      ),
    ],
    [longest, words, format],
  )
  return (
    <Figure
      title={words.views.cohorts}
      about={words.cohortsAbout}
      {...(known && { option })}
      height={120 + 30 * rows.length}
      rows={rows.some(({ months }) => months.length > 0) ? rows : none}
      columns={columns}
      rowKey={({ joined }) => joined}
      query={cohorts}
      csv={addressOf('GET /analytics/cohorts', { query: { format: 'csv' } })}
    />
  )
}
