import { Box, Button, CloseButton, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type ReactNode, useCallback } from 'react'
import { useWords } from '../words/index.tsx'
import { FailedNote } from './failed.tsx'

const graceMs = 7000

/** What is done in a moment, unless somebody takes it back: instead of asking whether they are sure. It is done at once when the page is
 *  left. `hide` and `show` take the thing off the screen meanwhile, and back. */
export function useLater(): (later: {
  readonly says: string
  readonly act: () => Promise<unknown>
  readonly hide?: () => void
  readonly show?: () => void
}) => void {
  const { shell } = useWords()
  return useCallback(
    ({ says, act, hide, show }) => {
      hide?.()
      const id = crypto.randomUUID()
      let settled = false
      const done = (): void => {
        if (settled) return
        settled = true
        window.removeEventListener('pagehide', done)
        clearTimeout(timer)
        act().catch((error: Error) => {
          show?.()
          notifyFailed(error)
        })
      }
      const undo = (): void => {
        settled = true
        window.removeEventListener('pagehide', done)
        clearTimeout(timer)
        notifications.hide(id)
        show?.()
      }
      const timer = setTimeout(done, graceMs)
      window.addEventListener('pagehide', done)
      notifications.show({
        id,
        autoClose: graceMs,
        withCloseButton: false,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm">{says}</Text>
            <Button variant="light" onClick={undo}>
              {shell.actions.undo}
            </Button>
          </Group>
        ),
      })
    },
    [shell],
  )
}

/** Something was done; where it can be taken back, there is a button for it. */
export function notifyDone(
  message: ReactNode,
  undo?: { readonly label: string; readonly act: () => void },
): void {
  const id = crypto.randomUUID()
  notifications.show({
    id,
    color: 'teal',
    withCloseButton: false,
    autoClose: undo === undefined ? 3500 : graceMs,
    message:
      undo === undefined ? (
        message
      ) : (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{message}</Text>
          <Button
            variant="light"
            onClick={() => {
              notifications.hide(id)
              undo.act()
            }}
          >
            {undo.label}
          </Button>
        </Group>
      ),
  })
}

/** Stays until it is closed: people copy the request id. */
export function notifyFailed(error: Error): void {
  const id = crypto.randomUUID()
  notifications.show({
    id,
    autoClose: false,
    color: 'red',
    withBorder: false,
    withCloseButton: false,
    p: 0,
    message: <FailedMessage id={id} error={error} />,
  })
}

/** With a button of its own: the notification's has no name. */
function FailedMessage({ id, error }: { readonly id: string; readonly error: Error }): ReactNode {
  return (
    <Box pos="relative">
      <FailedNote error={error} />
      <CloseButton
        pos="absolute"
        top={8}
        right={8}
        size="sm"
        aria-label={useWords().shell.actions.close}
        onClick={() => notifications.hide(id)}
      />
    </Box>
  )
}
