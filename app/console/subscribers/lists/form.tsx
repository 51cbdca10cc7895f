import { Button, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { call } from '../../api/client.ts'
import { markStale, useWrite } from '../../api/queries.ts'
import { Conflict } from '../../parts/conflict.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { useHidden } from '../../parts/hidden.ts'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { slugOf } from '../slug.ts'
import { submitByKey } from '../submit.ts'
import type { List } from './lists.tsx'

/** A list, new where it is null. */
export function ListForm({
  list,
  onClose,
}: {
  readonly list: List | null
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.lists
  const client = useQueryClient()
  const later = useLater()
  const { hide, show } = useHidden()
  const [title, setTitle] = useState(list?.title ?? '')
  const [name, setName] = useState(list?.name ?? '')
  const [description, setDescription] = useState(list?.description ?? '')
  const [optIn, setOptIn] = useState<'single' | 'double'>(list?.optIn ?? 'double')
  const make = useWrite('POST /lists', 'GET /lists')
  const save = useWrite('PUT /lists/{idOrName}', 'GET /lists')
  const write = list === null ? make : save
  const issueAt = (path: string): string | undefined =>
    write.error?.issues.find((issue) => issue.path === path)?.message
  const body = {
    title: title.trim(),
    name: name.trim() === '' ? slugOf(title) : name.trim(),
    description,
    optIn,
  }
  const done = (): void => {
    onClose()
    notifyDone(shell.actions.saved)
  }
  const put = (version: number): void =>
    save.mutate({ path: { idOrName: list!.id }, body, version }, { onSuccess: done })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (list === null) make.mutate({ body }, { onSuccess: done })
    else put(list.version)
  }
  const remove = (): void => {
    onClose()
    later({
      says: words.removing(list!.title),
      hide: () => hide(`lists/${list!.id}`),
      show: () => show(`lists/${list!.id}`),
      act: async () => {
        await call('DELETE /lists/{idOrName}', { path: { idOrName: list!.id } })
        await markStale(client, 'GET /lists', 'GET /subscribers')
      },
    })
  }
  const conflict = save.error?.code === 'E_CONFLICT'
  return (
    <form onSubmit={submit} onKeyDown={submitByKey}>
      <Stack gap="sm">
        <TextInput
          label={words.titleField}
          description={words.titleHint}
          required
          data-autofocus
          value={title}
          onChange={({ currentTarget }) => setTitle(currentTarget.value)}
          error={issueAt('title')}
        />
        <TextInput
          label={words.nameField}
          description={words.nameHint}
          placeholder={slugOf(title)}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={issueAt('name')}
        />
        <Textarea
          label={words.description}
          autosize
          minRows={2}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          error={issueAt('description')}
        />
        <Radio.Group label={words.optIn} value={optIn} onChange={(value) => setOptIn(value as typeof optIn)}>
          <Stack gap={6} mt={6}>
            <Radio value="double" label={words.optIns.double} description={words.optInHints.double} />
            <Radio value="single" label={words.optIns.single} description={words.optInHints.single} />
          </Stack>
        </Radio.Group>
        {conflict ? (
          <Conflict
            subject={`list/${list!.id}`}
            onReload={() => void markStale(client, 'GET /lists')}
            onOverwrite={() =>
              void call('GET /lists/{idOrName}', { path: { idOrName: list!.id } }).then(({ version }) =>
                put(version),
              )
            }
          />
        ) : (
          write.isError && <FailedNote error={write.error} />
        )}
        <Group justify="space-between" gap="xs">
          {list === null ? (
            <span />
          ) : (
            <Button variant="outline" color="red" onClick={remove}>
              {shell.actions.remove}
            </Button>
          )}
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {shell.actions.cancel}
            </Button>
            <Button type="submit" loading={write.isPending}>
              {shell.actions.save}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  )
}
