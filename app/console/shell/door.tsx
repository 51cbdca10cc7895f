import { Box, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'
import { Wordmark } from './wordmark.tsx'

/** The pages before the house: signing in, and choosing a password. */
export function Door({
  title,
  about,
  children,
}: {
  readonly title: string
  readonly about?: string
  readonly children: ReactNode
}): ReactNode {
  const { shell } = useWords()
  return (
    <Box component="main" mih="100dvh" style={{ display: 'grid', placeItems: 'center', padding: 16 }}>
      <title>{`${title} · ${shell.name}`}</title>
      <Stack w="100%" maw={360} gap="lg">
        <Wordmark size={30} />
        <Stack gap={4}>
          <Title order={1} size="h3">
            {title}
          </Title>
          {about !== undefined && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </Stack>
        {children}
      </Stack>
    </Box>
  )
}
