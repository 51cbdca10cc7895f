import { Box, Group, Select, Table, Text, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useNarrow } from '../../parts/narrow.ts'
import { useWords } from '../../words/index.tsx'
import type { Sample } from './sample.ts'
import type { ImportResult } from './upload.ts'

const fields = [
  'address',
  'name',
  'language',
  'timeZone',
  'status',
  'topics',
  'lists',
  'createdAt',
  'updatedAt',
  'attributes',
] as const
const asAttribute = 'attributes.'

/** What each column is for: as the daemon takes it, until somebody says otherwise. */
export function Mapping({
  table: { header, rows },
  uses,
  map,
  onChange,
}: {
  readonly table: NonNullable<Sample['table']>
  readonly uses: ImportResult['columns']
  readonly map: { readonly [column: string]: string }
  readonly onChange: (map: { readonly [column: string]: string }) => void
}): ReactNode {
  const words = useWords().subscribers.import.mapping
  const narrow = useNarrow()
  // A file without a header is taken as one: its columns are then called by their number.
  const columns = header.map((cell, index) => uses[index]?.column ?? cell.trim())
  const hasHeader = uses.every(({ column }, index) => column === header[index]?.trim())
  const samples = hasHeader ? rows : [header, ...rows]
  const set = (column: string, field: string): void => onChange({ ...map, [column]: field })
  return (
    <Table.ScrollContainer minWidth={narrow ? 0 : 640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={narrow ? '50%' : '24%'}>{words.column}</Table.Th>
            {!narrow && <Table.Th>{words.examples}</Table.Th>}
            <Table.Th w={narrow ? '50%' : 200}>{words.field}</Table.Th>
            {!narrow && <Table.Th w={180}>{words.attribute}</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column, index) => {
            const field = map[column] ?? uses[index]?.field ?? ''
            const isAttribute = field.startsWith(asAttribute)
            const examples = (
              <Text
                size={narrow ? 'xs' : 'sm'}
                c="dimmed"
                fw={400}
                truncate
                maw={narrow ? '38vw' : undefined}
              >
                {samples
                  .map((row) => row[index]?.trim() ?? '')
                  .filter((cell) => cell !== '')
                  .slice(0, 3)
                  .join(' · ')}
              </Text>
            )
            const attribute = isAttribute && (
              <TextInput
                size="xs"
                aria-label={words.attributeOf(column)}
                value={field.slice(asAttribute.length)}
                onChange={({ currentTarget }) => set(column, `${asAttribute}${currentTarget.value}`)}
              />
            )
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have the same name
              <Table.Tr key={index}>
                <Table.Td fw={550} style={{ verticalAlign: narrow ? 'top' : undefined }}>
                  {column}
                  {narrow && examples}
                </Table.Td>
                {!narrow && <Table.Td maw={320}>{examples}</Table.Td>}
                <Table.Td>
                  <Select
                    size="xs"
                    aria-label={words.fieldOf(column)}
                    data={[
                      ...fields.map((value) => ({ value, label: words.fields[value] })),
                      { value: asAttribute, label: words.fields.attribute },
                      { value: 'ignored', label: words.fields.ignored },
                    ]}
                    value={isAttribute ? asAttribute : field}
                    allowDeselect={false}
                    onChange={(value) => {
                      if (value === null) return
                      set(column, value === asAttribute ? `${asAttribute}${attributeNameOf(column)}` : value)
                    }}
                  />
                  {narrow && <Box mt={isAttribute ? 4 : 0}>{attribute}</Box>}
                </Table.Td>
                {!narrow && (
                  <Table.Td>
                    <Group mih={30}>{attribute}</Group>
                  </Table.Td>
                )}
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}

const attributeNameOf = (column: string): string =>
  column
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
