import { ActionIcon, Anchor, Button, CopyButton, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconCheck, IconCopy, IconListDetails, IconPencil, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { readPages } from '../../api/queries.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { Page } from '../../parts/page.tsx'
import { Side } from '../../parts/side.tsx'
import { useCount } from '../../rules/count.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { ListForm } from './form.tsx'

export type List = Answer<'GET /lists/{idOrName}'>
const route = getRouteApi('/lists')
/** `?edit=` of a list that is not there yet. */
const fresh = '+'

/** Where people sign up for one: the daemon's own page. */
const signUpAddress = (name: string): string => new URL(`s/${name}`, `${location.origin}/`).href

/** What people are on and can leave. */
export function Lists(): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.lists
  const can = useCan()
  const { edit } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useInfiniteQuery(readPages('GET /lists', { query: { limit: 200 } }))
  const { isHidden } = useHidden()
  const rows = (query.data?.pages.flatMap((page) => page.data) ?? []).filter(
    ({ id }) => !isHidden(`lists/${id}`),
  )
  const mayWrite = can('subscribers:write')
  const open = (name: string | null): void =>
    void navigate({ search: name === null ? {} : { edit: name }, replace: edit !== undefined })
  const edited = rows.find(({ name }) => name === edit) ?? null
  const make = mayWrite && (
    <Button data-create leftSection={<IconPlus size={14} />} onClick={() => open(fresh)}>
      {words.new}
    </Button>
  )
  return (
    <Page wide title={words.title} about={words.about} actions={rows.length > 0 && make}>
      {query.isError ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : (
        <DataTable
          label={words.title}
          rows={rows}
          rowKey={({ id }) => id}
          more={query}
          loading={query.isPending}
          onOpen={({ name }) => void navigate({ to: '/subscribers', search: { list: name } })}
          columns={[
            {
              key: 'title',
              header: words.name,
              width: 'minmax(180px, 1.4fr)',
              cell: ({ title, name }) => (
                <>
                  <Text span inherit fw={520}>
                    {title}
                  </Text>{' '}
                  <Text span inherit c="dimmed" ff="monospace" fz={11.5}>
                    {name}
                  </Text>
                </>
              ),
            },
            {
              key: 'members',
              header: words.members,
              width: '152px',
              align: 'end',
              cell: ({ name }) => <Members name={name} />,
            },
            {
              key: 'optIn',
              header: words.optIn,
              width: '180px',
              cell: ({ optIn = 'single' }) => words.optIns[optIn],
            },
            {
              key: 'signUp',
              header: words.signUp,
              width: 'minmax(230px, 1.4fr)',
              cell: ({ name }) => <SignUp address={signUpAddress(name)} />,
            },
            {
              key: 'edit',
              header: <VisuallyHidden>{shell.actions.edit}</VisuallyHidden>,
              width: '52px',
              cell: ({ name, title }) =>
                mayWrite && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={words.edit(title)}
                    onClick={() => open(name)}
                  >
                    <IconPencil size={15} />
                  </ActionIcon>
                ),
            },
          ]}
          empty={
            <Empty icon={IconListDetails} title={words.none} action={make}>
              {words.noneHint}
            </Empty>
          }
        />
      )}
      <Side
        opened={edit === fresh || edited !== null}
        onClose={() => open(null)}
        size={440}
        title={edited === null ? words.new : words.edit(edited.title)}
      >
        <ListForm key={edited?.version ?? 0} list={edited} onClose={() => open(null)} />
      </Side>
    </Page>
  )
}

function Members({ name }: { readonly name: string }): ReactNode {
  const format = useFormat()
  const count = useCount({ lists: [name] })
  if (count.data === undefined) return '…'
  return (
    <span data-stat={`list.${name}`}>
      {count.data.exact ? '' : '≈ '}
      {format.count(count.data.count)}
    </span>
  )
}

function SignUp({ address }: { readonly address: string }): ReactNode {
  const words = useWords().subscribers.lists
  return (
    <Group gap={4} wrap="nowrap" component="span">
      <Anchor href={address} target="_blank" rel="noopener noreferrer" fz="inherit" truncate>
        {address.replace(/^https?:\/\//, '')}
      </Anchor>
      <CopyButton value={address}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? words.copied : words.copy}>
            <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={words.copy}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}
