import { Anchor, Box, Button, Card, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Refusal } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { StateBadge } from '../../parts/state.tsx'
import { RuleBuilder } from '../../rules/builder.tsx'
import { LiveCount } from '../../rules/count.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import style from '../columns.module.css'
import { None, Section } from '../person/overview.tsx'
import { slugOf } from '../slug.ts'
import { submitByKey } from '../submit.ts'

export interface SegmentDraft {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly rule: string | null
}

const sampleRows = 8
const pauseMs = 400

/** A segment being made or changed: its rule, how many fit, and some of who they are. */
export function SegmentEditor({
  draft: given,
  error,
  saving,
  onSave,
  aside,
}: {
  readonly draft: SegmentDraft
  readonly error: Refusal | null
  readonly saving: boolean
  readonly onSave: (draft: SegmentDraft & { readonly rule: string }) => void
  readonly aside?: ReactNode
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.segments
  const can = useCan()
  const [draft, setDraft] = useState(given)
  const [tried, setTried] = useState(false)
  const set = (change: Partial<SegmentDraft>): void => setDraft({ ...draft, ...change })
  const issueAt = (path: string): string | undefined =>
    error?.issues.find((issue) => issue.path === path)?.message
  const mayWrite = can('subscribers:write')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const name = draft.name.trim() === '' ? slugOf(draft.title) : draft.name.trim()
    setTried(true)
    if (draft.rule !== null) onSave({ ...draft, name, rule: draft.rule })
  }
  return (
    <form onSubmit={submit} onKeyDown={submitByKey}>
      <div className={style.wide}>
        <Stack gap="md">
          <Card>
            <Stack gap="sm">
              <Group grow align="flex-start">
                <TextInput
                  label={words.titleField}
                  required
                  value={draft.title}
                  onChange={({ currentTarget }) => set({ title: currentTarget.value })}
                  error={issueAt('title')}
                  readOnly={!mayWrite}
                />
                <TextInput
                  label={words.nameField}
                  placeholder={slugOf(draft.title)}
                  value={draft.name}
                  onChange={({ currentTarget }) => set({ name: currentTarget.value })}
                  error={issueAt('name')}
                  readOnly={!mayWrite}
                />
              </Group>
              <TextInput
                label={words.description}
                value={draft.description}
                onChange={({ currentTarget }) => set({ description: currentTarget.value })}
                error={issueAt('description')}
                readOnly={!mayWrite}
              />
            </Stack>
          </Card>
          <Section title={words.rule}>
            <RuleBuilder needed value={draft.rule} onChange={(rule) => set({ rule })} />
            {draft.rule === null && (
              <Text
                size="sm"
                mt="xs"
                {...(tried ? { role: 'alert', c: 'var(--mantine-color-error)' } : { c: 'dimmed' })}
              >
                {words.needsRule}
              </Text>
            )}
          </Section>
          {error !== null && error.issues.length === 0 && <FailedNote error={error} />}
          {issueAt('rule') !== undefined && error !== null && <FailedNote error={error} />}
          {mayWrite && (
            <Group gap="xs">
              <Button type="submit" loading={saving}>
                {shell.actions.save}
              </Button>
              <Button variant="default" component={Link} to="/segments">
                {shell.actions.cancel}
              </Button>
            </Group>
          )}
        </Stack>
        <Stack gap="md">
          <Section title={words.fit}>
            {draft.rule === null ? (
              <None>{words.noRule}</None>
            ) : (
              <LiveCount audience={{ rule: draft.rule }} />
            )}
          </Section>
          {draft.rule !== null && <SampleOf rule={draft.rule} />}
          {aside}
        </Stack>
      </div>
    </form>
  )
}

/** The first of those who fit, whatever their status. */
function SampleOf({ rule }: { readonly rule: string }): ReactNode {
  const words = useWords().subscribers.segments
  const [asked] = useDebouncedValue(rule, pauseMs)
  const query = useQuery({
    ...read('GET /subscribers', { query: { rule: asked, limit: sampleRows } }),
    placeholderData: (before) => before,
    retry: false,
  })
  const rows = query.isError ? [] : (query.data?.data ?? [])
  return (
    <Section
      title={words.sample}
      aside={
        <Anchor
          fz="xs"
          renderRoot={(props) => <Link {...props} to="/subscribers" search={{ rule: asked }} />}
        >
          {words.seeAll}
        </Anchor>
      }
    >
      <Box mih={sampleRows * 28}>
        {query.isPending && <Skeleton h={sampleRows * 26} />}
        {query.data !== undefined && rows.length === 0 && !query.isError && (
          <None>{query.data.next === null ? words.nobody : words.nobodyYet}</None>
        )}
        {rows.map(({ id, address, name, status }) => (
          <Group key={id} gap="sm" wrap="nowrap" mih={28}>
            <Anchor
              fz="sm"
              c="inherit"
              truncate
              lh="24px"
              style={{ flex: 3 }}
              renderRoot={(props) => (
                <Link {...props} to="/subscribers/$id" params={{ id: String(id) }} search={{}} />
              )}
            >
              {address}
            </Anchor>
            <Text size="sm" c="dimmed" truncate style={{ flex: 2 }}>
              {name}
            </Text>
            {status !== 'active' && <StateBadge state={status} />}
          </Group>
        ))}
      </Box>
    </Section>
  )
}
