import { Button, Group, List, Modal, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { addressOf, call } from '../../api/client.ts'
import { markStale } from '../../api/queries.ts'
import { useLater } from '../../parts/undo.tsx'
import { useWords } from '../../words/index.tsx'
import type { Subscriber } from '../people/filter.ts'
import { ofPerson } from './actions.tsx'

/** Says what it means before it is done, and still leaves a moment to take it back: nothing brings an erased person back. */
export function ErasePerson({
  person,
  opened,
  onClose,
}: {
  readonly person: Subscriber
  readonly opened: boolean
  readonly onClose: () => void
}): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.person.erase
  const later = useLater()
  const client = useQueryClient()
  const navigate = useNavigate()
  const path = { id: person.id }
  const erase = (): void => {
    onClose()
    void navigate({ to: '/subscribers' })
    later({
      says: words.going(person.address),
      act: async () => {
        await call('POST /subscribers/{id}/erase', { path })
        await markStale(client, ...ofPerson)
      },
      show: () => void navigate({ to: '/subscribers/$id', params: { id: String(person.id) }, search: {} }),
    })
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.title}
      closeButtonProps={{ 'aria-label': shell.actions.close }}
    >
      <Stack gap="sm">
        <Text size="sm" fw={550}>
          {person.address}
        </Text>
        <List size="sm" spacing={4}>
          {words.means.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
        <Group justify="space-between" gap="xs">
          <Button
            variant="default"
            component="a"
            href={addressOf('GET /subscribers/{id}/data', { path })}
            download={`subscriber-${person.id}.json`}
          >
            {words.exportFirst}
          </Button>
          <Group gap="xs" ml="auto">
            <Button variant="default" onClick={onClose} data-autofocus>
              {shell.actions.cancel}
            </Button>
            <Button variant="outline" color="red" onClick={erase}>
              {words.submit}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  )
}
