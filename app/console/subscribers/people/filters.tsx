import { ActionIcon, Button, Checkbox, Group, Menu, Pill, Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconColumns, IconFilter, IconSearch, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { read } from '../../api/queries.ts'
import { useWords } from '../../words/index.tsx'
import { type ColumnName, fixedColumns } from './columns.tsx'
import { type Status, type Subscriber, type SubscriberFilter, statuses } from './filter.ts'

const typingMs = 250
const offeredAttributes = 20

/** What narrows the table, and what it shows. */
export function Filters({
  filter,
  onChange,
  columns,
  onColumns,
  rows,
}: {
  readonly filter: SubscriberFilter
  readonly onChange: (filter: SubscriberFilter) => void
  readonly columns: readonly ColumnName[]
  readonly onColumns: (columns: readonly ColumnName[]) => void
  /** Whose attributes are offered as columns. */
  readonly rows: readonly Subscriber[]
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.filters
  const lists = useQuery(read('GET /lists', { query: { limit: 1000 } }))
  const segments = useQuery(read('GET /segments', { query: { limit: 1000 } }))
  const set = <K extends keyof SubscriberFilter>(key: K, value: SubscriberFilter[K] | null): void => {
    const { [key]: _old, ...rest } = filter
    onChange(value === null || value === '' || value === undefined ? rest : { ...rest, [key]: value })
  }
  return (
    <Group gap="xs" align="center">
      <Search value={filter.search ?? ''} onChange={(text) => set('search', text)} />
      <Select
        size="xs"
        aria-label={words.status}
        placeholder={words.anyStatus}
        data={statuses.map((value) => ({ value, label: shell.states[value] }))}
        value={filter.status ?? null}
        onChange={(value) => set('status', value as Status | null)}
        clearable
        w={150}
      />
      <Select
        size="xs"
        aria-label={words.list}
        placeholder={words.anyList}
        data={(lists.data?.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
        value={filter.list ?? null}
        onChange={(value) => set('list', value)}
        searchable
        clearable
        nothingFoundMessage={words.noLists}
        w={190}
      />
      <Select
        size="xs"
        aria-label={words.segment}
        placeholder={words.anySegment}
        data={(segments.data?.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
        value={filter.segment ?? null}
        onChange={(value) => set('segment', value)}
        searchable
        clearable
        nothingFoundMessage={words.noSegments}
        w={190}
      />
      {filter.rule !== undefined && (
        <Pill
          size="md"
          withRemoveButton
          onRemove={() => set('rule', null)}
          removeButtonProps={{ 'aria-label': words.clearRule, tabIndex: 0 }}
          ff="monospace"
          maw={320}
        >
          {filter.rule}
        </Pill>
      )}
      {Object.keys(filter).length > 0 && (
        <Button variant="subtle" color="gray" onClick={() => onChange({})}>
          {words.clear}
        </Button>
      )}
      <Group gap={4} ml="auto">
        <Tooltip label={words.asSegment}>
          <ActionIcon
            renderRoot={(props) => (
              <Link
                {...props}
                to="/segments/new"
                search={filter.rule === undefined ? {} : { rule: filter.rule }}
              />
            )}
            variant="default"
            size={30}
            aria-label={words.asSegment}
          >
            <IconFilter size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <ColumnMenu columns={columns} onColumns={onColumns} rows={rows} />
      </Group>
    </Group>
  )
}

function Search({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (text: string) => void
}): ReactNode {
  const words = useWords().subscribers.filters
  const [typed, setTyped] = useState(value)
  const tell = useDebouncedCallback(onChange, typingMs)
  // The address was changed by other means: back, or `Clear`.
  useEffect(() => setTyped(value), [value])
  return (
    <TextInput
      type="search"
      size="xs"
      aria-label={words.search}
      placeholder={words.search}
      leftSection={<IconSearch size={15} />}
      rightSection={
        typed !== '' && (
          <ActionIcon
            variant="transparent"
            color="gray"
            aria-label={words.clear}
            onClick={() => onChange('')}
          >
            <IconX size={14} />
          </ActionIcon>
        )
      }
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value)
        tell(currentTarget.value.trim())
      }}
      w={{ base: '100%', xs: 260 }}
    />
  )
}

function ColumnMenu({
  columns,
  onColumns,
  rows,
}: {
  readonly columns: readonly ColumnName[]
  readonly onColumns: (columns: readonly ColumnName[]) => void
  readonly rows: readonly Subscriber[]
}): ReactNode {
  const words = useWords().subscribers
  const seen = new Set(rows.slice(0, 500).flatMap(({ attributes }) => Object.keys(attributes)))
  for (const name of columns) if (name.startsWith('attr.')) seen.add(name.slice('attr.'.length))
  const attributes = [...seen].sort().slice(0, offeredAttributes)
  const toggle = (name: ColumnName): void => {
    const shown = columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name]
    // In one order, however they were chosen.
    const order: readonly ColumnName[] = [
      ...fixedColumns,
      ...shown.filter((each) => each.startsWith('attr.')),
    ]
    onColumns(order.filter((each) => shown.includes(each)))
  }
  const box = (name: ColumnName, label: string): ReactNode => (
    <Menu.Item key={name} closeMenuOnClick={false} onClick={() => toggle(name)} aria-label={label}>
      <Checkbox
        size="xs"
        label={label}
        checked={columns.includes(name)}
        readOnly
        tabIndex={-1}
        style={{ pointerEvents: 'none' }}
      />
    </Menu.Item>
  )
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Tooltip label={words.columns.choose}>
          <ActionIcon variant="default" size={30} aria-label={words.columns.choose}>
            <IconColumns size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Menu.Label>{words.columns.fields}</Menu.Label>
        {fixedColumns.map((name) => box(name, words.columns[name]))}
        {attributes.length > 0 && <Menu.Label>{words.columns.attributes}</Menu.Label>}
        {attributes.map((name) => box(`attr.${name}`, name))}
      </Menu.Dropdown>
    </Menu>
  )
}
