import { Badge, Button, Group, Kbd, Text, VisuallyHidden } from '@mantine/core'
import { IconBellCheck, IconBellOff, IconBellPlus, IconFilterOff } from '@tabler/icons-react'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import type { Alert } from '../../api/operations.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failed } from '../../parts/failed.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { Page } from '../../parts/page.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { LabelLine, routingLabels } from '../labels.tsx'
import { SeverityMark } from '../severity.tsx'
import { AlertTabs } from '../tabs.tsx'
import { type AlertAction, actionKeys, mayBe, useAlertActions } from '../use-alert-actions.tsx'
import { type Hold, isOpen, useAlertRows } from './alert-rows.ts'
import { AlertFilters } from './filters.tsx'
import { AlertGroups } from './groups.tsx'

const route = getRouteApi('/alerts')
// As in shell/shortcuts.tsx: g and a letter go somewhere.
const patienceMs = 1200

/** What is open, the worst first, as it happens. */
export function AlertList(): ReactNode {
  const { shell, alerts: words } = useWords()
  const search = route.useSearch()
  const can = useCan()
  const navigate = useNavigate()
  const found = useAlertRows(search)
  const [chosen, setChosen] = useState<ReadonlySet<string | number>>(new Set())
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const act = useAlertActions({
    hide: (ids) => setHidden((before) => before.union(new Set(ids))),
    show: (ids) => setHidden((before) => before.difference(new Set(ids))),
  })
  const rows = useMemo(
    () => found.rows.filter((row) => !hidden.has(row.id) || !isOpen(row)),
    [found.rows, hidden],
  )
  const chosenRows = rows.filter(({ id }) => chosen.has(id))
  const mayWrite = can('alerts:write')
  const waiting = found.rows.filter(mayBe.acknowledge).length

  const run = (action: AlertAction, those: readonly Alert[]): void => {
    act(action, those)
    setChosen(new Set())
  }
  const pressedG = useRef(Number.NEGATIVE_INFINITY)
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const at = (event.target as Element).closest('[data-index]')?.getAttribute('data-index')
    const afterG = event.timeStamp - pressedG.current < patienceMs
    if (event.key === 'g') pressedG.current = event.timeStamp
    const action = actionKeys[event.key]
    if (action === undefined || afterG || !mayWrite) return
    const row = at == null ? undefined : rows[Number(at)]
    const those = chosenRows.length > 0 ? chosenRows : row === undefined ? [] : [row]
    if (those.length > 0) run(action, those)
  }
  const columns = useColumns(found.holds)
  const filtered = Object.keys(search).some((name) => name !== 'by')
  const labelNames = useMemo(
    () => [...new Set(found.rows.flatMap((row) => Object.keys(routingLabels(row))))],
    [found.rows],
  )
  return (
    <Page
      wide
      title={shell.nav.alerts}
      count={waiting}
      badge={waiting > 0 && <WaitingBadge waiting={waiting} />}
      actions={
        mayWrite && (
          <Button data-create leftSection={<IconBellPlus size={14} />} component={Link} to="/alerts/new">
            {words.report.new}
          </Button>
        )
      }
    >
      <AlertTabs />
      <AlertFilters search={search} labelNames={labelNames} />
      {search.by !== undefined && <AlertGroups by={search.by} alerts={found.rows} search={search} />}
      {mayWrite && <ActionBar chosen={chosenRows} run={run} />}
      {found.error !== null && rows.length === 0 ? (
        <Failed error={found.error} retry={found.retry} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys of the rows within
        <div onKeyDown={onKeyDown} style={{ display: 'contents' }}>
          <DataTable
            label={shell.nav.alerts}
            rows={rows}
            columns={columns}
            rowKey={({ id }) => id}
            onOpen={({ id }) => void navigate({ to: '/alerts/$id', params: { id: String(id) } })}
            loading={found.loading}
            more={found.more}
            {...(mayWrite && { chosen, onChoose: setChosen })}
            empty={filtered ? <NothingFound /> : <AllQuiet />}
          />
        </div>
      )}
    </Page>
  )
}

function WaitingBadge({ waiting }: { readonly waiting: number }): ReactNode {
  const words = useWords().alerts
  return (
    <Badge color="red" aria-live="polite">
      <span data-stat="alerts-waiting">{useFormat().count(waiting)}</span> {words.waiting}
    </Badge>
  )
}

