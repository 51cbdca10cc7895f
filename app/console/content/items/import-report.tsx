import { Code, ScrollArea, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { Stat } from '../../parts/stat.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

/** What became of a file, or what would. */
export function ImportReport({ result }: { readonly result: Answer<'POST /items/import'> }): ReactNode {
  const words = useWords().content.importing
  const format = useFormat()
  const { dryRun, rows, created, updated, unchanged, rejected, columns, first, rejects } = result
  const counts = { rows, created, updated, unchanged, rejected }
  const fields = [...new Set(first.flatMap((row) => Object.keys(row)))].filter((field) =>
    first.some((row) => row[field] !== null && row[field] !== ''),
  )
  return (
    <Stack gap="md">
      <Title order={2} size="h5">
        {dryRun ? words.wouldBe : words.done}
      </Title>
      <SimpleGrid cols={{ base: 2, xs: 3, sm: 5 }} spacing="xs">
        {(Object.keys(counts) as (keyof typeof counts)[]).map((name) => (
          <Stat
            key={name}
            label={words.counts[name]}
            value={format.count(counts[name])}
            name={`import.${name}`}
          />
        ))}
      </SimpleGrid>
      {columns.length > 0 && (
        <Text size="sm" component="div">
          {words.takenFor}{' '}
          {columns.map(({ column, field }) => (
            <Code key={column} mr={6}>
              {column === field ? column : `${column} → ${field}`}
            </Code>
          ))}
        </Text>
      )}
      {rejects.length > 0 && (
        <Lines
          title={words.rejects(rejected, format.count(rejected))}
          head={[words.line, words.column, words.reason, words.value]}
          rows={rejects.map(({ line, column, reason, value }) => [
            format.count(line),
            column ?? '',
            reason,
            value ?? '',
          ])}
        />
      )}
      {dryRun && first.length > 0 && (
        <Lines
          title={words.first}
          head={fields}
          rows={first.map((row) => fields.map((field) => cellOf(row[field])))}
        />
      )}
    </Stack>
  )
}

const cellOf = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)

function Lines({
  title,
  head,
  rows,
}: {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}): ReactNode {
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, 'aria-label': title, role: 'region' }}>
        <Table withTableBorder stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {head.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((cells, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of a report that is what it is
              <Table.Tr key={at}>
                {cells.map((cell, place) => (
                  <Table.Td
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    key={place}
                    maw={280}
                    style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
                  >
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </div>
  )
}
