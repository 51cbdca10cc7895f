import { Card, Group, SegmentedControl, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { Chart } from '../../parts/chart.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useNow } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Slot = Answer<'GET /analytics/publications/{id}/timeline'>['data'][number]
const hourMs = 3_600_000
/** A chart of one point is none. */
const least = { hour: 6 * hourMs, day: 7 * 24 * hourMs } as const
const spans = { hour: 48 * hourMs, day: 14 * 24 * hourMs } as const

/** When people opened and clicked, by the hour at first, by the day later. */
export function Timeline({
  publicationId,
  startedAt,
  timeZone,
}: {
  readonly publicationId: number
  readonly startedAt: number
  readonly timeZone: string
}): ReactNode {
  const { campaigns, shell } = useWords()
  const words = campaigns.report
  const format = useFormat()
  const [unit, setUnit] = useState<keyof typeof spans>('hour')
  const [asTable, setAsTable] = useState(false)
  // Not far into what has not happened yet.
  const now = useNow()
  const until = Math.max(startedAt + least[unit], Math.ceil(now / hourMs) * hourMs)
  const found = useQuery(
    read('GET /analytics/publications/{id}/timeline', {
      path: { id: publicationId },
      query: { unit, timeZone, from: startedAt, to: Math.min(startedAt + spans[unit], until) },
    }),
  )
  const slots = found.data?.data
  const option = useMemo(() => {
    const points = (value: (slot: Slot) => number) => (slots ?? []).map((slot) => [slot.from, value(slot)])
    return {
      legend: { top: 0, right: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 4 },
      tooltip: { trigger: 'axis' },
      grid: { left: 8, right: 12, top: 30, bottom: 8 },
      xAxis: { type: 'time' },
      yAxis: { type: 'value', minInterval: 1, splitNumber: 4 },
      series: [
        {
          name: words.opened,
          type: 'line',
          showSymbol: false,
          areaStyle: { opacity: 0.12 },
          data: points(({ opened }) => opened.people),
        },
        {
          name: words.clicked,
          type: 'line',
          showSymbol: false,
          areaStyle: { opacity: 0.12 },
          data: points(({ clicked }) => clicked.people),
        },
        {
          name: words.unsubscribed,
          type: 'line',
          showSymbol: false,
          data: points(({ unsubscribed }) => unsubscribed),
        },
      ],
    }
  }, [slots, words])
  const happened = (slots ?? []).filter(
    ({ opened, clicked, unsubscribed, sent }) => opened.people + clicked.people + unsubscribed + sent > 0,
  )
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <Text component="h2" fz="sm" fw={600}>
          {words.timeline}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={words.unit}
            data={[
              { value: 'hour', label: words.hours },
              { value: 'day', label: words.days },
            ]}
            value={unit}
            onChange={(next) => setUnit(next as keyof typeof spans)}
          />
          <SegmentedControl
            size="xs"
            aria-label={words.form}
            data={[
              { value: 'chart', label: shell.chart.asChart },
              { value: 'table', label: shell.chart.asTable },
            ]}
            value={asTable ? 'table' : 'chart'}
            onChange={(next) => setAsTable(next === 'table')}
          />
        </Group>
      </Group>
      {found.isError ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : asTable ? (
        <div style={{ minHeight: 240, maxHeight: 420, overflow: 'auto' }}>
          <Table aria-label={words.timeline} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.time}</Table.Th>
                <Table.Th ta="right">{words.sent}</Table.Th>
                <Table.Th ta="right">{words.opened}</Table.Th>
                <Table.Th ta="right">{words.clicked}</Table.Th>
                <Table.Th ta="right">{words.unsubscribed}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {happened.map((slot) => (
                <Table.Tr key={slot.from}>
                  <Table.Td>{unit === 'hour' ? format.dateTime(slot.from) : format.date(slot.from)}</Table.Td>
                  <Table.Td ta="right">{format.count(slot.sent)}</Table.Td>
                  <Table.Td ta="right">{format.count(slot.opened.people)}</Table.Td>
                  <Table.Td ta="right">{format.count(slot.clicked.people)}</Table.Td>
                  <Table.Td ta="right">{format.count(slot.unsubscribed)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ) : slots !== undefined && happened.length === 0 ? (
        <Text size="sm" c="dimmed" h={240}>
          {shell.chart.nothing}
        </Text>
      ) : (
        <Chart label={words.timeline} option={option} height={240} />
      )}
    </Card>
  )
}
