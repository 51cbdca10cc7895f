import { Group, Kbd, Modal, SimpleGrid, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../words/index.tsx'
import { places } from './places.ts'
import { useCan } from './session.tsx'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const patienceMs = 1200

/** Keys that work on every screen. `?` lists them. */
export function Shortcuts(): ReactNode {
  const { shell } = useWords()
  const { shortcuts: words, nav } = shell
  const [open, { open: show, close }] = useDisclosure()
  const navigate = useNavigate()
  const can = useCan()
  // Never: a page that was just opened is at 0.
  const pressedG = useRef(Number.NEGATIVE_INFINITY)
  const reachable = places
    .flatMap((group) => group.places)
    .filter(({ needs }) => needs.length === 0 || needs.some(can))
  const handle = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (event.key === '?') {
      show()
      return
    }
    if (event.key === 'g') {
      pressedG.current = event.timeStamp
      return
    }
    if (event.key === '/') {
      const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
      if (field === null) return
      event.preventDefault()
      field.focus()
      return
    }
    if (event.key === 'n' && event.timeStamp - pressedG.current > patienceMs) {
      document.querySelector<HTMLElement>('main [data-create]')?.click()
      return
    }
    const place = reachable.find(({ letter }) => letter === event.key)
    if (place === undefined || event.timeStamp - pressedG.current > patienceMs) return
    pressedG.current = Number.NEGATIVE_INFINITY
    event.preventDefault()
    void navigate({ to: place.to as '/' })
  }
  const latest = useRef(handle)
  useEffect(() => {
    latest.current = handle
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => latest.current(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  const line = (keys: readonly string[], what: string): ReactNode => (
    <Group key={what} justify="space-between" wrap="nowrap">
      <Text size="sm">{what}</Text>
      <Group gap={4} wrap="nowrap">
        {keys.map((key) => (
          <Kbd key={key} size="xs">
            {key}
          </Kbd>
        ))}
      </Group>
    </Group>
  )
  return (
    <Modal
      opened={open}
      onClose={close}
      title={words.title}
      size={680}
      closeButtonProps={{ 'aria-label': shell.actions.close }}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing={40} verticalSpacing="lg">
        <Stack gap={7}>
          <Text size="xs" c="dimmed">
            {words.everywhere}
          </Text>
          {line(['Ctrl', 'K'], words.palette)}
          {line(['/'], words.find)}
          {line(['n'], words.create)}
          {line(['↑', '↓'], words.rows)}
          {line(['Enter'], words.open)}
          {line(['Esc'], words.close)}
          {line(['?'], words.help)}
        </Stack>
        <Stack gap={7}>
          <Text size="xs" c="dimmed">
            {words.go}
          </Text>
          {reachable.map(({ letter, word }) => line(['g', letter], nav[word]))}
        </Stack>
      </SimpleGrid>
    </Modal>
  )
}
