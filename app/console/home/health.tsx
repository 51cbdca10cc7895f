import { Badge, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useLiveState } from '../api/live.tsx'
import { read } from '../api/queries.ts'
import { StateBadge } from '../parts/state.tsx'
import { useCan } from '../shell/session.tsx'
import { useWords } from '../words/index.tsx'
import style from './home.module.css'
import { Panel } from './panel.tsx'

/** No fact tells of a store that cannot be written. */
const askMs = 30_000

/** Channels, the store and the stream. */
export function Health(): ReactNode {
  const words = useWords().home.health
  const can = useCan()
  const live = useLiveState()
  const channels = useQuery({ ...read('GET /channels'), enabled: can('system:read') })
  const ready = useQuery({
    queryKey: ['readyz'],
    queryFn: async ({ signal }) => {
      const response = await fetch('/readyz', { signal })
      const body = (await response.json()) as { readonly detail?: string }
      return { ok: response.ok, detail: body.detail ?? null }
    },
    refetchInterval: askMs,
  })
  return (
    <Panel
      title={words.title}
      {...(can('system:read') && { to: '/system', more: words.all })}
      error={channels.error}
      retry={() => void channels.refetch()}
      minHeight={140}
    >
      <ul className={style.lines}>
        <li>
          <span className={style.grow}>{words.store}</span>
          {ready.data?.detail != null && (
            <Text span size="xs" c="dimmed" truncate>
              {ready.data.detail}
            </Text>
          )}
          {ready.data !== undefined && (
            <Badge color={ready.data.ok ? 'teal' : 'red'} data-store={ready.data.ok ? 'well' : 'away'}>
              {ready.data.ok ? words.well : words.away}
            </Badge>
          )}
        </li>
        <li>
          <span className={style.grow}>{words.stream}</span>
          <Badge color={live === 'on' ? 'teal' : 'orange'}>
            {live === 'on' ? words.well : words.reconnecting}
          </Badge>
        </li>
        {channels.data?.data.map(({ name, state, detail }) => (
          <li key={name} data-channel={name}>
            <span className={style.grow}>{words.channel(name)}</span>
            {detail !== null && (
              <Text span size="xs" c="dimmed" className={style.grow} title={detail}>
                {detail}
              </Text>
            )}
            <StateBadge state={state} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
