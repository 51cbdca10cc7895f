import { Anchor, List, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failed } from '../parts/failed.tsx'
import { Wordmark } from '../shell/wordmark.tsx'
import { useWords } from '../words/index.tsx'
import { Section } from './section.tsx'
import { SettingsPage } from './settings-page.tsx'

interface Described {
  readonly info: { readonly version: string }
}
async function described(signal: AbortSignal): Promise<Described> {
  const response = await fetch('/openapi.json', { signal })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await response.json()) as Described
}

export function About(): ReactNode {
  const { settings } = useWords()
  const words = settings.about
  const api = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => described(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <SettingsPage tab="about">
      <div>
        <Section title={words.version} about={words.versionAbout}>
          {api.isError ? (
            <Failed error={api.error} retry={() => void api.refetch()} />
          ) : (
            <Text fz={24} mih={38} component="div">
              <Wordmark size={26} />{' '}
              <Text span data-stat="version" ff="monospace" size="md">
                {api.data?.info.version}
              </Text>
            </Text>
          )}
        </Section>
        <Section title={words.api} about={words.apiAbout}>
          <List listStyleType="none" size="sm" spacing={4}>
            <List.Item>
              <Anchor href="/openapi.json" target="_blank" size="sm" underline="always">
                /openapi.json
              </Anchor>{' '}
              {words.openapi}
            </List.Item>
            <List.Item>
              <Anchor href="/metrics" target="_blank" size="sm" underline="always">
                /metrics
              </Anchor>{' '}
              {words.metrics}
            </List.Item>
          </List>
        </Section>
        <Section title={words.help} about={words.helpAbout}>
          <Text size="sm">{words.docs}</Text>
        </Section>
        <Section title={words.licences}>
          <Text size="sm">{words.licencesText}</Text>
          <Text size="sm" mt={4}>
            <Anchor href="./licences.txt" target="_blank" size="sm" underline="always">
              /licences.txt
            </Anchor>{' '}
            {words.licencesOfConsole}
          </Text>
        </Section>
      </div>
    </SettingsPage>
  )
}
