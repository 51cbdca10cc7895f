import { Button, Group, MultiSelect, Select, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { read, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Side } from '../../parts/side.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { submitByKey } from '../submit.ts'
import { looksLikeAddress } from './filter.ts'

/** Somebody new, by hand. */
export function AddSubscriber({
  opened,
  onClose,
  list,
}: {
  readonly opened: boolean
  readonly onClose: () => void
  /** That it is added to unless somebody says otherwise. */
  readonly list?: string | undefined
}): ReactNode {
  const words = useWords().subscribers.add
  return (
    <Side opened={opened} onClose={onClose} size={420} title={words.new}>
      <AddForm onClose={onClose} list={list} />
    </Side>
  )
}

function AddForm({
  onClose,
  list,
}: {
  readonly onClose: () => void
  readonly list?: string | undefined
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.add
  const navigate = useNavigate()
  const lists = useQuery(read('GET /lists', { query: { limit: 1000 } }))
  const [address, setAddress] = useState('')
  const [name, setName] = useState('')
  const [language, setLanguage] = useState('')
  const [joins, setJoins] = useState<string[]>(list === undefined ? [] : [list])
  const [confirmed, setConfirmed] = useState<'active' | 'unconfirmed'>('active')
  const [asked] = useDebouncedValue(address.trim(), 300)
  const check = useQuery({
    ...read('GET /addresses/check', { query: { address: asked, checks: 'role,disposable,typo' } }),
    enabled: looksLikeAddress(asked),
  })
  const add = useWrite('POST /subscribers', 'GET /subscribers')
  const issueAt = (path: string): string | undefined =>
    add.error?.issues.find((issue) => issue.path === path)?.message
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const made = await add
      .mutateAsync({
        body: {
          address: address.trim(),
          status: confirmed,
          lists: joins,
          ...(name.trim() !== '' && { name: name.trim() }),
          ...(language.trim() !== '' && { language: language.trim() }),
        },
      })
      .catch(() => null)
    if (made === null) return
    onClose()
    notifyDone(words.done(made.address), {
      label: words.open,
      act: () => void navigate({ to: '/subscribers/$id', params: { id: String(made.id) }, search: {} }),
    })
  }
  const findings = check.data?.valid === false ? [] : (check.data?.findings ?? [])
  return (
    <form onSubmit={(event) => void submit(event)} onKeyDown={submitByKey}>
      <Stack gap="sm">
        <TextInput
          label={words.address}
          type="email"
          required
          data-autofocus
          autoComplete="off"
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          error={issueAt('address')}
        />
        <div aria-live="polite">
          {findings.map(({ check: by, message, suggestion }) => (
            <Group key={by} gap={6}>
              <Text size="xs" c="dimmed">
                {message}
              </Text>
              {suggestion !== undefined && (
                <Button size="compact-xs" variant="light" onClick={() => setAddress(suggestion)}>
                  {words.use(suggestion)}
                </Button>
              )}
            </Group>
          ))}
        </div>
        <TextInput
          label={words.name}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          error={issueAt('name')}
        />
        <TextInput
          label={words.language}
          description={words.languageHint}
          value={language}
          onChange={({ currentTarget }) => setLanguage(currentTarget.value)}
          error={issueAt('language')}
        />
        <MultiSelect
          label={words.lists}
          data={(lists.data?.data ?? []).map(({ name: value, title }) => ({ value, label: title }))}
          value={joins}
          onChange={setJoins}
          searchable
          clearable
        />
        <Select
          label={words.consent}
          description={words.consentHint}
          allowDeselect={false}
          data={[
            { value: 'active', label: words.hasConsent },
            { value: 'unconfirmed', label: words.noConsent },
          ]}
          value={confirmed}
          onChange={(value) => value !== null && setConfirmed(value as typeof confirmed)}
        />
        {add.isError && <FailedNote error={add.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shell.actions.cancel}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {words.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
