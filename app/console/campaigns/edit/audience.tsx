import { Card, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { RuleBuilder } from '../../rules/builder.tsx'
import { LiveCount } from '../../rules/count.tsx'
import { useWords } from '../../words/index.tsx'
import { isForNobody } from '../campaign-input.ts'
import { NamesSelect } from './fields.tsx'
import type { EditorProps } from './letter.tsx'

const page = { query: { limit: 200 } } as const
const newest = { query: { order: 'newest', limit: 200 } } as const

/** Who gets it, who does not, and how many that are. */
export function AudienceEditor({ input, set, troubles }: EditorProps): ReactNode {
  const words = useWords().campaigns.audience
  const lists = useQuery(read('GET /lists', page)).data?.data
  const segments = useQuery(read('GET /segments', page)).data?.data
  const campaigns = useQuery(read('GET /campaigns', newest)).data?.data.filter(
    ({ name, publicationId }) => name !== input.name && publicationId !== null,
  )
  return (
    <Stack gap="md">
      <Card>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
          <Stack gap="sm">
            <Text component="h2" fz="sm" fw={600}>
              {words.include}
            </Text>
            <NamesSelect
              label={words.lists}
              placeholder={words.choose}
              known={lists}
              value={input.lists}
              error={troubles('lists')}
              onChange={(names) => set({ lists: names })}
            />
            <NamesSelect
              label={words.segments}
              placeholder={words.choose}
              known={segments}
              value={input.segments}
              error={troubles('segments')}
              onChange={(names) => set({ segments: names })}
            />
            <NamesSelect
              label={words.campaigns}
              placeholder={words.choose}
              known={campaigns}
              value={input.campaigns}
              error={troubles('campaigns')}
              onChange={(names) => set({ campaigns: names })}
            />
          </Stack>
          <Stack gap="sm">
            <Text component="h2" fz="sm" fw={600}>
              {words.exclude}
            </Text>
            <NamesSelect
              label={words.excludeLists}
              placeholder={words.nobody}
              known={lists}
              value={input.excludeLists}
              error={troubles('excludeLists')}
              onChange={(names) => set({ excludeLists: names })}
            />
            <NamesSelect
              label={words.excludeSegments}
              placeholder={words.nobody}
              known={segments}
              value={input.excludeSegments}
              error={troubles('excludeSegments')}
              onChange={(names) => set({ excludeSegments: names })}
            />
            <NamesSelect
              label={words.excludeCampaigns}
              placeholder={words.nobody}
              known={campaigns}
              value={input.excludeCampaigns}
              error={troubles('excludeCampaigns')}
              onChange={(names) => set({ excludeCampaigns: names })}
            />
          </Stack>
        </SimpleGrid>
      </Card>
      <Card>
        <Text component="h2" fz="sm" fw={600}>
          {words.where}
        </Text>
        <Text size="xs" c="dimmed" mb="xs">
          {words.whereHint}
        </Text>
        <RuleBuilder value={input.where} onChange={(where) => set({ where })} />
        {troubles('where') !== null && (
          <Text size="xs" c="var(--mantine-color-error)" mt={4} style={{ whiteSpace: 'pre-wrap' }}>
            {troubles('where')}
          </Text>
        )}
      </Card>
    </Stack>
  )
}

/** The number of people, beside the builder. */
export function AudienceCount({ input }: Pick<EditorProps, 'input'>): ReactNode {
  const words = useWords().campaigns.audience
  const { lists, excludeLists, segments, excludeSegments, campaigns, excludeCampaigns, where } = input
  return (
    <Card>
      <Text size="xs" c="dimmed">
        {words.count}
      </Text>
      <LiveCount
        enabled={!isForNobody(input)}
        audience={{
          lists,
          excludeLists,
          segments,
          excludeSegments,
          campaigns,
          excludeCampaigns,
          ...(where !== null && { rule: where }),
        }}
      />
      <Text size="xs" c="dimmed" mt="xs">
        {words.countHint}
      </Text>
    </Card>
  )
}
