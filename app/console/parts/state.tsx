import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords, type Words } from '../words/index.tsx'

export type StateName = keyof Words['shell']['states']

const colours: { readonly [S in StateName]?: string } = {
  running: 'ink',
  planning: 'ink',
  handing: 'ink',
  scheduled: 'violet',
  pending: 'violet',
  queued: 'violet',
  paused: 'orange',
  retry: 'orange',
  held: 'orange',
  interrupted: 'orange',
  unknown: 'orange',
  'half-open': 'orange',
  warning: 'orange',
  acknowledged: 'cyan',
  finished: 'teal',
  sent: 'teal',
  resolved: 'teal',
  active: 'teal',
  closed: 'teal',
  failed: 'red',
  firing: 'red',
  escalated: 'red',
  open: 'red',
  error: 'red',
  critical: 'red',
  bounced: 'red',
  complained: 'red',
}

/** A state by word and colour. */
export const StateBadge = ({ state }: { readonly state: StateName }): ReactNode => (
  <Badge color={colours[state] ?? 'gray'} data-state={state} style={{ flexShrink: 0 }}>
    {useWords().shell.states[state]}
  </Badge>
)
