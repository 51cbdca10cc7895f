import { Button, Card, Fieldset, Group, Select, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { read, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/index.tsx'
import { type CampaignInput, inputOf, slugOf } from '../campaign-input.ts'
import { NamesSelect, troublesOf } from '../edit/fields.tsx'

const route = getRouteApi('/campaigns/new')
const page = { query: { limit: 200 } } as const
/** Fields of this form: what is wrong with them stands there. */
const shown = /^(?:title|name|template|lists|sender\.(?:name|address))/

/** The least that a campaign needs; all else is in its editor. What the last one had is proposed. */
export function NewCampaign(): ReactNode {
  const { campaigns: words, shell } = useWords()
  const { from } = route.useSearch()
  const navigate = useNavigate()
  const templates = useQuery(read('GET /templates', page)).data?.data.filter(({ kind }) => kind === 'letter')
  const lists = useQuery(read('GET /lists', page)).data?.data
  const last = useQuery({
    ...read('GET /campaigns', { query: { order: 'newest', limit: 1 } }),
    enabled: from === undefined,
  }).data?.data[0]
  const copied = useQuery({
    ...read('GET /campaigns/{idOrName}', { path: { idOrName: from ?? '' } }),
    enabled: from !== undefined,
  }).data
  const channels = useQuery(read('GET /channels')).data?.data
  const model = from === undefined ? last : copied
  const [typed, setTyped] = useState<Partial<CampaignInput>>({})
  const create = useWrite('POST /campaigns', 'GET /campaigns')
  const troubles = troublesOf(create.error)
  const title = typed.title ?? ''
  const template = typed.template ?? model?.template ?? templates?.[0]?.name ?? ''
  const only = lists?.length === 1 ? [lists[0]!.name] : []
  const audience = typed.lists ?? model?.lists ?? only
  const sender = typed.sender ?? model?.sender ?? { address: '', name: '' }
  const name = typed.name ?? slugOf(title)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    // A copy is all of it; else how the last one was sent, and nothing of what it said.
    const base =
      model === undefined
        ? channels !== undefined && { channel: channels[0]?.name ?? 'smtp' }
        : from === undefined
          ? { channel: model.channel, language: model.language, timeZone: model.timeZone }
          : inputOf(model)
    create.mutate(
      { body: { ...base, name, title, template, sender, lists: audience } },
      {
        onSuccess: (made) => void navigate({ to: '/campaigns/$campaign', params: { campaign: made.name } }),
      },
    )
  }
  return (
    <Page
      title={from === undefined ? words.list.new : words.list.copyOf(model?.title ?? from)}
      crumbs={[{ label: shell.nav.campaigns, to: '/campaigns' }]}
    >
      <Card maw={620} component="form" onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            autoFocus
            label={words.letter.title}
            description={words.letter.titleHint}
            required
            value={title}
            error={troubles('title')}
            onChange={({ currentTarget }) => setTyped({ ...typed, title: currentTarget.value })}
          />
          <TextInput
            label={words.letter.name}
            description={words.letter.nameHint}
            required
            value={name}
            error={troubles('name')}
            onChange={({ currentTarget }) => setTyped({ ...typed, name: currentTarget.value })}
          />
          <Select
            label={words.letter.template}
            required
            data={templates?.map((one) => one.name) ?? []}
            value={template}
            searchable
            allowDeselect={false}
            error={troubles('template')}
            onChange={(next) => next !== null && setTyped({ ...typed, template: next })}
          />
          <NamesSelect
            label={words.audience.lists}
            description={words.audience.later}
            known={lists}
            value={audience}
            error={troubles('lists')}
            onChange={(names) => setTyped({ ...typed, lists: names })}
          />
          <Fieldset legend={words.letter.sender} p="sm">
            <Group grow align="flex-start">
              <TextInput
                label={words.letter.senderName}
                value={sender.name ?? ''}
                error={troubles('sender.name')}
                onChange={({ currentTarget }) =>
                  setTyped({ ...typed, sender: { ...sender, name: currentTarget.value } })
                }
              />
              <TextInput
                label={words.letter.senderAddress}
                type="email"
                required
                value={sender.address}
                error={troubles('sender.address')}
                onChange={({ currentTarget }) =>
                  setTyped({ ...typed, sender: { ...sender, address: currentTarget.value } })
                }
              />
            </Group>
          </Fieldset>
          {create.isError && !create.error.issues.every(({ path }) => shown.test(path)) && (
            <FailedNote error={create.error} />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending}>
              {words.list.create}
            </Button>
          </Group>
        </Stack>
      </Card>
    </Page>
  )
}
