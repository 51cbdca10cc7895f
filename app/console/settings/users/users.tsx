import { Badge, Button, Drawer, Text } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Answer } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Time } from '../../parts/time.tsx'
import { useWords } from '../../words/index.tsx'
import { SettingsPage } from '../settings-page.tsx'
import { Invite } from './invite.tsx'
import { UserDetail } from './user.tsx'

export type User = Answer<'GET /users/{idOrName}'>
const route = getRouteApi('/settings/users')
const inviting = 'new'

/** `?show=3` is somebody's drawer, `?show=new` the invitation. */
export function Users(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.users
  const { show } = route.useSearch()
  const navigate = useNavigate()
  const { isHidden } = useHidden()
  const users = useInfiniteQuery({
    ...readPages('GET /users', { query: { limit: 100 } }),
    // Nobody tells that an invitation was taken.
    staleTime: 0,
  })
  const rows = useMemo(
    () => (users.data?.pages ?? []).flatMap(({ data }) => data).filter(({ id }) => !isHidden(`users/${id}`)),
    [users.data, isHidden],
  )
  const columns = useColumns()
  const go = (next?: string): void =>
    void navigate({ to: '/settings/users', search: next === undefined ? {} : { show: next } })
  const shown = rows.find(({ id }) => String(id) === show)
  return (
    <SettingsPage
      tab="users"
      about={words.about}
      wide
      actions={
        <Button leftSection={<IconPlus size={14} />} data-create onClick={() => go(inviting)}>
          {words.new}
        </Button>
      }
    >
      {users.isError ? (
        <Failed error={users.error} retry={() => void users.refetch()} />
      ) : (
        <DataTable<User>
          label={settings.tabs.users}
          rows={rows}
          columns={columns}
          rowKey={({ id }) => id}
          onOpen={({ id }) => go(String(id))}
          more={users}
          loading={users.isPending}
          empty={
            <Empty icon={IconUsers} title={words.none}>
              {words.about}
            </Empty>
          }
        />
      )}
      <Drawer
        opened={show === inviting || shown !== undefined}
        onClose={() => go()}
        position="right"
        size="lg"
        title={show === inviting ? words.inviteTitle : words.one}
        closeButtonProps={{ 'aria-label': shell.actions.close }}
      >
        {show === inviting && <Invite onDone={() => go()} />}
        {shown !== undefined && <UserDetail key={shown.id} user={shown} onGone={() => go()} />}
      </Drawer>
    </SettingsPage>
  )
}

function useColumns(): readonly Column<User>[] {
  const { settings } = useWords()
  const words = settings.users
  return [
    {
      key: 'name',
      header: words.name,
      cell: ({ name, fullName }) => (
        <>
          <Text span size="sm" fw={550}>
            {fullName || name}
          </Text>{' '}
          {fullName !== '' && (
            <Text span size="xs" c="dimmed">
              {name}
            </Text>
          )}
        </>
      ),
      width: 'minmax(260px, 2fr)',
    },
    {
      key: 'role',
      header: words.role,
      cell: ({ role }) => settings.roles[role].name,
      width: 'minmax(120px, 1fr)',
    },
    { key: 'state', header: words.state, cell: (user) => <UserState user={user} />, width: '150px' },
    {
      key: 'factor',
      header: words.secondFactor,
      cell: ({ secondFactor }) => (secondFactor ? words.on : words.off),
      width: '130px',
    },
    {
      key: 'since',
      header: words.since,
      cell: ({ createdAt }) => <Time at={createdAt} />,
      width: '140px',
      align: 'end',
    },
  ]
}

export function UserState({ user }: { readonly user: User }): ReactNode {
  const words = useWords().settings.users
  if (user.disabledAt !== null) return <Badge color="gray">{words.disabled}</Badge>
  if (user.invited) return <Badge color="violet">{words.invited}</Badge>
  return <Badge color="teal">{words.active}</Badge>
}
