import { Button, Group, NativeSelect } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { defined } from '../../parts/search.ts'
import { SearchField } from '../../parts/search-field.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import { shows } from '../routes.ts'
import { severities } from '../severities.ts'
import type { AlertFilter } from './alert-rows.ts'

export interface ListSearch extends AlertFilter {
  /** The name of a label whose values are counted. */
  readonly by?: string
}

/** What the list shows; all of it stands in the address. */
export function AlertFilters({
  search,
  labelNames,
}: {
  readonly search: ListSearch
  readonly labelNames: readonly string[]
}): ReactNode {
  const { alerts, shell } = useWords()
  const words = alerts.filter
  const navigate = useNavigate()
  const can = useCan()
  const topics = useQuery({
    ...read('GET /topics', { query: { limit: 500 } }),
    enabled: can('content:read'),
  })
  const set = (change: { readonly [K in keyof ListSearch]?: ListSearch[K] | undefined }): void =>
    void navigate({ to: '/alerts', search: defined({ ...search, ...change }), replace: true })
  const names = [...new Set([...labelNames, ...(search.by === undefined ? [] : [search.by])])].sort()
  const topicNames = topics.data?.data.map(({ name }) => name) ?? []
  const filtered = Object.keys(search).some((name) => name !== 'by')
  return (
    <Group gap="xs" role="search" aria-label={words.label}>
      <SearchField
        size="xs"
        label={words.text}
        value={search.text ?? ''}
        onFind={(text) => set({ text: text || undefined })}
      />
      <NativeSelect
        size="xs"
        aria-label={words.show}
        value={search.show ?? 'open'}
        data={shows.map((show) => ({
          value: show,
          label: show === 'open' || show === 'all' ? words.shows[show] : shell.states[show],
        }))}
        onChange={({ currentTarget: { value } }) =>
          set({ show: value === 'open' ? undefined : (value as (typeof shows)[number]) })
        }
      />
      <NativeSelect
        size="xs"
        aria-label={words.severity}
        value={search.severity ?? ''}
        data={[
          { value: '', label: words.anySeverity },
          ...severities.toReversed().map((value) => ({ value, label: shell.states[value] })),
        ]}
        onChange={({ currentTarget: { value } }) =>
          set({ severity: severities.find((severity) => severity === value) })
        }
      />
      <NativeSelect
        size="xs"
        aria-label={words.topic}
        value={search.topic ?? ''}
        data={[
          { value: '', label: words.anyTopic },
          ...new Set([...topicNames, ...(search.topic === undefined ? [] : [search.topic])]),
        ]}
        onChange={({ currentTarget: { value } }) => set({ topic: value || undefined })}
      />
      <NativeSelect
        size="xs"
        aria-label={words.by}
        value={search.by ?? ''}
        data={[
          { value: '', label: words.noGroups },
          ...names.map((value) => ({ value, label: words.groupBy(value) })),
        ]}
        onChange={({ currentTarget: { value } }) => set({ by: value || undefined })}
      />
      {filtered && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} />}
          onClick={() => void navigate({ to: '/alerts', search: defined({ by: search.by }), replace: true })}
        >
          {words.clear}
        </Button>
      )}
    </Group>
  )
}
