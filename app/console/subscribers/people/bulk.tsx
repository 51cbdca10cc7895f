import { Button, Group, Paper, Select, Text, Transition } from '@mantine/core'
import { IconBan, IconListDetails } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { call } from '../../api/client.ts'
import { markStale, read } from '../../api/queries.ts'
import { notifyDone, notifyFailed, useLater } from '../../parts/undo.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { Subscriber } from './filter.ts'

const perRequest = 1000

function* portions<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += perRequest) yield rows.slice(at, at + perRequest)
}

/** What can be done to all chosen rows at once. It stands over the end of the table while some are chosen. */
export function BulkBar({
  rows,
  onDone,
}: {
  readonly rows: readonly Subscriber[]
  readonly onDone: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.bulk
  const format = useFormat()
  const client = useQueryClient()
  const later = useLater()
  const [busy, setBusy] = useState(false)
  const lists = useQuery({ ...read('GET /lists', { query: { limit: 1000 } }), enabled: rows.length > 0 })

  const join = async (list: string): Promise<void> => {
    setBusy(true)
    try {
      let joined = 0
      for (const portion of portions(rows))
        joined += (
          await call('POST /lists/{idOrName}/members', {
            path: { idOrName: list },
            body: { ids: portion.map(({ id }) => id) },
          })
        ).joined
      notifyDone(words.joined(joined, format.count(joined), format.count(rows.length - joined)))
      await markStale(client, 'GET /subscribers', 'GET /subscribers/{id}/memberships', 'GET /lists')
      onDone()
    } catch (error) {
      notifyFailed(error as Error)
    } finally {
      setBusy(false)
    }
  }
  const suppress = (): void => {
    const entries = rows.map(({ address }) => ({ address }))
    onDone()
    later({
      says: words.suppressing(entries.length, format.count(entries.length)),
      act: async () => {
        for (const portion of portions(entries)) await call('POST /suppressions', { body: portion })
        await markStale(client, 'GET /suppressions')
      },
    })
  }
  return (
    <Transition mounted={rows.length > 0} transition="slide-up" duration={120}>
      {(style) => (
        <Paper
          withBorder
          shadow="md"
          p="xs"
          role="toolbar"
          aria-label={words.label}
          style={{
            ...style,
            position: 'fixed',
            bottom: 18,
            left: '50%',
            translate: '-50% 0',
            zIndex: 90,
            width: 'max-content',
            maxWidth: 'calc(100vw - 24px)',
          }}
        >
          <Group gap="sm" justify="center">
            <Text size="sm" fw={550} data-numbers style={{ whiteSpace: 'nowrap' }} aria-live="polite">
              {shell.table.selected(format.count(rows.length))}
            </Text>
            <Select
              size="xs"
              aria-label={words.addToList}
              placeholder={words.addToList}
              data={(lists.data?.data ?? []).map(({ name, title }) => ({ value: name, label: title }))}
              value={null}
              onChange={(name) => name !== null && void join(name)}
              searchable
              disabled={busy}
              leftSection={<IconListDetails size={14} />}
              comboboxProps={{ position: 'top' }}
              w={190}
            />
            <Button
              variant="outline"
              color="red"
              leftSection={<IconBan size={14} />}
              onClick={suppress}
              disabled={busy}
              style={{ flexShrink: 0 }}
            >
              {words.suppress}
            </Button>
            <Button variant="subtle" color="gray" onClick={onDone} style={{ flexShrink: 0 }}>
              {words.none}
            </Button>
          </Group>
        </Paper>
      )}
    </Transition>
  )
}
