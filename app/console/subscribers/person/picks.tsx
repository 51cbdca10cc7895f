import { Anchor, List, Skeleton, Stack, Text } from '@mantine/core'
import { IconArticleOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useWords } from '../../words/index.tsx'

/** What a letter would hold for them now, and why. */
export function Picks({ id }: { readonly id: number }): ReactNode {
  const words = useWords().subscribers.picks
  const query = useQuery(read('GET /subscribers/{id}/picks', { path: { id } }))
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  if (query.data === undefined) return <Skeleton h={260} />
  if (query.data.data.length === 0)
    return (
      <Empty icon={IconArticleOff} title={words.none}>
        {words.noneHint}
      </Empty>
    )
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      <List type="ordered" spacing={8} size="sm">
        {query.data.data.map(({ itemId, title, url, reason }) => (
          <List.Item key={itemId}>
            {/^https?:\/\//.test(url) ? (
              <Anchor href={url} target="_blank" rel="noopener noreferrer" fz="inherit">
                {title}
              </Anchor>
            ) : (
              title
            )}
            <Text size="xs" c="dimmed">
              {reason}
            </Text>
          </List.Item>
        ))}
      </List>
    </Stack>
  )
}
