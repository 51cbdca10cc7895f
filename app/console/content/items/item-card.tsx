import { Box, Image, Paper, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'
import { hostOf } from '../safe-link.tsx'
import { TopicBadges } from '../topic-badges.tsx'
import type { Draft } from './item-form.tsx'

/** An item about as letters show it. */
export function ItemCard({ draft }: { readonly draft: Draft }): ReactNode {
  const { content } = useWords()
  const { title, url, summary, imageUrl, author, topics } = draft
  return (
    <Box component="section" aria-label={content.items.card}>
      <Text size="xs" c="dimmed" fw={550} mb={4}>
        {content.items.card}
      </Text>
      <Paper withBorder style={{ overflow: 'hidden' }}>
        {/^https?:\/\//i.test(imageUrl) && (
          <Image src={imageUrl} alt="" h={180} fit="cover" referrerPolicy="no-referrer" />
        )}
        <Box p="md">
          <Text ff="var(--serif)" fz={20} fw={600} lh={1.2} style={{ overflowWrap: 'anywhere' }}>
            {title === '' ? content.items.untitled : title}
          </Text>
          <Text size="xs" c="dimmed" mt={4}>
            {[author, url === '' ? '' : hostOf(url)].filter((part) => part !== '').join(' · ')}
          </Text>
          {summary !== '' && (
            <Text size="sm" mt={8} style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
              {summary}
            </Text>
          )}
          {topics.length > 0 && <TopicBadges topics={topics} />}
        </Box>
      </Paper>
    </Box>
  )
}
