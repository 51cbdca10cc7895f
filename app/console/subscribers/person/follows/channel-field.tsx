import { Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../../../api/queries.ts'
import { issueAt } from '../../../parts/form.tsx'
import { useCan } from '../../../shell/session.tsx'
import { useWords } from '../../../words/index.tsx'

/** By which way, and where it reaches them. Who may not see the channels names one. */
export function ChannelField({
  channel,
  contact,
  address,
  onChange,
  error,
}: {
  readonly channel: string
  readonly contact: string
  /** The person's own. */
  readonly address: string
  readonly onChange: (change: { readonly channel?: string; readonly contact?: string }) => void
  readonly error: Error | null
}): ReactNode {
  const words = useWords().subscribers.follows
  const mayLook = useCan()('system:read')
  const { data } = useQuery({ ...read('GET /channels'), enabled: mayLook })
  const reaching = (data?.data ?? []).filter(({ name, people }) => people !== null || name === channel)
  const people = data?.data.find(({ name }) => name === channel)?.people
  const common = { label: words.channel, required: true, 'data-autofocus': true }
  // E_CHANNEL_UNKNOWN names no field.
  const issue = issueAt(error, 'channel')
  const field = mayLook ? (
    <Select
      {...common}
      placeholder={data !== undefined && reaching.length === 0 ? words.noChannels : words.choose}
      description={people === 'address' ? words.toAddress(address) : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={reaching.map(({ name, type }) => ({
        value: name,
        label: name === type ? name : `${name} (${type})`,
      }))}
      value={channel === '' ? null : channel}
      allowDeselect={false}
      onChange={(next) => next !== null && onChange({ channel: next, contact: '' })}
      error={issue}
    />
  ) : (
    <TextInput
      {...common}
      value={channel}
      onChange={({ currentTarget }) => onChange({ channel: currentTarget.value })}
      error={issue}
    />
  )
  return (
    <>
      {field}
      {(people === 'contact' || contact !== '' || !mayLook || issueAt(error, 'contact') !== undefined) && (
        <TextInput
          label={words.contact}
          description={words.contactHint}
          required={people === 'contact'}
          value={contact}
          onChange={({ currentTarget }) => onChange({ contact: currentTarget.value })}
          error={issueAt(error, 'contact')}
        />
      )}
    </>
  )
}
