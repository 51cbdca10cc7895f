import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { useWrite } from '../../api/queries.ts'
import { notifyDone, notifyFailed } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Outcome = Answer<'POST /feeds/{idOrName}/fetch'>['outcome']

/** Reads a feed at once, and says what came of it. */
export function useFetchNow(): {
  readonly fetchNow: (feed: { readonly id: number; readonly name: string }) => void
  readonly fetching: number | null
} {
  const { shell, content } = useWords()
  const words = content.feeds
  const format = useFormat()
  const [fetching, setFetching] = useState<number | null>(null)
  const fetch = useWrite(
    'POST /feeds/{idOrName}/fetch',
    'GET /feeds',
    'GET /feeds/{idOrName}',
    'GET /items',
    'GET /items/topics',
  )
  const complain = (title: string, detail: string | null): void => {
    notifications.show({
      color: 'red',
      title,
      message:
        detail === null ? null : (
          <Text size="sm" c="var(--ink)">
            {detail}
          </Text>
        ),
      autoClose: false,
      closeButtonProps: { 'aria-label': shell.actions.close },
    })
  }
  const say = (name: string, outcome: Outcome): void => {
    switch (outcome.kind) {
      case 'read': {
        const { created, updated } = outcome
        notifyDone(words.wasRead(name, format.count(created), format.count(updated)))
        return
      }
      case 'unchanged':
        notifyDone(words.wasUnchanged(name))
        return
      case 'gone':
        complain(words.wasGone(name), null)
        return
      case 'failed':
        complain(words.wasNotRead(name), outcome.detail)
    }
  }
  return {
    fetching,
    fetchNow: ({ id, name }) => {
      setFetching(id)
      fetch.mutate(
        { path: { idOrName: id } },
        {
          onSuccess: ({ outcome }) => say(name, outcome),
          onError: notifyFailed,
          onSettled: () => setFetching(null),
        },
      )
    },
  }
}
