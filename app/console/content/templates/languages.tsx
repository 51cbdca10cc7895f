import { Button, Group, Popover, SegmentedControl, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useWords } from '../../words/index.tsx'
import { type Draft, withoutLanguage, withSource } from './draft.ts'

const main = ''

/** Variants by language: which is edited, another one, and away with one. */
export function Languages({
  draft,
  language,
  onChoose,
  onChange,
  disabled,
}: {
  readonly draft: Draft
  readonly language: string | null
  readonly onChoose: (language: string | null) => void
  readonly onChange: (draft: Draft) => void
  readonly disabled: boolean
}): ReactNode {
  const { shell, content } = useWords()
  const words = content.templates
  const [open, setOpen] = useState(false)
  const [tag, setTag] = useState('')
  const tags = Object.keys(draft.variants)
  const add = (): void => {
    const wanted = tag.trim()
    if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(wanted)) return
    onChange(withSource(draft, wanted, {}))
    onChoose(wanted)
    setOpen(false)
    setTag('')
  }
  if (draft.kind !== 'letter') return null
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={words.language}
        value={language ?? main}
        onChange={(value) => onChoose(value === main ? null : value)}
        data={[{ value: main, label: words.mainLanguage }, ...tags.map((value) => ({ value, label: value }))]}
      />
      {!disabled && (
        <Popover opened={open} onChange={setOpen} trapFocus withArrow>
          <Popover.Target>
            <Button
              variant="subtle"
              leftSection={<IconPlus size={13} />}
              onClick={() => setOpen(!open)}
              aria-expanded={open}
            >
              {words.addLanguage}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <form
              onSubmit={(event) => {
                event.preventDefault()
                add()
              }}
            >
              <Group gap="xs" align="flex-end">
                <TextInput
                  label={words.languageTag}
                  placeholder="de, pt-BR"
                  required
                  w={130}
                  data-autofocus
                  value={tag}
                  onChange={(event) => setTag(event.currentTarget.value)}
                />
                <Button type="submit" mb={2}>
                  {words.addLanguage}
                </Button>
              </Group>
            </form>
          </Popover.Dropdown>
        </Popover>
      )}
      {!disabled && language !== null && (
        <Button
          variant="subtle"
          color="red"
          onClick={() => {
            onChange(withoutLanguage(draft, language))
            onChoose(null)
          }}
        >
          {shell.actions.remove} {language}
        </Button>
      )}
    </Group>
  )
}
