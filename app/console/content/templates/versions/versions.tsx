import { Button, Group, SegmentedControl, Text, Title } from '@mantine/core'
import { IconHistory, IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { read } from '../../../api/queries.ts'
import { Empty } from '../../../parts/empty.tsx'
import { Failed, FailedNote } from '../../../parts/failed.tsx'
import { Side } from '../../../parts/side.tsx'
import { Time } from '../../../parts/time.tsx'
import { useCan } from '../../../shell/session.tsx'
import { useFormat, useWords } from '../../../words/index.tsx'
import { type Draft, draftOf, type Template } from '../draft.ts'
import { Preview } from '../preview.tsx'
import { Difference } from './difference.tsx'
import { type Head, VersionList } from './list.tsx'
import { useRestore, type Version, type Writing } from './restore.ts'
import style from './versions.module.css'

const route = getRouteApi('/templates/$name')
const views = ['since', 'in', 'letter'] as const
type View = (typeof views)[number]

interface Props extends Writing {
  /** As it was read when its editor was begun. */
  readonly base: Template
  /** What is in the editor and not saved; null: nothing is. */
  readonly unsaved: Draft | null
}

/** What a template was, at the side of its editor: `?version=3` of its address. */
export function Versions({
  edited,
  ...props
}: Props & { readonly edited: RefObject<Draft | null> }): ReactNode {
  const words = useWords().content.templates.versions
  const { version } = route.useSearch()
  const { base, unsaved, onRestored } = props
  useEffect(() => {
    edited.current = unsaved
  }, [edited, unsaved])
  const navigate = useNavigate()
  // It stays while it slides away.
  const [shown, setShown] = useState(version)
  if (version !== undefined && version !== shown) setShown(version)
  const close = (): void =>
    void navigate({ to: '/templates/$name', params: { name: base.name }, search: {} as never })
  return (
    <Side
      opened={version !== undefined}
      onClose={close}
      size={1180}
      title={words.title(base.name)}
      classNames={{ content: style.side!, body: style.body! }}
    >
      {shown !== undefined && (
        <Panel
          {...props}
          chosen={shown}
          onRestored={(kept, draft) => {
            onRestored(kept, draft)
            close()
          }}
        />
      )}
    </Side>
  )
}

function Panel({ base, chosen, ...rest }: Props & { readonly chosen: number }): ReactNode {
  const versions = useQuery(
    read('GET /templates/{idOrName}/versions', { path: { idOrName: base.id }, query: { limit: 100 } }),
  )
  const [wanted, setWanted] = useState<View>('since')
  if (versions.isError) return <Failed error={versions.error} retry={() => void versions.refetch()} />
  const heads = versions.data?.data
  return (
    <div className={style.panel} aria-busy={heads === undefined}>
      {heads !== undefined && (
        <>
          <VersionList name={base.name} heads={heads} chosen={chosen} />
          <One
            key={chosen}
            base={base}
            heads={heads}
            chosen={chosen}
            wanted={wanted}
            onView={setWanted}
            {...rest}
          />
        </>
      )}
    </div>
  )
}

/** A version never changes. */
const useVersion = (id: number, version: number | undefined) =>
  useQuery({
    ...read('GET /templates/{idOrName}/versions/{version}', {
      path: { idOrName: id, version: version ?? 0 },
    }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: version !== undefined,
  })

function One({
  base,
  heads,
  chosen,
  wanted,
  onView,
  unsaved,
  ...writing
}: Props & {
  readonly heads: readonly Head[]
  readonly chosen: number
  readonly wanted: View
  readonly onView: (view: View) => void
}): ReactNode {
  const { content } = useWords()
  const { versionIs, preview, versions: words } = content.templates
  const format = useFormat()
  const mayWrite = useCan()('content:write')
  const index = heads.findIndex(({ version }) => version === chosen)
  const isPresent = index === 0
  const older = index < 0 ? undefined : heads[index + 1]?.version
  const version = useVersion(base.id, chosen)
  const present = useVersion(base.id, heads[0]?.version)
  const before = useVersion(base.id, older)
  const offered = views.filter((view) =>
    view === 'since' ? !isPresent : view !== 'in' || older !== undefined,
  )
  const view = offered.includes(wanted) ? wanted : offered[0]!
  const restore = useRestore(base.id, writing)
  const labels: { readonly [K in View]: string } = { since: words.since, in: words.in, letter: preview }
  const failed = [version, present, before].find(({ isError }) => isError)
  if (failed?.isError === true) return <Failed error={failed.error} retry={() => void failed.refetch()} />
  const [was, is]: readonly [Version | undefined, Version | undefined] =
    view === 'since' ? [version.data, present.data] : [before.data, version.data]
  const same =
    version.data !== undefined &&
    present.data !== undefined &&
    JSON.stringify({ ...draftOf(version.data), name: '' }) ===
      JSON.stringify({ ...draftOf(present.data), name: '' })
  const start = (saveOn: number | null): void => {
    if (version.data !== undefined && present.data !== undefined)
      restore.mutate({ was: version.data, present: present.data, unsaved, saveOn })
  }
  const waits = restore.isPending || version.data === undefined || present.data === undefined
  const mayRestore = mayWrite && !isPresent
  return (
    <div className={style.one}>
      <div className={style.head}>
        <Group justify="space-between" gap="xs">
          <div>
            <Title order={2} fz="md" fw={600}>
              {versionIs(format.count(chosen))}
            </Title>
            {version.data !== undefined && (
              <Text size="xs" c="dimmed" component="div">
                {version.data.author ?? words.nobodyKnows} · <Time at={version.data.at} exact />
              </Text>
            )}
          </div>
          {mayRestore && unsaved === null && (
            <Button
              leftSection={<IconHistory size={14} />}
              onClick={() => start(null)}
              disabled={waits || same}
              loading={restore.isPending}
            >
              {words.restore}
            </Button>
          )}
        </Group>
        {mayRestore && unsaved !== null && !same && (
          <div className={style.unsaved}>
            <span>
              <IconPencil size={15} aria-hidden />
              {words.unsaved}
            </span>
            <Group gap="xs">
              <Button variant="outline" color="red" onClick={() => start(null)} disabled={waits}>
                {words.without}
              </Button>
              <Button onClick={() => start(base.version)} disabled={waits}>
                {words.saveFirst}
              </Button>
            </Group>
          </div>
        )}
        {restore.isError && <FailedNote error={restore.error} />}
        <Group justify="space-between" gap="xs">
          {offered.length > 1 && (
            <SegmentedControl
              size="xs"
              aria-label={words.show}
              value={view}
              onChange={(value) => onView(value as View)}
              data={offered.map((value) => ({ value, label: labels[value] }))}
            />
          )}
          {view !== 'letter' && was !== undefined && is !== undefined && (
            <div className={style.legend}>
              <span>
                <b className={style.was}>−</b>
                {versionIs(format.count(was.version))}
              </span>
              <span>
                <b className={style.is}>+</b>
                {versionIs(format.count(is.version))}
              </span>
            </div>
          )}
        </Group>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section className={style.shown} aria-label={labels[view]} tabIndex={0}>
        {heads.length === 1 ? (
          <Empty icon={IconHistory} title={words.only}>
            {words.onlyHint}
          </Empty>
        ) : view === 'letter' ? (
          version.data !== undefined && <Preview draft={draftOf(version.data)} />
        ) : (
          was !== undefined && is !== undefined && <Difference before={was} after={is} />
        )}
      </section>
    </div>
  )
}
