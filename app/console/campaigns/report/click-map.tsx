import { Anchor, Card, Group, SegmentedControl, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { type Answer, call } from '../../api/client.ts'
import type { Campaign } from '../../api/operations.ts'
import { read } from '../../api/queries.ts'
import { Failed, FailedNote } from '../../parts/failed.tsx'
import { safeLink } from '../../parts/safe-link.ts'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { LetterFrame, stranger } from '../edit/preview.tsx'
import { ReaderPicker } from '../edit/reader-picker.tsx'
import { withCounts } from './click-badges.ts'
import style from './report.module.css'

export type ClickedLink = Answer<'GET /analytics/publications/{id}/links'>['data'][number]

/** Where people clicked: a letter as it went out with the counts on its links, and all links by their clicks. */
export function ClickMap({
  campaign,
  publicationId,
}: {
  readonly campaign: Campaign
  readonly publicationId: number
}): ReactNode {
  const words = useWords().campaigns.report
  const format = useFormat()
  const can = useCan()
  const links = useQuery(
    read('GET /analytics/publications/{id}/links', { path: { id: publicationId }, query: { limit: 500 } }),
  )
  // Somebody who got it: their letter has the links that were clicked. All letters are as frozen at the start.
  const got = useQuery({
    ...read('GET /campaigns/{idOrName}/deliveries', {
      path: { idOrName: campaign.id },
      query: { state: 'sent', limit: 1 },
    }),
    enabled: publicationId === campaign.publicationId && can('campaigns:read'),
  })
  const [chosen, setChosen] = useState<string | null>(null)
  const address = chosen ?? got.data?.data[0]?.address ?? stranger
  const letter = useQuery({
    queryKey: ['POST /publications/{id}/preview', publicationId, address],
    queryFn: ({ signal }) =>
      call('POST /publications/{id}/preview', { path: { id: publicationId }, body: { address }, signal }),
    enabled: got.isSuccess || publicationId !== campaign.publicationId,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const [whose, setWhose] = useState<'people' | 'all'>('people')
  const rows = useMemo(
    () =>
      [...(links.data?.data ?? [])].sort(
        (a, b) => b.clicked[whose].recipients - a.clicked[whose].recipients || a.index - b.index,
      ),
    [links.data, whose],
  )
  const most = rows[0]?.clicked[whose].recipients ?? 0
  const html = useMemo(
    () => (letter.data === undefined ? null : withCounts(letter.data.html, rows, whose)),
    [letter.data, rows, whose],
  )
  if (links.isError) return <Failed error={links.error} retry={() => void links.refetch()} />
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600}>
        {words.clickMap}
      </Text>
      <Text size="xs" c="dimmed" mb="sm">
        {words.clickMapHint}
      </Text>
      <div className={style.map}>
        <div>
          <Group justify="space-between" gap="xs" mb="xs">
            <ReaderPicker value={address} onChange={setChosen} />
            <SegmentedControl
              size="xs"
              aria-label={words.whose}
              data={[
                { value: 'people', label: words.onlyPeople },
                { value: 'all', label: words.everybody },
              ]}
              value={whose}
              onChange={(next) => setWhose(next as typeof whose)}
            />
          </Group>
          <div className={style.mapFrame}>
            {letter.isError ? (
              <FailedNote error={letter.error} />
            ) : (
              html !== null && <LetterFrame html={html} dark={false} phone={false} title={words.clickMap} />
            )}
          </div>
        </div>
        <div style={{ maxHeight: 600, overflow: 'auto' }}>
          <Table aria-label={words.links} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={40} aria-label={words.number}>
                  {'#'}
                </Table.Th>
                <Table.Th>{words.link}</Table.Th>
                <Table.Th ta="right">{words.peopleColumn}</Table.Th>
                <Table.Th ta="right">{words.clicks}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ index, url, item, clicked }, place) => (
                <Table.Tr key={index} data-link={index}>
                  <Table.Td>
                    <span className={style.badge}>{place + 1}</span>
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>
                    <Anchor {...safeLink(url)} fz="sm" c="inherit">
                      {item?.title ?? url}
                    </Anchor>
                    {item !== null && (
                      <Text size="xs" c="dimmed" lineClamp={1}>
                        {url}
                      </Text>
                    )}
                    <div
                      aria-hidden
                      style={{
                        height: 3,
                        marginTop: 3,
                        borderRadius: 2,
                        background: 'var(--mantine-primary-color-filled)',
                        width: `${most === 0 ? 0 : (100 * clicked[whose].recipients) / most}%`,
                      }}
                    />
                  </Table.Td>
                  <Table.Td ta="right">{format.count(clicked[whose].recipients)}</Table.Td>
                  <Table.Td ta="right">{format.count(clicked[whose].events)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {rows.length === 0 && links.isSuccess && (
            <Text size="sm" c="dimmed" mt="sm">
              {words.noLinks}
            </Text>
          )}
        </div>
      </div>
    </Card>
  )
}