function useColumns(holds: ReadonlyMap<number, Hold>): readonly Column<Alert>[] {
  const words = useWords().alerts
  const narrow = useNarrow()
  return useMemo(
    () => [
      {
        key: 'severity',
        header: narrow ? <VisuallyHidden>{words.columns.severity}</VisuallyHidden> : words.columns.severity,
        width: narrow ? '36px' : '96px',
        cell: ({ severity }) => <SeverityMark severity={severity} alone={narrow} />,
      },
      {
        key: 'title',
        header: words.columns.alert,
        width: narrow ? 'minmax(160px, 1fr)' : 'minmax(300px, 1fr)',
        cell: ({ id, title, labels }) => (
          <span className={style.line}>
            <Link to="/alerts/$id" params={{ id: String(id) }} className={style.title} tabIndex={-1}>
              {title}
            </Link>
            {!narrow && <LabelLine labels={labels} />}
          </span>
        ),
      },
      {
        key: 'state',
        header: words.columns.state,
        width: narrow ? '128px' : '190px',
        cell: (row) => {
          const hold = holds.get(row.id)
          return (
            <Group gap={6} wrap="nowrap">
              <StateBadge state={row.state} />
              {hold !== undefined && isOpen(row) && (
                <span data-hold={hold} title={words.holds[hold]} style={{ display: 'flex' }}>
                  {narrow ? (
                    <IconBellOff size={14} role="img" aria-label={words.holds[hold]} />
                  ) : (
                    <Badge color="gray" leftSection={<IconBellOff size={11} />}>
                      {words.holds[hold]}
                    </Badge>
                  )}
                </span>
              )}
              {row.acknowledged !== null && !narrow && (
                <Text span size="xs" c="dimmed" truncate>
                  {row.acknowledged.by}
                </Text>
              )}
            </Group>
          )
        },
      },
      { key: 'topic', header: words.columns.topic, width: '110px', cell: ({ topic }) => topic },
      {
        key: 'since',
        header: words.columns.since,
        width: '120px',
        align: 'end',
        cell: ({ startsAt }) => <Time at={startsAt} />,
      },
    ],
    [words, holds, narrow],
  )
}

const buttons = ['acknowledge', 'release', 'silence', 'resolve'] as const
const keyOf = Object.fromEntries(Object.entries(actionKeys).map(([key, action]) => [action, key]))

/** What can be done with the chosen ones; while none is chosen, which keys do it on the row with the focus. */
function ActionBar({
  chosen,
  run,
}: {
  readonly chosen: readonly Alert[]
  readonly run: (action: AlertAction, those: readonly Alert[]) => void
}): ReactNode {
  const { shell, alerts } = useWords()
  const words = alerts.actions
  const format = useFormat()
  if (chosen.length === 0)
    return (
      <Group gap="md" mih={26} visibleFrom="sm">
        {buttons.map((action) => (
          <Text key={action} span size="xs" c="dimmed">
            <Kbd size="xs">{keyOf[action]}</Kbd> {words[action]}
          </Text>
        ))}
        <Text size="xs" c="dimmed">
          {words.hint}
        </Text>
      </Group>
    )
  return (
    <Group gap="xs" mih={26} role="toolbar" aria-label={words.label}>
      <Text size="xs" aria-live="polite" mr={4}>
        {shell.table.selected(format.count(chosen.length))}
      </Text>
      {buttons
        .filter((action) => chosen.some(mayBe[action]))
        .map((action) => (
          <Button
            key={action}
            size="compact-xs"
            h={26}
            variant={action === 'resolve' ? 'outline' : 'default'}
            {...(action === 'resolve' && { color: 'red' })}
            onClick={() => run(action, chosen)}
            rightSection={
              <Kbd size="xs" aria-hidden visibleFrom="sm">
                {keyOf[action]}
              </Kbd>
            }
          >
            {words[action]}
          </Button>
        ))}
    </Group>
  )
}

function AllQuiet(): ReactNode {
  const words = useWords().alerts.quiet
  return (
    <Empty icon={IconBellCheck} title={words.title}>
      {words.about}
    </Empty>
  )
}

function NothingFound(): ReactNode {
  const words = useWords().alerts.nothing
  return (
    <Empty icon={IconFilterOff} title={words.title}>
      {words.about}
    </Empty>
  )
}
