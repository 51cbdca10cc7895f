import { Checkbox, Group, MultiSelect, Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { useWords } from '../../words/index.tsx'
import { Section } from '../person/overview.tsx'
import type { ImportQuery } from './upload.ts'

const merges = ['overwrite', 'fill', 'keep'] as const
const strictnesses = ['none', 'warn', 'reject'] as const

/** What is decided of a whole file. */
export interface Options {
  readonly lists: readonly string[]
  readonly createLists: boolean
  readonly merge: (typeof merges)[number]
  readonly check: (typeof strictnesses)[number]
}
export const usualOptions: Options = { lists: [], createLists: false, merge: 'overwrite', check: 'none' }

const checks: { readonly [S in Options['check']]: string | undefined } = {
  none: undefined,
  warn: 'role=warn,disposable=warn,typo=warn',
  reject: 'role=warn,disposable=reject,typo=warn',
}

export const queryOf = (
  { lists, createLists, merge, check }: Options,
  map: { readonly [column: string]: string },
): ImportQuery => ({
  merge,
  ...(lists.length > 0 && { lists: lists.join(',') }),
  ...(createLists && { createLists: '1' as const }),
  ...(checks[check] !== undefined && { check: checks[check] }),
  ...(Object.keys(map).length > 0 && { map: JSON.stringify(map) }),
})

export function ImportOptions({
  options,
  onChange,
}: {
  readonly options: Options
  readonly onChange: (options: Options) => void
}): ReactNode {
  const words = useWords().subscribers.import.options
  const lists = useQuery(read('GET /lists', { query: { limit: 1000 } }))
  return (
    <Section title={words.title}>
      <Stack gap="sm">
        <Group grow preventGrowOverflow={false} align="flex-start" gap="sm">
          <MultiSelect
            label={words.lists}
            data={(lists.data?.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
            value={[...options.lists]}
            onChange={(next) => onChange({ ...options, lists: next })}
            searchable
            clearable
            miw={220}
          />
          <Select
            label={words.merge}
            data={merges.map((value) => ({ value, label: words.merges[value] }))}
            value={options.merge}
            allowDeselect={false}
            onChange={(value) => value !== null && onChange({ ...options, merge: value as Options['merge'] })}
            miw={220}
          />
          <Select
            label={words.check}
            data={strictnesses.map((value) => ({ value, label: words.checks[value] }))}
            value={options.check}
            allowDeselect={false}
            onChange={(value) => value !== null && onChange({ ...options, check: value as Options['check'] })}
            miw={220}
          />
        </Group>
        <Checkbox
          label={words.createLists}
          checked={options.createLists}
          onChange={({ currentTarget }) => onChange({ ...options, createLists: currentTarget.checked })}
        />
      </Stack>
    </Section>
  )
}
