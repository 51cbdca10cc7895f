import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { useWords, type Words } from '../../words/index.tsx'

export type Feed = Answer<'GET /feeds/{idOrName}'>
type Health = keyof Words['content']['feeds']['health']

const colours: { readonly [H in Health]: string } = {
  well: 'teal',
  failing: 'red',
  gone: 'red',
  off: 'gray',
  waiting: 'violet',
}

export function healthOf({ enabled, state }: Feed): Health {
  if (!enabled) return 'off'
  if (state === null) return 'waiting'
  if (state.nextAt === null) return 'gone'
  return state.failures > 0 ? 'failing' : 'well'
}

export const HealthBadge = ({ feed }: { readonly feed: Feed }): ReactNode => {
  const health = healthOf(feed)
  return (
    <Badge color={colours[health]} data-state={health}>
      {useWords().content.feeds.health[health]}
    </Badge>
  )
}
