import { Button, Group } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Alert } from '../../api/operations.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import { routingLabels } from '../labels.tsx'
import type { ListSearch } from './filters.tsx'

const most = 24

/** How many alerts have which value of a label, the most first; pressing one shows those alone. */
export function AlertGroups({
  by,
  alerts,
  search,
}: {
  readonly by: string
  readonly alerts: readonly Alert[]
  readonly search: ListSearch
}): ReactNode {
  const words = useWords().alerts.filter
  const format = useFormat()
  const navigate = useNavigate()
  const counts = new Map<string, number>()
  for (const alert of alerts) {
    const value = routingLabels(alert)[by]
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one).slice(0, most)
  return (
    <Group gap={6} role="group" aria-label={words.groupBy(by)}>
      {sorted.map(([value, count]) => {
        const text = `${by}=${value}`
        const on = search.text === text
        return (
          <Button
            key={value}
            size="compact-xs"
            variant={on ? 'filled' : 'default'}
            aria-pressed={on}
            fw={450}
            onClick={() => {
              const { text: _text, ...rest } = search
              void navigate({ to: '/alerts', search: on ? rest : { ...rest, text }, replace: true })
            }}
            rightSection={<span data-numbers>{format.count(count)}</span>}
            h={24}
          >
            {value === '' ? '–' : value}
          </Button>
        )
      })}
    </Group>
  )
}
