import { Alert, Box, Button, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { call, type Refusal } from '../../api/client.ts'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { Form, issueAt } from '../../parts/form.tsx'
import { Page } from '../../parts/page.tsx'
import { notifyDone } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import { emptyFeed, type FeedDraft, inputOf, rulesOf, slugOf } from './draft.ts'
import { FeedForm } from './feed-form.tsx'
import { FeedPreview, type Preview } from './preview.tsx'

/** First its address: what is found there fills in the rest. */
export function NewFeed(): ReactNode {
  const { shell, content } = useWords()
  const words = content.feeds
  const navigate = useNavigate()
  const [draft, setDraft] = useState<FeedDraft>(emptyFeed)
  const look = useMutation<Preview, Refusal, FeedDraft>({
    mutationFn: (given) => call('POST /feeds/preview', { body: rulesOf(given) }),
  })
  const save = useWrite('POST /feeds', 'GET /feeds')
  const found = look.data
  const lookAt = (): void =>
    look.mutate(draft, {
      onSuccess: ({ url, title, language }) =>
        setDraft((old) => ({
          ...old,
          url,
          title: old.title || (title ?? ''),
          name: old.name || slugOf(title ?? new URL(url).hostname),
          language: old.language || (language ?? ''),
        })),
    })
  return (
    <Page title={words.new} about={words.newAbout} crumbs={[{ label: shell.nav.feeds, to: '/feeds' }]}>
      <Stack gap="lg">
        <Form onSubmit={lookAt} error={look.error}>
          <TextInput
            label={words.url}
            description={words.urlHint}
            type="url"
            required
            autoFocus
            maw={720}
            placeholder="https://example.org/feed.xml"
            value={draft.url}
            error={issueAt(look.error, 'url')}
            onChange={(event) => setDraft({ ...draft, url: event.currentTarget.value })}
            rightSectionWidth={104}
            rightSectionProps={{ style: { justifyContent: 'flex-end', paddingRight: 4 } }}
            rightSection={
              <Button
                type="submit"
                variant={found === undefined ? 'filled' : 'default'}
                size="compact-sm"
                loading={look.isPending}
              >
                {found === undefined ? words.look : words.lookAgain}
              </Button>
            }
          />
        </Form>
        {look.isError && (
          <Box maw={720}>
            <FailedNote error={look.error} />
          </Box>
        )}
        {found !== undefined && (
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
            <FeedForm
              draft={draft}
              onChange={setDraft}
              known={found.categories}
              withAddress={false}
              submit={words.add}
              saving={save.isPending}
              error={save.error}
              onSubmit={() =>
                save.mutate(
                  { body: inputOf(draft) },
                  {
                    onSuccess: ({ name, title }) => {
                      notifyDone(words.added(title || name))
                      void navigate({ to: '/feeds/$name', params: { name } })
                    },
                  },
                )
              }
            />
            <Stack gap="xs">
              <FeedPreview preview={found} loading={look.isPending} />
              <Text size="xs" c="dimmed">
                {words.previewHint}
              </Text>
            </Stack>
          </SimpleGrid>
        )}
        {found === undefined && !look.isError && (
          <Alert color="gray" maw={720}>
            {words.newHint}
          </Alert>
        )}
      </Stack>
    </Page>
  )
}
