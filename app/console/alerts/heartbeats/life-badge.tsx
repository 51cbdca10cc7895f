import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'

/** Whether it was heard in time. */
export function LifeBadge({ alarmed }: { readonly alarmed: boolean }): ReactNode {
  const words = useWords().alerts.heartbeats
  return (
    <Badge color={alarmed ? 'red' : 'teal'} data-state={alarmed ? 'silent' : 'alive'}>
      {alarmed ? words.silent : words.alive}
    </Badge>
  )
}
