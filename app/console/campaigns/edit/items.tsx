import {
  ActionIcon,
  Anchor,
  Card,
  Group,
  NumberInput,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp, IconPin, IconPinnedOff, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Item } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { safeLink } from '../../parts/safe-link.ts'
import { Time } from '../../parts/time.tsx'
import { useWords } from '../../words/index.tsx'
import { NamesSelect } from './fields.tsx'
import type { EditorProps } from './letter.tsx'

const hourMs = 3_600_000
const maxPinned = 10

/** Which items letters hold: by rules, for each reader by what they like; and those that open every letter. */
export function ItemsEditor({ input, set, troubles }: EditorProps): ReactNode {
  const words = useWords().campaigns.items
  const topics = useQuery(read('GET /topics', { query: { limit: 200 } })).data?.data
  const { selection } = input
  const choose = (change: Partial<typeof selection>): void => set({ selection: { ...selection, ...change } })
  const number = (name: 'count' | 'minimum' | 'minimumNew' | 'pool', max: number, min = 0): ReactNode => (
    <NumberInput
      label={words[name]}
      description={words[`${name}Hint`]}
      min={min}
      max={max}
      allowDecimal={false}
      value={selection[name]}
      error={troubles(`selection.${name}`)}
      onChange={(next) => typeof next === 'number' && choose({ [name]: next })}
    />
  )
  return (
    <Stack gap="md">
      <Card>
        <Text component="h2" fz="sm" fw={600} mb="xs">
          {words.rules}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          {number('count', 50)}
          {number('minimum', 50)}
          <NamesSelect
            label={words.topics}
            description={words.topicsHint}
            placeholder={words.anyTopic}
            known={topics}
            value={selection.topics}
            error={troubles('selection.topics')}
            onChange={(names) => choose({ topics: names })}
          />
          <NumberInput
            label={words.maxAge}
            description={words.maxAgeHint}
            placeholder={words.anyAge}
            min={1}
            value={selection.maxAgeMs === null ? '' : selection.maxAgeMs / hourMs}
            error={troubles('selection.maxAgeMs')}
            onChange={(next) =>
              choose({ maxAgeMs: typeof next === 'number' ? Math.max(1, Math.round(next * hourMs)) : null })
            }
          />
          {number('minimumNew', 1000)}
          {number('pool', 1000, 1)}
          <NumberInput
            label={words.halfLife}
            description={words.halfLifeHint}
            min={1}
            value={selection.halfLifeMs / hourMs}
            error={troubles('selection.halfLifeMs')}
            onChange={(next) =>
              typeof next === 'number' && next > 0 && choose({ halfLifeMs: Math.round(next * hourMs) })
            }
          />
          <NumberInput
            label={words.diversity}
            description={words.diversityHint}
            min={0}
            max={1}
            step={0.1}
            value={selection.diversity}
            error={troubles('selection.diversity')}
            onChange={(next) => typeof next === 'number' && choose({ diversity: next })}
          />
        </SimpleGrid>
        <Group mt="md" gap="lg">
          <Switch
            label={words.sinceLast}
            checked={selection.sinceLast}
            onChange={({ currentTarget }) => choose({ sinceLast: currentTarget.checked })}
          />
          <Switch
            label={words.onlyNew}
            checked={selection.onlyNew}
            onChange={({ currentTarget }) => choose({ onlyNew: currentTarget.checked })}
          />
        </Group>
      </Card>
      <Pinned
        keys={selection.pinned}
        error={troubles('selection.pinned')}
        onChange={(pinned) => choose({ pinned })}
      />
    </Stack>
  )
}

function Pinned({
  keys,
  error,
  onChange,
}: {
  readonly keys: readonly string[]
  readonly error: string | null
  readonly onChange: (keys: readonly string[]) => void
}): ReactNode {
  const words = useWords().campaigns.items
  const [search, setSearch] = useState('')
  const [asked] = useDebouncedValue(search.trim(), 200)
  const found = useQuery(
    read('GET /items', { query: { limit: 12, order: 'newest', ...(asked !== '' && { search: asked }) } }),
  )
  // Those that are pinned may be older than what is found: seen once, they are remembered by their key.
  const known = useQuery(read('GET /items', { query: { limit: 1000, order: 'newest' } }))
  const byKey = new Map(
    [...(known.data?.data ?? []), ...(found.data?.data ?? [])].map((item) => [item.key, item]),
  )
  const move = (index: number, by: number): void => {
    const next = [...keys]
    const [taken] = next.splice(index, 1)
    next.splice(index + by, 0, taken!)
    onChange(next)
  }
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600}>
        {words.pinned}
      </Text>
      <Text size="xs" c="dimmed" mb="xs">
        {words.pinnedHint}
      </Text>
      {error !== null && (
        <Text size="xs" c="var(--mantine-color-error)" mb="xs">
          {error}
        </Text>
      )}
      <Stack gap={2} mb="sm" role="list" aria-label={words.pinned}>
        {keys.map((key, index) => (
          <ItemRow key={key} item={byKey.get(key)} itemKey={key}>
            <Act
              label={words.up}
              disabled={index === 0}
              icon={<IconArrowUp size={14} />}
              onClick={() => move(index, -1)}
            />
            <Act
              label={words.down}
              disabled={index === keys.length - 1}
              icon={<IconArrowDown size={14} />}
              onClick={() => move(index, 1)}
            />
            <Act
              label={words.unpin}
              icon={<IconPinnedOff size={14} />}
              onClick={() => onChange(keys.filter((one) => one !== key))}
            />
          </ItemRow>
        ))}
      </Stack>
      <TextInput
        type="search"
        size="xs"
        mb="xs"
        aria-label={words.find}
        placeholder={words.find}
        leftSection={<IconSearch size={14} />}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <Stack gap={2} role="list" aria-label={words.find} mih={120}>
        {(found.data?.data ?? [])
          .filter(({ key }) => !keys.includes(key))
          .slice(0, 8)
          .map((item) => (
            <ItemRow key={item.id} item={item} itemKey={item.key}>
              <Act
                label={words.pin}
                disabled={keys.length >= maxPinned}
                icon={<IconPin size={14} />}
                onClick={() => onChange([...keys, item.key])}
              />
            </ItemRow>
          ))}
        {found.data?.data.length === 0 && (
          <Text size="sm" c="dimmed">
            {words.nothing}
          </Text>
        )}
      </Stack>
    </Card>
  )
}

const ItemRow = ({
  item,
  itemKey,
  children,
}: {
  readonly item: Item | undefined
  readonly itemKey: string
  readonly children: ReactNode
}): ReactNode => (
  <Group gap="xs" wrap="nowrap" justify="space-between" role="listitem" mih={30}>
    <Text size="sm" truncate style={{ flex: 1 }}>
      {item === undefined ? (
        <Text span ff="monospace" size="xs">
          {itemKey}
        </Text>
      ) : (
        <Anchor {...safeLink(item.url)} c="inherit" fz="sm">
          {item.title}
        </Anchor>
      )}
    </Text>
    {item !== undefined && (
      <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        <Time at={item.publishedAt} />
      </Text>
    )}
    <Group gap={2} wrap="nowrap">
      {children}
    </Group>
  </Group>
)

const Act = ({
  label,
  icon,
  disabled = false,
  onClick,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly disabled?: boolean
  readonly onClick: () => void
}): ReactNode => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
      {icon}
    </ActionIcon>
  </Tooltip>
)
