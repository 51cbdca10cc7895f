import { Button, Group, Input, SegmentedControl, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { severities } from '../../../alerts/severities.ts'
import { SeverityMark } from '../../../alerts/severity.tsx'
import { MatcherEditor } from '../../../alerts/silences/matcher-editor.tsx'
import { call } from '../../../api/client.ts'
import { markStale, useWrite } from '../../../api/queries.ts'
import { TopicField } from '../../../content/topic-field.tsx'
import { Conflict, isConflict } from '../../../parts/conflict.tsx'
import { FailedNote } from '../../../parts/failed.tsx'
import { Form, issueAt } from '../../../parts/form.tsx'
import { notifyDone, notifyFailed } from '../../../parts/undo.tsx'
import { useCan } from '../../../shell/session.tsx'
import { useWords } from '../../../words/index.tsx'
import type { Subscriber } from '../../people/filter.ts'
import { ChannelField } from './channel-field.tsx'
import { bodyOf, draftOf, type Follow, type FollowDraft, noFollow } from './draft.ts'
import { ofFollows } from './follows.tsx'
import { Matching } from './matching.tsx'

/** What somebody hears of and where, new where `follow` is null. */
export function FollowForm({
  person,
  follow,
  onRemove,
  onClose,
}: {
  readonly person: Subscriber
  readonly follow: Follow | null
  readonly onRemove: (follow: Follow) => void
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.follows
  const can = useCan()
  const client = useQueryClient()
  // What is being written is of the version that was read when it was begun.
  const [base, setBase] = useState(follow)
  const [draft, setDraft] = useState(() => (follow === null ? noFollow : draftOf(follow)))
  const make = useWrite('POST /subscribers/{id}/follows', ...ofFollows)
  const save = useWrite('PUT /subscribers/{id}/follows/{follow}', ...ofFollows)
  const write = base === null ? make : save
  const { error, isPending } = write
  const set = (change: Partial<FollowDraft>): void => {
    setDraft((before) => ({ ...before, ...change }))
    // What was said of it is about what was sent.
    if (!isConflict(error)) write.reset()
  }
  const body = bodyOf(draft)
  const done = {
    onSuccess: () => {
      onClose()
      notifyDone(shell.actions.saved)
    },
  }
  const put = ({ id, version }: Follow): void =>
    save.mutate({ path: { id: person.id, follow: id }, version, body }, done)
  const submit = (): void => {
    if (isPending) return
    // The lines are those that are spoken of in what is refused.
    setDraft((before) => ({ ...before, filter: body.filter ?? [] }))
    if (base === null) make.mutate({ path: { id: person.id }, body }, done)
    else put(base)
  }
  /** As it is by now. */
  const again = (act: (present: Follow) => void): void => {
    call('GET /subscribers/{id}/follows/{follow}', { path: { id: person.id, follow: base!.id } })
      .then(act)
      .catch(notifyFailed)
  }
  const take = (present: Follow): void => {
    setBase(present)
    setDraft(draftOf(present))
    save.reset()
    void markStale(client, ...ofFollows)
  }
  return (
    <Form onSubmit={submit} error={error}>
      <Stack gap="sm">
        <ChannelField
          channel={draft.channel}
          contact={draft.contact}
          address={person.address}
          onChange={set}
          error={error}
        />
        <TopicField
          label={words.topics}
          description={words.topicsHint}
          value={draft.topics}
          onChange={(topics) => set({ topics })}
          error={issueAt(error, 'topics')}
        />
        <Input.Wrapper label={words.least} labelElement="div" error={issueAt(error, 'minSeverity')}>
          <SegmentedControl
            fullWidth
            aria-label={words.least}
            data={severities.map((value) => ({ value, label: <SeverityMark severity={value} /> }))}
            value={draft.minSeverity}
            onChange={(value) => set({ minSeverity: value as FollowDraft['minSeverity'] })}
          />
        </Input.Wrapper>
        <MatcherEditor
          optional
          about={words.labelsHint}
          path="filter"
          matchers={draft.filter}
          onChange={(filter) => set({ filter })}
          issues={error?.issues ?? []}
        />
        {can('alerts:read') && <Matching draft={body} />}
        {isConflict(error) ? (
          <Conflict
            subject={`subscriber/${person.id}`}
            onReload={() => again(take)}
            onOverwrite={() => again(put)}
          />
        ) : (
          error !== null && <FailedNote error={error} />
        )}
        <Group justify="space-between" gap="xs">
          {follow === null ? (
            <span />
          ) : (
            <Button
              variant="outline"
              color="red"
              onClick={() => {
                onClose()
                onRemove(follow)
              }}
            >
              {shell.actions.remove}
            </Button>
          )}
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {shell.actions.cancel}
            </Button>
            <Button type="submit" loading={isPending}>
              {follow === null ? words.make : shell.actions.save}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Form>
  )
}
