import { Group, Stack, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { StateBadge, type StateName } from '../../parts/state.tsx'
import { useWords } from '../../words/index.tsx'
import { shownValue } from '../people/columns.tsx'
import type { ImportResult } from './upload.ts'

/** A row of a dry run, as it would be kept. */
interface Row {
  readonly address?: string
  readonly name?: string | null
  readonly status?: StateName
  readonly topics?: { readonly [topic: string]: number }
  readonly attributes?: { readonly [name: string]: unknown }
}

/** What the first rows become, and what is wrong with those that become nothing. */
export function Stored({
  first,
  rejects,
  reasons,
}: Pick<ImportResult, 'first' | 'rejects' | 'reasons'>): ReactNode {
  const words = useWords().subscribers
  return (
    <Stack gap="md">
      {first.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.columns.address}</Table.Th>
                <Table.Th>{words.columns.name}</Table.Th>
                <Table.Th>{words.columns.status}</Table.Th>
                <Table.Th>{words.columns.topics}</Table.Th>
                <Table.Th>{words.columns.attributes}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {(first as readonly Row[]).map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have nothing else
                <Table.Tr key={index}>
                  <Table.Td fw={520}>{row.address}</Table.Td>
                  <Table.Td>{row.name}</Table.Td>
                  <Table.Td>{row.status !== undefined && <StateBadge state={row.status} />}</Table.Td>
                  <Table.Td>{Object.keys(row.topics ?? {}).join(', ')}</Table.Td>
                  <Table.Td maw={340}>
                    <Text size="sm" truncate>
                      {Object.entries(row.attributes ?? {})
                        .map(([name, value]) => `${name}: ${shownValue(value)}`)
                        .join(' · ')}
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Rejects rejects={rejects} reasons={reasons} />
    </Stack>
  )
}

const shownRejects = 20

/** Refused rows, first how many for which reason. */
export function Rejects({
  rejects,
  reasons,
}: {
  readonly rejects: ImportResult['rejects']
  /** Absent of imports that were before it was counted. */
  readonly reasons?: ImportResult['reasons'] | undefined
}): ReactNode {
  const words = useWords().subscribers.import.rejects
  if (rejects.length === 0) return null
  const counted = Object.entries(reasons ?? {}).sort(([, a], [, b]) => b - a)
  return (
    <Stack gap="sm">
      {counted.length > 0 && (
        <Table aria-label={words.byReason} withRowBorders={false} verticalSpacing={3}>
          <Table.Tbody>
            {counted.map(([reason, count]) => (
              <Table.Tr key={reason}>
                <Table.Td ta="right" w={1} fw={600} data-numbers>
                  {count}
                </Table.Td>
                <Table.Td>{reason}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Table.ScrollContainer minWidth={560}>
        <Table aria-label={words.title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={80} ta="right">
                {words.line}
              </Table.Th>
              <Table.Th w={160}>{words.column}</Table.Th>
              <Table.Th>{words.reason}</Table.Th>
              <Table.Th>{words.value}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rejects.slice(0, shownRejects).map(({ line, column, reason, value }) => (
              <Table.Tr key={`${line} ${column}`}>
                <Table.Td ta="right" data-numbers>
                  {line}
                </Table.Td>
                <Table.Td>{column}</Table.Td>
                <Table.Td>{reason}</Table.Td>
                <Table.Td maw={260}>
                  <Text size="sm" c="dimmed" truncate>
                    {value}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group>
        <Text size="xs" c="dimmed">
          {words.command}
        </Text>
      </Group>
    </Stack>
  )
}
