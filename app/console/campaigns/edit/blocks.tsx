import {
  ActionIcon,
  Button,
  Group,
  JsonInput,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useWords } from '../../words/index.tsx'

type Data = { readonly [key: string]: unknown }

/** The campaign's `data`: a field for each block that the template asks for, and for each that there is. A text is a text; what has a
 *  shape of its own (a list, say) is edited as JSON. */
export function Blocks({
  data,
  asked,
  onChange,
}: {
  readonly data: Data
  readonly asked: readonly string[]
  readonly onChange: (data: Data) => void
}): ReactNode {
  const words = useWords().campaigns.blocks
  const [added, setAdded] = useState<readonly string[]>([])
  const keys = [...new Set([...asked, ...Object.keys(data), ...added])]
  const put = (key: string, value: unknown): void => {
    const { [key]: _before, ...rest } = data
    onChange(value === '' || value === undefined ? rest : { ...rest, [key]: value })
  }
  return (
    <Stack gap="sm">
      {keys.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      )}
      {keys.map((key) => (
        <Group key={key} gap={6} wrap="nowrap" align="flex-start">
          <div style={{ flex: 1, minWidth: 0 }}>
            <Block
              name={key}
              value={data[key]}
              unknown={!asked.includes(key)}
              onChange={(value) => put(key, value)}
            />
          </div>
          {Object.hasOwn(data, key) && (
            <Tooltip label={words.clear}>
              <ActionIcon
                mt={24}
                variant="subtle"
                color="gray"
                aria-label={words.clearNamed(key)}
                onClick={() => put(key, undefined)}
              >
                <IconX size={14} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      ))}
      <NewBlock onAdd={(key) => setAdded([...added, key])} taken={keys} />
    </Stack>
  )
}

function Block({
  name,
  value,
  unknown,
  onChange,
}: {
  readonly name: string
  readonly value: unknown
  readonly unknown: boolean
  readonly onChange: (value: unknown) => void
}): ReactNode {
  const words = useWords().campaigns.blocks
  const description = unknown ? words.notAsked : undefined
  if (value === undefined || typeof value === 'string')
    return (
      <Textarea
        label={name}
        description={description}
        autosize
        minRows={1}
        maxRows={12}
        value={value ?? ''}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    )
  return <Shaped name={name} value={value} description={description} onChange={onChange} />
}

/** Text of JSON while it is being written: only what can be read is passed on. */
function Shaped({
  name,
  value,
  description,
  onChange,
}: {
  readonly name: string
  readonly value: unknown
  readonly description: string | undefined
  readonly onChange: (value: unknown) => void
}): ReactNode {
  const words = useWords().campaigns.blocks
  const [text, setText] = useState(() => JSON.stringify(value, null, 2))
  const written = (next: string): void => {
    setText(next)
    try {
      onChange(JSON.parse(next))
    } catch {
      // The field says that this is no JSON yet.
    }
  }
  return (
    <JsonInput
      label={name}
      description={description}
      validationError={words.notJson}
      autosize
      minRows={2}
      maxRows={14}
      styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
      value={text}
      onChange={written}
    />
  )
}

function NewBlock({
  onAdd,
  taken,
}: {
  readonly onAdd: (key: string) => void
  readonly taken: readonly string[]
}): ReactNode {
  const words = useWords().campaigns.blocks
  const [name, setName] = useState('')
  const fits = /^[\w-]{1,64}$/.test(name) && !taken.includes(name)
  const add = (): void => {
    if (!fits) return
    onAdd(name)
    setName('')
  }
  return (
    <Group gap="xs">
      <TextInput
        size="xs"
        w={180}
        aria-label={words.newName}
        placeholder={words.newName}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.ctrlKey) add()
        }}
      />
      <Button variant="default" leftSection={<IconPlus size={14} />} disabled={!fits} onClick={add}>
        {words.add}
      </Button>
    </Group>
  )
}
