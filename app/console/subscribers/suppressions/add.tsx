import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { submitByKey } from '../submit.ts'

/** Addresses or domains, one a line. */
export function AddSuppressions({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.suppressions
  const format = useFormat()
  const [text, setText] = useState('')
  const [detail, setDetail] = useState('')
  const add = useWrite('POST /suppressions', 'GET /suppressions')
  const addresses = text
    .split(/[\s,;]+/)
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (addresses.length === 0) return
    add.mutate(
      {
        body: addresses.map((address) => ({ address, detail: detail.trim() === '' ? null : detail.trim() })),
      },
      {
        onSuccess: ({ added }) => {
          onClose()
          notifyDone(words.added(added, format.count(added)))
        },
      },
    )
  }
  return (
    <form onSubmit={submit} onKeyDown={submitByKey}>
      <Stack gap="sm">
        <Textarea
          label={words.addresses}
          description={words.addressesHint}
          required
          data-autofocus
          autosize
          minRows={5}
          maxRows={16}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <TextInput
          label={words.why}
          value={detail}
          onChange={({ currentTarget }) => setDetail(currentTarget.value)}
        />
        {add.isError && <FailedNote error={add.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shell.actions.cancel}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {addresses.length > 1 ? words.addMany(format.count(addresses.length)) : words.addOne}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
