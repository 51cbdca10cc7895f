import { Divider, Paper, SimpleGrid, Skeleton, Stack, TagsInput, Text, Title } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { FailedNote } from '../../parts/failed.tsx'
import { useWords } from '../../words/index.tsx'
import { HoldNotes, type Preview, RouteCard } from './route-card.tsx'

const hints = ['severity=critical', 'severity=error', 'severity=warning', 'severity=info']

/** "What would this match?" The labels stand in the address: what was found can be shown to others. */
export function Tester({
  label,
  preview,
}: {
  readonly label: readonly string[]
  readonly preview: UseQueryResult<Preview>
}): ReactNode {
  const words = useWords().alerts.tester
  const navigate = useNavigate()
  const [wrong, setWrong] = useState<string | null>(null)
  const set = (texts: readonly string[]): void => {
    const bad = texts.find((text) => text.indexOf('=') < 1)
    setWrong(bad === undefined ? null : words.wrong(bad))
    const good = texts.filter((text) => text.indexOf('=') > 0)
    void navigate({
      to: '/alerts/rules',
      search: good.length === 0 ? {} : { label: good },
      replace: true,
    })
  }
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="tester">
      <Title order={2} size="h5" id="tester" mb={6}>
        {words.title}
      </Title>
      <TagsInput
        aria-label={words.labels}
        placeholder={label.length === 0 ? words.placeholder : ''}
        description={words.hint}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={[...label]}
        onChange={set}
        data={hints}
        splitChars={[' ', ',']}
        acceptValueOnBlur
        error={wrong}
        data-autofocus
      />
      <div aria-live="polite" style={{ minHeight: 150, marginTop: 12 }}>
        {preview.isError && <FailedNote error={preview.error} />}
        {preview.isPending && <Skeleton h={130} />}
        {preview.data !== undefined && (
          <Stack gap="sm">
            <Text size="sm" fw={550}>
              {label.length === 0 ? words.plain : words.goes(preview.data.routes.length)}
            </Text>
            <HoldNotes preview={preview.data} />
            <SimpleGrid cols={{ base: 1, md: Math.min(2, preview.data.routes.length) }} spacing="lg">
              {preview.data.routes.map((route) => (
                <div key={route.route}>
                  <Divider mb="sm" />
                  <RouteCard route={route} />
                </div>
              ))}
            </SimpleGrid>
          </Stack>
        )}
      </div>
    </Paper>
  )
}
