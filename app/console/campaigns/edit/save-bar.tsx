import { Button, Group, Kbd, Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import type { Refusal } from '../../api/client.ts'
import { Conflict } from '../../parts/conflict.tsx'
import { FailedNote } from '../../parts/failed.tsx'
import { useWords } from '../../words/index.tsx'
import style from './edit.module.css'

/** Saving and its troubles, at the foot of an editor. It is there only while something is not saved. Ctrl Enter and Ctrl S save. */
export function SaveBar({
  dirty,
  stale,
  saving,
  error,
  subject,
  onSave,
  onOverwrite,
  onDiscard,
}: {
  readonly dirty: boolean
  readonly stale: boolean
  readonly saving: boolean
  readonly error: Refusal | null
  /** As the audit log names it: `campaign/12`. */
  readonly subject: string
  readonly onSave: () => void
  readonly onOverwrite: () => void
  readonly onDiscard: () => void
}): ReactNode {
  const { campaigns: words, shell } = useWords()
  const conflict = stale || error?.code === 'E_CONFLICT'
  const save = useRef(onSave)
  useEffect(() => {
    save.current = conflict ? () => undefined : onSave
  })
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || (event.key !== 'Enter' && event.key !== 's')) return
      event.preventDefault()
      save.current()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [])
  if (!dirty) return null
  return (
    <section className={style.bar} aria-label={words.edit.unsaved}>
      {conflict ? (
        <Conflict subject={subject} onReload={onDiscard} onOverwrite={onOverwrite} />
      ) : (
        error !== null && <FailedNote error={error} />
      )}
      {!conflict && (
        <Group justify="space-between" gap="sm">
          <Text size="sm">{words.edit.unsaved}</Text>
          <Group gap="xs" ml="auto">
            <Button variant="subtle" color="gray" onClick={onDiscard}>
              {words.edit.discard}
            </Button>
            <Button
              onClick={onSave}
              loading={saving}
              rightSection={
                <Kbd size="xs" visibleFrom="sm">
                  Ctrl ↵
                </Kbd>
              }
            >
              {shell.actions.save}
            </Button>
          </Group>
        </Group>
      )}
    </section>
  )
}
