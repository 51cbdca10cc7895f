import { Badge, Group } from '@mantine/core'
import type { ReactNode } from 'react'

const shown = 3

export const TopicBadges = ({ topics }: { readonly topics: readonly string[] }): ReactNode => (
  <Group gap={4} wrap="nowrap" component="span" title={topics.join(', ')} style={{ height: 36 }}>
    {topics.slice(0, shown).map((topic) => (
      <Badge key={topic} color="gray" size="sm" fw={500} style={{ flexShrink: 0 }}>
        {topic}
      </Badge>
    ))}
    {topics.length > shown && (
      <Badge color="gray" variant="outline" size="sm" fw={500} style={{ flexShrink: 0 }}>
        +{topics.length - shown}
      </Badge>
    )}
  </Group>
)
