import { Group, Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import style from './drop.module.css'

/** Files by drop, by click or by key. */
export function Drop({
  label,
  hint,
  accept,
  multiple = false,
  onFiles,
}: {
  readonly label: string
  readonly hint: string
  /** As `<input accept>`; what is dropped is not looked at. */
  readonly accept: string
  readonly multiple?: boolean
  readonly onFiles: (files: readonly File[]) => void
}): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const take = (list: FileList | null): void => {
    const files = [...(list ?? [])]
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1))
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files)
  }
  return (
    <>
      <button
        type="button"
        className={style.drop}
        data-over={over}
        data-create
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <Group gap="sm" wrap="nowrap" justify="center">
          <IconUpload size={20} stroke={1.6} aria-hidden />
          <span>
            <Text size="sm" fw={550} component="span" display="block">
              {label}
            </Text>
            <Text size="xs" c="dimmed" component="span" display="block">
              {hint}
            </Text>
          </span>
        </Group>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          take(event.currentTarget.files)
          // The same file may be chosen again.
          event.currentTarget.value = ''
        }}
      />
    </>
  )
}
