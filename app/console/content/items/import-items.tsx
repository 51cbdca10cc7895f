import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { Drop } from '../../parts/drop.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { ImportReport } from './import-report.tsx'

const types: { readonly [extension: string]: string } = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
}
/** Of the type that its name says: systems disagree about CSV. */
const bodyOf = (file: File): Blob =>
  new Blob([file], {
    type: types[file.name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream',
  })

/** A file is first read without keeping anything, and then as it is. */
export function ImportItems(): ReactNode {
  const { shell, content } = useWords()
  const words = content.importing
  const format = useFormat()
  const [file, setFile] = useState<File | null>(null)
  const look = useWrite('POST /items/import')
  const keep = useWrite('POST /items/import', 'GET /items', 'GET /items/topics')
  const choose = ([chosen]: readonly File[]): void => {
    if (chosen === undefined) return
    setFile(chosen)
    keep.reset()
    look.mutate({ query: { dryRun: '1', name: chosen.name }, body: bodyOf(chosen) })
  }
  const error = look.error ?? keep.error
  const found = keep.data ?? look.data
  const usable = found === undefined ? 0 : found.rows - found.rejected
  return (
    <Page title={words.title} about={words.about} crumbs={[{ label: shell.nav.items, to: '/items' }]}>
      <Stack gap="md" maw={960}>
        <Drop
          label={file === null ? words.drop : words.another}
          hint={words.kinds}
          accept=".csv,.tsv,.ndjson,.jsonl,.xlsx,.gz,.zip"
          onFiles={choose}
        />
        {file !== null && (
          <Paper withBorder p="sm">
            <Group justify="space-between">
              <div>
                <Text size="sm" fw={550}>
                  {file.name}
                </Text>
                <Text size="xs" c="dimmed">
                  {format.bytes(file.size)}
                </Text>
              </div>
              {keep.data === undefined ? (
                <Button
                  loading={look.isPending || keep.isPending}
                  disabled={usable === 0}
                  onClick={() => keep.mutate({ query: { name: file.name }, body: bodyOf(file) })}
                >
                  {usable === 0 ? words.start : words.startMany(usable, format.count(usable))}
                </Button>
              ) : (
                <Button component={Link} to="/items" variant="default">
                  {words.show}
                </Button>
              )}
            </Group>
          </Paper>
        )}
        <div aria-live="polite">
          {error !== null && <FailedNote error={error} />}
          {error === null && found !== undefined && <ImportReport result={found} />}
        </div>
        {file === null && <Columns />}
      </Stack>
    </Page>
  )
}

const columns = [
  'title',
  'url',
  'summary',
  'topics',
  'published_at',
  'image_url',
  'author',
  'language',
  'key',
  'body',
  'popularity',
] as const

function Columns(): ReactNode {
  const words = useWords().content.importing
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {words.columns}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={4}>
        {columns.map((column) => (
          <Text key={column} size="sm">
            <Text span ff="monospace" size="xs" w={104} display="inline-block">
              {column}
            </Text>
            <Text span c="dimmed">
              {words.columnHints[column]}
            </Text>
          </Text>
        ))}
      </SimpleGrid>
      <Text size="sm" c="dimmed" mt="sm">
        {words.again}
      </Text>
    </Paper>
  )
}
