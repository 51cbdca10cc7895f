import { Badge, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Scope } from '../shell/session.tsx'
import { useWords } from '../words/index.tsx'

/** As engine/model/scope.ts has them; the types of the API hold the two together. */
export const scopes = [
  'subscribers:read',
  'subscribers:write',
  'content:read',
  'content:write',
  'campaigns:read',
  'campaigns:write',
  'campaigns:send',
  'alerts:read',
  'alerts:write',
  'analytics:read',
  'system:read',
  'system:write',
  'access:write',
] as const satisfies readonly Scope[]
// A scope that is missing above breaks the build here.
type Missing = Exclude<Scope, (typeof scopes)[number]>
export const allScopesAreThere: Missing extends never ? true : never = true

/** Few by name; all of them by one word. */
export function ScopeBadges({ of }: { readonly of: readonly Scope[] }): ReactNode {
  const words = useWords().settings.keys
  if (of.length === scopes.length)
    return (
      <Badge color="orange" size="sm">
        {words.everything}
      </Badge>
    )
  return (
    <Group gap={4} wrap="nowrap" component="span" h={36} title={of.join(', ')}>
      {of.map((scope) => (
        <Badge key={scope} color="gray" size="sm" fw={500} ff="monospace" style={{ flexShrink: 0 }}>
          {scope}
        </Badge>
      ))}
    </Group>
  )
}
