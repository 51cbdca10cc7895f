import { Alert, Badge, Box, Group, List, Paper, Skeleton, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { TopicBadges } from '../topic-badges.tsx'

export type Preview = Answer<'POST /feeds/preview'>
const shown = 8

/** What would come in of a feed, by the rules as they are now. */
export function FeedPreview({
  preview,
  loading,
}: {
  readonly preview: Preview | undefined
  readonly loading: boolean
}): ReactNode {
  const words = useWords().content.feeds
  const format = useFormat()
  if (preview === undefined) return loading ? <Skeleton h={320} /> : null
  const { items, warnings } = preview
  return (
    <Stack
      component="section"
      gap="xs"
      aria-label={words.preview}
      aria-busy={loading}
      opacity={loading ? 0.6 : 1}
    >
      <Group gap="xs">
        <Text size="sm" fw={550}>
          {words.wouldCome(items.length, format.count(items.length))}
        </Text>
        <Badge color="gray" tt="uppercase">
          {preview.format}
        </Badge>
      </Group>
      {warnings.length > 0 && (
        <Alert color="orange" title={words.warnings} p="sm">
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Paper withBorder>
        {items.slice(0, shown).map(({ title, url, summary, topics, publishedAt }, at) => (
          <Box key={url} px="sm" py={8} style={at > 0 ? { borderTop: '1px solid var(--line)' } : {}}>
            <Group justify="space-between" wrap="nowrap" gap="sm" align="baseline">
              <Text size="sm" fw={550} truncate>
                {title}
              </Text>
              {publishedAt !== undefined && (
                <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
                  <Time at={publishedAt} />
                </Text>
              )}
            </Group>
            {summary !== '' && (
              <Text size="xs" c="dimmed" lineClamp={1}>
                {summary}
              </Text>
            )}
            {topics.length > 0 && <TopicBadges topics={topics} />}
          </Box>
        ))}
        {items.length > shown && (
          <Text size="xs" c="dimmed" px="sm" py={6} style={{ borderTop: '1px solid var(--line)' }}>
            {words.andMore(format.count(items.length - shown))}
          </Text>
        )}
      </Paper>
    </Stack>
  )
}
