import { Badge, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { markStale, useWrite } from '../../api/queries.ts'
import { CopyLine } from '../../parts/copy.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { Form } from '../../parts/form.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { Qr } from './qr.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

type User = NonNullable<Answer<'GET /access/me'>['user']>
type Begun = Answer<'POST /access/totp/begin'>

/** Off, being set up, just set up, or on. */
export function SecondFactor({ user }: { readonly user: User }): ReactNode {
  const words = useWords().settings.account
  const format = useFormat()
  const [begun, setBegun] = useState<Begun | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  if (codes !== null) return <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />
  if (user.secondFactor)
    return (
      <Stack gap="sm">
        <Group gap="xs">
          <Badge color="teal">{words.factorOn}</Badge>
          <Text size="sm" c={user.recoveryCodesLeft < 3 ? 'var(--mantine-color-error)' : 'dimmed'}>
            {words.codesLeft(user.recoveryCodesLeft, format.count(user.recoveryCodesLeft))}
          </Text>
        </Group>
        <TurnOff />
      </Stack>
    )
  if (begun !== null)
    return (
      <Confirm
        begun={begun}
        onCancel={() => setBegun(null)}
        onDone={(made) => {
          setBegun(null)
          setCodes(made)
        }}
      />
    )
  return (
    <Stack gap="sm">
      <Group>
        <Badge color="gray">{words.factorOff}</Badge>
      </Group>
      <Begin onBegun={setBegun} />
    </Stack>
  )
}

function Begin({ onBegun }: { readonly onBegun: (begun: Begun) => void }): ReactNode {
  const words = useWords().settings.account
  const [password, setPassword] = useState('')
  const begin = useWrite('POST /access/totp/begin')
  return (
    <Form error={begin.error} onSubmit={() => begin.mutate({ body: { password } }, { onSuccess: onBegun })}>
      <Stack gap="sm" maw={360}>
        <PasswordInput
          label={words.presentPassword}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {begin.isError && <FailedNote error={begin.error} />}
        <Group>
          <Button type="submit" variant="default" loading={begin.isPending}>
            {words.turnOn}
          </Button>
        </Group>
      </Stack>
    </Form>
  )
}

function Confirm({
  begun,
  onCancel,
  onDone,
}: {
  readonly begun: Begun
  readonly onCancel: () => void
  readonly onDone: (codes: readonly string[]) => void
}): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.account
  const client = useQueryClient()
  const [code, setCode] = useState('')
  const confirm = useWrite('POST /access/totp/confirm', 'GET /access/sessions')
  return (
    <Form
      error={confirm.error}
      onSubmit={() =>
        confirm.mutate(
          { body: { code: code.replaceAll(/\s/g, '') } },
          {
            onSuccess: ({ recoveryCodes, ...me }) => {
              onDone(recoveryCodes)
              client.setQueryData(['GET /access/me'], me)
            },
          },
        )
      }
    >
      <Group align="flex-start" gap="lg">
        <Qr text={begun.uri} label={words.qr} />
        <Stack gap="sm" flex={1} miw={240} maw={360}>
          <Text size="sm">{words.scan}</Text>
          <div>
            <Text size="xs" c="dimmed" mb={3}>
              {words.orType}
            </Text>
            <CopyLine value={begun.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} label={words.copySecret} />
          </div>
          <TextInput
            label={words.code}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
            w={140}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          {confirm.isError && <FailedNote error={confirm.error} />}
          <Group gap="xs">
            <Button type="submit" loading={confirm.isPending}>
              {words.confirm}
            </Button>
            <Button variant="default" onClick={onCancel}>
              {shell.actions.cancel}
            </Button>
          </Group>
        </Stack>
      </Group>
    </Form>
  )
}

function TurnOff(): ReactNode {
  const words = useWords().settings.account
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const remove = useWrite('POST /access/totp/remove')
  return (
    <Form
      error={remove.error}
      onSubmit={() =>
        remove.mutate(
          { body: { password } },
          {
            onSuccess: () => {
              notifyDone(words.turnedOff)
              void markStale(client, 'GET /access/me')
            },
          },
        )
      }
    >
      <Stack gap="sm" maw={360}>
        <PasswordInput
          label={words.presentPassword}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {remove.isError && <FailedNote error={remove.error} />}
        <Group>
          <Button type="submit" variant="outline" color="red" loading={remove.isPending}>
            {words.turnOff}
          </Button>
        </Group>
      </Stack>
    </Form>
  )
}
