import { Anchor, Group, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { EChartsCoreOption } from 'echarts/core'
import { type ReactNode, useId, useState } from 'react'
import { Chart } from '../parts/chart.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Failed } from '../parts/failed.tsx'
import { useWords } from '../words/index.tsx'

/** A chart, and the same numbers as a table and as a file. Without `option` it is a table alone. */
export function Figure<Row>({
  title,
  about,
  option,
  both = false,
  height = 260,
  rows,
  columns,
  rowKey,
  query,
  csv,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly option?: EChartsCoreOption
  /** The table stands below the chart: it says more. */
  readonly both?: boolean
  readonly height?: number
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string | number
  readonly query: Pick<UseQueryResult<unknown>, 'isPending' | 'isError' | 'error' | 'refetch'>
  /** Where the file is. */
  readonly csv?: string
  readonly children?: ReactNode
}): ReactNode {
  const { shell, analytics: words } = useWords()
  const id = useId()
  const [as, setAs] = useState<'chart' | 'table'>('chart')
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Group justify="space-between" mb={about === undefined ? 'sm' : 2} gap="xs">
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        <Group gap="xs">
          {children}
          {option !== undefined && !both && (
            <SegmentedControl
              size="xs"
              aria-label={title}
              value={as}
              onChange={(value) => setAs(value === 'table' ? 'table' : 'chart')}
              data={[
                { value: 'chart', label: shell.chart.asChart },
                { value: 'table', label: shell.chart.asTable },
              ]}
            />
          )}
          {csv !== undefined && (
            <Anchor href={csv} download size="xs" style={{ minHeight: 24, lineHeight: '24px' }}>
              <IconDownload size={13} style={{ verticalAlign: -2 }} aria-hidden /> {words.csv}
            </Anchor>
          )}
        </Group>
      </Group>
      {about !== undefined && (
        <Text size="xs" c="dimmed" mb="sm" maw={860} style={{ textWrap: 'pretty' }}>
          {about}
        </Text>
      )}
      {query.isError && query.error !== null ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Skeleton h={height} />
      ) : rows.length === 0 ? (
        <Text size="sm" c="dimmed" py="xl" ta="center" mih={120}>
          {shell.chart.nothing}
        </Text>
      ) : (
        <Stack gap="sm">
          {option !== undefined && (both || as === 'chart') && (
            <Chart label={title} option={option} height={height} />
          )}
          {(option === undefined || both || as === 'table') && (
            <DataTable
              label={title}
              rows={rows}
              columns={columns}
              rowKey={rowKey}
              maxHeight={Math.max(height, 420)}
            />
          )}
        </Stack>
      )}
    </Paper>
  )
}
