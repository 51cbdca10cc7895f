import { ActionIcon, Button, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconBan,
  IconDotsVertical,
  IconDownload,
  IconEraser,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserMinus,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { addressOf, call } from '../../api/client.ts'
import { markStale, useWrite } from '../../api/queries.ts'
import { notifyDone, notifyFailed, useLater } from '../../parts/undo.tsx'
import { useCan } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'
import type { Subscriber } from '../people/filter.ts'
import { EditPerson } from './edit.tsx'
import { ErasePerson } from './erase.tsx'
import { PauseForm } from './pause.tsx'

/** Everything of a person that a write of theirs changes. */
export const ofPerson = [
  'GET /subscribers',
  'GET /subscribers/{id}',
  'GET /subscribers/{id}/memberships',
  'GET /subscribers/{id}/consents',
  'GET /subscribers/{id}/data',
  'GET /subscribers/{id}/picks',
] as const

/** What can be done with this person as they are now. */
export function Actions({ person }: { readonly person: Subscriber }): ReactNode {
  const { subscribers, shell } = useWords()
  const words = subscribers.person
  const can = useCan()
  const client = useQueryClient()
  const later = useLater()
  const [editing, edit] = useDisclosure()
  const [erasing, erase] = useDisclosure()
  const [pausing, setPausing] = useState(false)
  const resume = useWrite('POST /subscribers/{id}/resume', ...ofPerson)
  const path = { id: person.id }
  const { status } = person
  const mayWrite = can('subscribers:write') && status !== 'erased'
  const receives = status === 'active' || status === 'unconfirmed' || status === 'paused'

  const leaveAll = (): void =>
    later({
      says: words.leaving,
      act: async () => {
        await call('POST /subscribers/{id}/leave', { path, body: { all: true } })
        await markStale(client, ...ofPerson)
      },
    })
  const suppress = async (): Promise<void> => {
    const { address } = person
    await call('POST /suppressions', { body: { address } })
    await markStale(client, 'GET /suppressions')
    notifyDone(words.suppressed(address), {
      label: shell.actions.undo,
      act: () =>
        void call('DELETE /suppressions/{address}', { path: { address } })
          .then(() => markStale(client, 'GET /suppressions'))
          .catch(notifyFailed),
    })
  }
  const resumeNow = (): void =>
    resume.mutate(
      { path, body: {} },
      { onSuccess: () => notifyDone(words.resumed), onError: (error) => notifyFailed(error) },
    )
  return (
    <>
      {mayWrite && status === 'active' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          onClick={() => setPausing(true)}
        >
          {words.pause}
        </Button>
      )}
      {mayWrite && status === 'paused' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          loading={resume.isPending}
          onClick={resumeNow}
        >
          {words.resume}
        </Button>
      )}
      {mayWrite && (
        <Button leftSection={<IconPencil size={14} />} onClick={edit.open}>
          {shell.actions.edit}
        </Button>
      )}
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={shell.actions.more}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            component="a"
            href={addressOf('GET /subscribers/{id}/data', { path })}
            download={`subscriber-${person.id}.json`}
            leftSection={<IconDownload size={14} />}
          >
            {words.exportData}
          </Menu.Item>
          {mayWrite && receives && (
            <Menu.Item leftSection={<IconUserMinus size={14} />} onClick={leaveAll}>
              {words.leaveAll}
            </Menu.Item>
          )}
          {mayWrite && (
            <>
              <Menu.Item
                leftSection={<IconBan size={14} />}
                onClick={() => void suppress().catch(notifyFailed)}
              >
                {words.suppress}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<IconEraser size={14} />} onClick={erase.open}>
                {words.erase.action}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <EditPerson person={person} opened={editing} onClose={edit.close} />
      <ErasePerson person={person} opened={erasing} onClose={erase.close} />
      <PauseForm id={person.id} opened={pausing} onClose={() => setPausing(false)} />
    </>
  )
}
