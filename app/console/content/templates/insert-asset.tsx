import { Button, Menu, ScrollArea } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { read } from '../../api/queries.ts'
import { useWords } from '../../words/index.tsx'
import { liquidOf } from '../assets/liquid.ts'

/** A picture that is kept, as the line that shows it. */
export function InsertAsset({ onInsert }: { readonly onInsert: (line: string) => void }): ReactNode {
  const words = useWords().content.templates
  const [open, setOpen] = useState(false)
  const assets = useQuery({ ...read('GET /assets', { query: { limit: 100 } }), enabled: open })
  const pictures = (assets.data?.data ?? []).filter(({ width }) => width !== null)
  return (
    <Menu position="bottom-end" opened={open} onChange={setOpen} width={260}>
      <Menu.Target>
        <Button variant="subtle" leftSection={<IconPhoto size={14} />}>
          {words.insertPicture}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={280}>
          {pictures.length === 0 && <Menu.Label>{words.noPictures}</Menu.Label>}
          {pictures.map((asset) => (
            <Menu.Item key={asset.sha256} onClick={() => onInsert(liquidOf(asset))}>
              {asset.names[0] ?? asset.name}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}
