import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconUser } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { read } from '../../api/queries.ts'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { stranger } from './preview.tsx'

/** Whose letter is shown: found by name or address; at first somebody of whom nothing is known. */
export function ReaderPicker({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (address: string) => void
}): ReactNode {
  const words = useWords().campaigns.preview
  const can = useCan()
  const [search, setSearch] = useState('')
  const [asked] = useDebouncedValue(search.trim(), 200)
  // Under one label as long as it is chosen: with another the field forgets what is being typed.
  const [named, setNamed] = useState({ value: stranger, label: words.stranger })
  const shown = value === stranger ? words.stranger : value === named.value ? named.label : value
  const people = useQuery({
    ...read('GET /subscribers', {
      query: { limit: 8, status: 'active', ...(asked !== '' && asked !== shown && { search: asked }) },
    }),
    enabled: can('subscribers:read'),
  })
  const options = [
    ...(value === stranger ? [] : [{ value: stranger, label: words.stranger }]),
    { value, label: shown },
    ...(people.data?.data ?? [])
      .filter(({ address }) => address !== stranger && address !== value)
      .map(({ address, name }) => ({ value: address, label: name ? `${name} · ${address}` : address })),
  ]
  return (
    <Select
      size="xs"
      w={{ base: '100%', xs: 260 }}
      aria-label={words.as}
      leftSection={<IconUser size={14} />}
      data={options}
      value={value}
      searchable
      allowDeselect={false}
      // The daemon has searched already.
      filter={({ options: all, search: typed }) =>
        typed === '' || typed === shown
          ? all
          : all.filter((one) => 'value' in one && one.value !== stranger && one.value !== value)
      }
      nothingFoundMessage={words.nobody}
      // Whoever types looks for somebody else.
      onFocus={({ currentTarget }) => currentTarget.select()}
      onSearchChange={setSearch}
      onChange={(next, option) => {
        if (next === null) return
        setNamed({ value: next, label: option?.label ?? next })
        onChange(next)
      }}
    />
  )
}
