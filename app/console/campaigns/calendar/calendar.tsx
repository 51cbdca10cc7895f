import { ActionIcon, Button, Group, SegmentedControl, Text } from '@mantine/core'
import { IconCalendar, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { read } from '../../api/queries.ts'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { Page } from '../../parts/page.tsx'
import { defined } from '../../parts/search.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import { AgendaList } from './list.tsx'
import { Month } from './month.tsx'

const route = getRouteApi('/calendar')

/** Something that goes out, or went. */
export interface Happening {
  readonly key: string
  readonly at: number
  readonly name: string
  readonly title: string
  /** Null: it is still to come. */
  readonly run: { readonly id: number; readonly state: string; readonly sent: number } | null
  readonly number: number | null
  readonly localTime: boolean
  /** Why it begins later than it is due. */
  readonly reason: string | null
}

/** What goes out when, and what went, by the month. */
export function Calendar(): ReactNode {
  const { campaigns, shell } = useWords()
  const words = campaigns.calendar
  const search = route.useSearch()
  // Seven columns are too many for a telephone.
  const narrow = useNarrow()
  const { month, view = narrow ? 'list' : 'month' } = search
  const navigate = useNavigate()
  const { locale } = useFormat()
  const first = useMemo(() => monthOf(month), [month])
  const [from, until] = gridOf(first)
  const agenda = useQuery(read('GET /calendar', { query: { from: from.getTime(), until: until.getTime() } }))
  const runs = useQuery(read('GET /publications', { query: { limit: 500 } }))
  const campaignsById = useQuery(read('GET /campaigns', { query: { order: 'newest', limit: 1000 } }))
  const happenings = useMemo((): readonly Happening[] => {
    const known = new Map(campaignsById.data?.data.map((one) => [one.id, one]))
    const past = (runs.data?.data ?? [])
      .filter(({ createdAt }) => createdAt >= from.getTime() && createdAt < until.getTime())
      .flatMap((run): readonly Happening[] => {
        const campaign = known.get(run.campaignId)
        return campaign === undefined
          ? []
          : [
              {
                key: `run ${run.id}`,
                at: run.createdAt,
                name: campaign.name,
                title: campaign.title,
                run: { id: run.id, state: run.state, sent: run.counts.sent },
                number: null,
                localTime: false,
                reason: null,
              },
            ]
      })
    const coming = (agenda.data?.entries ?? []).map(
      ({ campaignId, name, title, beginsAt, dueAt, number, localTime, reason }): Happening => ({
        key: `due ${campaignId} ${dueAt}`,
        at: beginsAt,
        name,
        title,
        run: null,
        number,
        localTime,
        reason,
      }),
    )
    return [...past, ...coming].sort((a, b) => a.at - b.at)
  }, [agenda.data, runs.data, campaignsById.data, from, until])
  const go = (by: number): void =>
    void navigate({
      to: '/calendar',
      search: defined({
        ...search,
        month: by === 0 ? undefined : textOfMonth(new Date(first.getFullYear(), first.getMonth() + by, 1)),
      }),
    })
  const named = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(first)
  const error = agenda.error ?? runs.error
  return (
    <Page
      title={shell.nav.calendar}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={words.view}
          data={[
            { value: 'month', label: words.month },
            { value: 'list', label: words.list },
          ]}
          value={view}
          onChange={(next) =>
            void navigate({
              to: '/calendar',
              search: defined({ ...search, view: next === 'list' ? ('list' as const) : ('month' as const) }),
              replace: true,
            })
          }
        />
      }
    >
      <Group gap="xs">
        <ActionIcon variant="default" size={30} aria-label={words.before} onClick={() => go(-1)}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <ActionIcon variant="default" size={30} aria-label={words.after} onClick={() => go(1)}>
          <IconChevronRight size={16} />
        </ActionIcon>
        <Button variant="default" onClick={() => go(0)}>
          {words.today}
        </Button>
        <Text component="h2" fz={16} fw={600} aria-live="polite">
          {named}
        </Text>
        {agenda.data?.more === true && (
          <Text size="xs" c="dimmed">
            {words.more}
          </Text>
        )}
      </Group>
      {error !== null ? (
        <Failed
          error={error}
          retry={() => {
            void agenda.refetch()
            void runs.refetch()
          }}
        />
      ) : view === 'month' ? (
        <Month first={first} from={from} happenings={happenings} blackouts={agenda.data?.blackouts ?? []} />
      ) : happenings.length === 0 && agenda.isSuccess && runs.isSuccess ? (
        <Empty icon={IconCalendar} title={words.none}>
          {words.teach}
        </Empty>
      ) : (
        <AgendaList happenings={happenings} blackouts={agenda.data?.blackouts ?? []} />
      )}
    </Page>
  )
}

const textOfMonth = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`

function monthOf(text: string | undefined): Date {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(text ?? '') ?? []
  const now = new Date()
  return year === undefined
    ? new Date(now.getFullYear(), now.getMonth(), 1)
    : new Date(Number(year), Number(month) - 1, 1)
}

/** Six weeks from the Monday on or before the first. */
function gridOf(first: Date): readonly [Date, Date] {
  const back = (first.getDay() + 6) % 7
  const from = new Date(first.getFullYear(), first.getMonth(), 1 - back)
  return [from, new Date(from.getFullYear(), from.getMonth(), from.getDate() + 42)]
}
