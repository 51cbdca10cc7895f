import { Button, Skeleton, Stack } from '@mantine/core'
import { IconPlugConnected, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { Empty } from '../parts/empty.tsx'
import { Failed } from '../parts/failed.tsx'
import { Page } from '../parts/page.tsx'
import { useWords } from '../words/index.tsx'
import { ChannelCard } from './channel-card.tsx'

/** The ways out, and how they do. */
export function Channels(): ReactNode {
  const words = useWords().channels
  const query = useQuery(read('GET /channels'))
  const system = useQuery(read('GET /system'))
  const figures = system.data?.figures.find(({ name }) => name === 'broadsheet_channel_messages_total')
  const setUp = (
    <Button data-create component={Link} to="/channels/set-up" leftSection={<IconPlus size={14} />}>
      {words.setUp.new}
    </Button>
  )
  return (
    <Page title={words.title} about={words.about} actions={setUp}>
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton h={140} />}
      {query.data?.data.length === 0 && (
        <Empty icon={IconPlugConnected} title={words.none}>
          {words.noneHint}
        </Empty>
      )}
      <Stack gap="sm">
        {query.data?.data.map((channel) => (
          <ChannelCard
            key={channel.name}
            channel={channel}
            messages={figures?.values.filter(({ labels }) => labels.channel === channel.name) ?? []}
          />
        ))}
      </Stack>
    </Page>
  )
}
