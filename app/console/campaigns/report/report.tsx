import { Anchor, Card, Group, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type Answer, addressOf } from '../../api/client.ts'
import type { Campaign } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Stat } from '../../parts/stat.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { useBefore } from './before.ts'
import { ByDimension } from './by-dimension.tsx'
import { ClickMap } from './click-map.tsx'
import { Funnel } from './funnel.tsx'
import style from './report.module.css'
import { Timeline } from './timeline.tsx'

export type Stats = Answer<'GET /analytics/publications/{id}'>

/** What came of a publication: how far people went, when, where they clicked, and whether that is more than the time before. */
export function Report({
  campaign,
  publicationId,
}: {
  readonly campaign: Campaign
  readonly publicationId: number
}): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const can = useCan()
  const found = useQuery({
    ...read('GET /analytics/publications/{id}', { path: { id: publicationId } }),
    enabled: can('analytics:read'),
  })
  const before = useBefore(campaign, publicationId)
  if (!can('analytics:read'))
    return (
      <Text size="sm" c="dimmed">
        {words.notYours}
      </Text>
    )
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />
  const stats = found.data
  if (stats === undefined) return <div style={{ minHeight: 640 }} aria-busy />
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {words.startedAt(format.dateTime(stats.startedAt))}
          {stats.finishedAt !== null &&
            ` · ${words.took(format.duration(Math.max(1000, stats.finishedAt - stats.startedAt)))}`}
          {before !== null && ` · ${words.comparedWith(format.date(before.startedAt))}`}
        </Text>
        <Anchor
          fz="sm"
          lh="24px"
          href={addressOf('GET /analytics/publications/{id}', {
            path: { id: publicationId },
            query: { format: 'csv' },
          })}
          download
        >
          <Group gap={4} component="span" style={{ display: 'inline-flex' }}>
            <IconDownload size={14} aria-hidden />
            {words.csv}
          </Group>
        </Anchor>
      </Group>
      <Rates stats={stats} before={before} />
      <div className={style.halves}>
        <Funnel stats={stats} />
        <Readers stats={stats} />
      </div>
      <Timeline publicationId={publicationId} startedAt={stats.startedAt} timeZone={campaign.timeZone} />
      <ClickMap campaign={campaign} publicationId={publicationId} />
      <ByDimension publicationId={publicationId} />
    </Stack>
  )
}

type Share = { readonly value: number; readonly low: number; readonly high: number } | null

function Rates({ stats, before }: { readonly stats: Stats; readonly before: Stats | null }): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const rate = (
    name: string,
    label: string,
    share: Share,
    past: Share | undefined,
    people: number,
  ): ReactNode => (
    <Stat
      name={name}
      label={label}
      value={share === null ? '–' : format.percent(share.value)}
      note={
        <>
          {words.people(people, format.count(people))}
          {share !== null && past && <Change now={share.value} past={past.value} />}
        </>
      }
    />
  )
  const bounced = stats.bounced.recipients
  return (
    <div className={style.rates}>
      <Stat
        name="report.sent"
        label={words.sent}
        value={format.count(stats.deliveries.sent)}
        note={words.ofAudience(format.count(stats.deliveries.audience))}
      />
      {rate(
        'opened',
        words.opened,
        stats.opened.people.share,
        before?.opened.people.share,
        stats.opened.people.recipients,
      )}
      {rate(
        'clicked',
        words.clicked,
        stats.clicked.people.share,
        before?.clicked.people.share,
        stats.clicked.people.recipients,
      )}
      <Stat
        name="clickedOfOpened"
        label={words.clickedOfOpened}
        value={stats.clickedOfOpened === null ? '–' : format.percent(stats.clickedOfOpened.value)}
        note={words.clickedOfOpenedHint}
      />
      {rate(
        'unsubscribed',
        words.unsubscribed,
        stats.unsubscribed.share,
        before?.unsubscribed.share,
        stats.unsubscribed.recipients,
      )}
      {rate('bounced', words.bounced, stats.bounced.share, before?.bounced.share, bounced)}
      {rate(
        'complained',
        words.complained,
        stats.complained.share,
        before?.complained.share,
        stats.complained.recipients,
      )}
    </div>
  )
}

/** Against the time before, in points of percent. */
function Change({ now, past }: { readonly now: number; readonly past: number }): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const points = now - past
  if (Math.abs(points) < 0.0005) return ` · ${words.asBefore}`
  return ` · ${points > 0 ? '▲' : '▼'} ${words.points(format.percent(Math.abs(points)))}`
}

/** Who opened and clicked, as far as can be told. */
function Readers({ stats }: { readonly stats: Stats }): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const classes = ['human', 'proxy', 'prefetch', 'scanner', 'unknown'] as const
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600}>
        {words.readers}
      </Text>
      <Text size="xs" c="dimmed" mb="xs">
        {words.readersHint}
      </Text>
      <table className={style.classes}>
        <thead>
          <tr>
            <th scope="col">{words.class}</th>
            <th scope="col">{words.opened}</th>
            <th scope="col">{words.clicked}</th>
          </tr>
        </thead>
        <tbody>
          {classes.map((one) => (
            <tr key={one}>
              <th scope="row">
                {words.classes[one]}
                <Text size="xs" c="dimmed" component="div" fw={400}>
                  {words.classHints[one]}
                </Text>
              </th>
              <td data-stat={`opened.${one}`}>{format.count(stats.opened.classes[one].recipients)}</td>
              <td data-stat={`clicked.${one}`}>{format.count(stats.clicked.classes[one].recipients)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
