import { ActionIcon, Badge, Button, Drawer, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus, IconTrash } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { type Answer, call } from '../../api/client.ts'
import { markStale, readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Time, useNow } from '../../parts/time.tsx'
import { useLater } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { ScopeBadges } from '../scopes.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { NewKey } from './new-key.tsx'

type Key = Answer<'GET /keys'>['data'][number]

export function Keys(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.keys
  const [open, { open: show, close }] = useDisclosure()
  const { isHidden } = useHidden()
  const keys = useInfiniteQuery(readPages('GET /keys', { query: { limit: 100 } }))
  const rows = useMemo(
    () => (keys.data?.pages ?? []).flatMap(({ data }) => data).filter(({ id }) => !isHidden(`keys/${id}`)),
    [keys.data, isHidden],
  )
  const columns = useColumns()
  const add = (
    <Button leftSection={<IconPlus size={14} />} data-create onClick={show}>
      {words.new}
    </Button>
  )
  return (
    <SettingsPage tab="keys" about={words.about} wide actions={add}>
      {keys.isError ? (
        <Failed error={keys.error} retry={() => void keys.refetch()} />
      ) : (
        <DataTable<Key>
          label={settings.tabs.keys}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          more={keys}
          loading={keys.isPending}
          empty={
            <Empty icon={IconKey} title={words.none}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
      <Drawer
        opened={open}
        onClose={close}
        position="right"
        size="lg"
        title={words.new}
        closeButtonProps={{ 'aria-label': shell.actions.close }}
      >
        <NewKey onDone={close} />
      </Drawer>
    </SettingsPage>
  )
}

function useColumns(): readonly Column<Key>[] {
  const words = useWords().settings.keys
  const remove = useRemove()
  return [
    {
      key: 'name',
      header: words.name,
      cell: ({ name }) => (
        <Text span size="sm" fw={550}>
          {name}
        </Text>
      ),
      width: 'minmax(150px, 1fr)',
    },
    {
      key: 'scopes',
      header: words.scopes,
      cell: ({ scopes }) => <ScopeBadges of={scopes} />,
      width: 'minmax(260px, 3fr)',
    },
    {
      key: 'used',
      header: words.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? words.never : <Time at={lastUsedAt} />),
      width: '130px',
      align: 'end',
    },
    { key: 'ends', header: words.ends, cell: (key) => <Ends of={key} />, width: '140px', align: 'end' },
    {
      key: 'made',
      header: words.made,
      cell: ({ createdAt }) => <Time at={createdAt} />,
      width: '130px',
      align: 'end',
    },
    {
      key: 'remove',
      header: <VisuallyHidden>{words.remove}</VisuallyHidden>,
      cell: (key) => (
        <Tooltip label={words.remove}>
          <ActionIcon
            variant="subtle"
            color="red"
            my={5}
            aria-label={words.removeOf(key.name)}
            onClick={() => remove(key)}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </Tooltip>
      ),
      width: '48px',
    },
  ]
}

function Ends({ of: { expiresAt } }: { readonly of: Key }): ReactNode {
  const words = useWords().settings.keys
  const now = useNow()
  if (expiresAt === null) return words.never
  return expiresAt <= now ? <Badge color="red">{words.over}</Badge> : <Time at={expiresAt} />
}

function useRemove(): (key: Key) => void {
  const words = useWords().settings.keys
  const later = useLater()
  const { hide, show } = useHidden()
  const client = useQueryClient()
  return ({ id, name }) =>
    later({
      says: words.removed(name),
      act: async () => {
        await call('DELETE /keys/{id}', { path: { id } })
        await markStale(client, 'GET /keys')
      },
      hide: () => hide(`keys/${id}`),
      show: () => show(`keys/${id}`),
    })
}
