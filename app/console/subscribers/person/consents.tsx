import { Anchor, Group, Stack, Text } from '@mantine/core'
import { IconFileCertificate } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read, readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

const isWebAddress = (text: string): boolean => /^https?:\/\//.test(text)

/** Each way in and out, with what proves it. */
export function Consents({ id }: { readonly id: number }): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.consents
  const format = useFormat()
  const query = useInfiniteQuery(
    readPages('GET /subscribers/{id}/consents', { path: { id }, query: { limit: 200 } }),
  )
  const lists = useQuery(read('GET /lists', { query: { limit: 1000 } }))
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  const rows = query.data?.pages.flatMap((page) => page.data) ?? []
  const titleOf = (listId: number): string =>
    lists.data?.data.find((list) => list.id === listId)?.title ?? `#${listId}`
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {words.about}
      </Text>
      <DataTable
        label={words.label}
        rows={rows}
        rowKey={({ seq }) => seq}
        more={query}
        loading={query.isPending}
        maxHeight="60vh"
        columns={[
          {
            key: 'at',
            header: words.at,
            width: '160px',
            cell: ({ at }) => format.dateTime(at),
          },
          {
            key: 'kind',
            header: words.what,
            width: '190px',
            cell: ({ kind }) => words.kinds[kind],
          },
          {
            key: 'status',
            header: words.status,
            width: '210px',
            cell: ({ from, to }) => (
              <Group gap={6} wrap="nowrap" component="span">
                {from !== null && from !== to && (
                  <Text span inherit c="dimmed">
                    {shell.states[from]} →
                  </Text>
                )}
                <span>{shell.states[to]}</span>
              </Group>
            ),
          },
          {
            key: 'lists',
            header: words.lists,
            width: 'minmax(130px, 1fr)',
            cell: ({ lists: ids }) => ids.map(titleOf).join(', '),
          },
          {
            key: 'source',
            header: words.source,
            width: '120px',
            cell: ({ source }) => words.sources[source],
          },
          {
            key: 'proof',
            header: words.proof,
            width: 'minmax(200px, 1.5fr)',
            cell: ({ origin, ip, userAgent }) => (
              <>
                {origin !== null &&
                  (isWebAddress(origin) ? (
                    <Anchor href={origin} target="_blank" rel="noopener noreferrer" fz="inherit">
                      {origin}
                    </Anchor>
                  ) : (
                    origin
                  ))}
                {origin !== null && ip !== null && ' · '}
                {ip}
                {userAgent !== null && (
                  <Text span inherit c="dimmed" title={userAgent}>
                    {' '}
                    · {userAgent}
                  </Text>
                )}
              </>
            ),
          },
          {
            key: 'words',
            header: words.words,
            width: 'minmax(160px, 1.2fr)',
            cell: ({ words: said }) => said !== null && <span title={said}>{said}</span>,
          },
        ]}
        empty={
          <Empty icon={IconFileCertificate} title={words.none}>
            {words.noneHint}
          </Empty>
        }
      />
    </Stack>
  )
}
