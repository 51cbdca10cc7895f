import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  NativeSelect,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../../words/index.tsx'
import { type Matcher, operators } from './matchers.ts'

/** Conditions on labels, all of which must hold. `issues`: what the daemon says of them, by paths such as `matchers[0].value`, of which
 *  `path` is the first word. */
export function MatcherEditor({
  about,
  optional = false,
  path: field = 'matchers',
  matchers,
  onChange,
  issues,
}: {
  readonly about?: string
  /** There may be none. */
  readonly optional?: boolean
  readonly path?: string
  readonly matchers: readonly Matcher[]
  readonly onChange: (matchers: readonly Matcher[]) => void
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}): ReactNode {
  const words = useWords().alerts.silences
  const fields = useRef<HTMLFieldSetElement>(null)
  const before = useRef(matchers.length)
  // Whoever adds a line goes on in it.
  useEffect(() => {
    if (matchers.length > before.current)
      fields.current
        ?.querySelectorAll<HTMLInputElement>('[data-name]')
        .item(matchers.length - 1)
        ?.focus()
    before.current = matchers.length
  }, [matchers.length])
  const change = (at: number, part: Partial<Matcher>): void =>
    onChange(matchers.map((matcher, index) => (index === at ? { ...matcher, ...part } : matcher)))
  const problem = (at: number): string | null =>
    issues.find(({ path }) => path.startsWith(`${field}[${at}]`))?.message ?? null
  return (
    <Fieldset legend={words.matchers} ref={fields} p="sm" mx={0}>
      <Stack gap="xs">
        {about !== undefined && (
          <Text size="xs" c="dimmed">
            {about}
          </Text>
        )}
        {matchers.map((matcher, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a form, by their place
          <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
            <TextInput
              data-name
              size="xs"
              flex={1}
              aria-label={words.labelName(index + 1)}
              placeholder={words.namePlaceholder}
              value={matcher.name}
              onChange={({ currentTarget: { value } }) => change(index, { name: value })}
            />
            <NativeSelect
              size="xs"
              w={{ base: 92, xs: 118 }}
              aria-label={words.operator(index + 1)}
              value={matcher.operator}
              data={operators.map((value) => ({ value, label: words.operators[value] }))}
              onChange={({ currentTarget: { value } }) =>
                change(index, { operator: operators.find((one) => one === value) ?? '=' })
              }
            />
            <TextInput
              size="xs"
              flex={{ base: 1, xs: 2 }}
              aria-label={words.value(index + 1)}
              placeholder={words.valuePlaceholder}
              value={matcher.value}
              error={problem(index)}
              onChange={({ currentTarget: { value } }) => change(index, { value })}
            />
            <Tooltip label={words.removeLine}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={30}
                aria-label={words.removeLine}
                style={{ visibility: !optional && matchers.length === 1 ? 'hidden' : 'visible' }}
                onClick={() => onChange(matchers.filter((_, at) => at !== index))}
              >
                <IconTrash size={15} />
              </ActionIcon>
            </Tooltip>
          </Group>
        ))}
        <div>
          <Button
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...matchers, { name: '', operator: '=', value: '' }])}
          >
            {matchers.length === 0 ? words.addFirst : words.addLine}
          </Button>
        </div>
      </Stack>
    </Fieldset>
  )
}
