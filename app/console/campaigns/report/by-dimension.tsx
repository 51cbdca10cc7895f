import { Card, Group, SegmentedControl, Text } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Row = Answer<'GET /analytics/publications/{id}/by/{dimension}'>['data'][number]
const dimensions = ['domain', 'provider', 'topic', 'language', 'variant'] as const
type Dimension = (typeof dimensions)[number]

/** The same numbers by what the letters or their readers have in common. */
export function ByDimension({ publicationId }: { readonly publicationId: number }): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const [dimension, setDimension] = useState<Dimension>('domain')
  const found = useInfiniteQuery(
    readPages('GET /analytics/publications/{id}/by/{dimension}', {
      path: { id: publicationId, dimension },
      query: { limit: 100 },
    }),
  )
  const rows = found.data?.pages.flatMap(({ data }) => data) ?? []
  const share = (value: { readonly value: number } | null): string =>
    value === null ? '–' : format.percent(value.value)
  const columns: readonly Column<Row>[] = [
    {
      key: 'value',
      header: words.dimensions[dimension],
      width: 'minmax(160px, 2fr)',
      cell: ({ value }) =>
        value === '' ? (
          <Text span c="dimmed" size="sm">
            {words.none}
          </Text>
        ) : (
          value
        ),
    },
    { key: 'sent', header: words.sent, width: '100px', align: 'end', cell: ({ sent }) => format.count(sent) },
    {
      key: 'failed',
      header: words.failed,
      width: '100px',
      align: 'end',
      cell: ({ failed }) => format.count(failed),
    },
    {
      key: 'opened',
      header: words.opened,
      width: '100px',
      align: 'end',
      cell: ({ opened }) => share(opened.people.share),
    },
    {
      key: 'clicked',
      header: words.clicked,
      width: '100px',
      align: 'end',
      cell: ({ clicked }) => share(clicked.people.share),
    },
  ]
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Text component="h2" fz="sm" fw={600}>
          {words.by}
        </Text>
        <div style={{ overflowX: 'auto', maxWidth: '100%' }}>
          <SegmentedControl
            size="xs"
            aria-label={words.by}
            data={dimensions.map((value) => ({ value, label: words.dimensions[value] }))}
            value={dimension}
            onChange={(next) => setDimension(next as Dimension)}
          />
        </div>
      </Group>
      {found.isError ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <DataTable
          label={words.by}
          rows={rows}
          columns={columns}
          rowKey={({ value }) => value}
          more={found}
          maxHeight={340}
          loading={found.isPending}
          empty={
            <Empty icon={IconChartBar} title={words.nothing}>
              {words.nothingBy}
            </Empty>
          }
        />
      )}
    </Card>
  )
}
