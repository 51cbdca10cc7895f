import { Button, FileButton, Text } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { type DragEvent, type ReactNode, useState } from 'react'
import { useWords } from '../../words/index.tsx'
import style from './drop.module.css'

const accepted =
  '.csv,.tsv,.txt,.ndjson,.jsonl,.xlsx,.gz,.zip,text/csv,text/tab-separated-values,application/x-ndjson'

/** A place for one file: dropped, or chosen by hand. */
export function Drop({ onFile }: { readonly onFile: (file: File) => void }): ReactNode {
  const words = useWords().subscribers.import
  const [over, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file !== undefined) onFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse; the button within does the same by keyboard
    <div
      className={over ? `${style.drop} ${style.over}` : style.drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileImport size={34} stroke={1.3} aria-hidden />
      <Text fw={550}>{words.drop}</Text>
      <FileButton accept={accepted} onChange={(file) => file !== null && onFile(file)}>
        {(props) => (
          <Button {...props} size="sm" data-create>
            {words.choose}
          </Button>
        )}
      </FileButton>
      <Text size="xs" c="dimmed" maw={520}>
        {words.formats}
      </Text>
    </div>
  )
}
