import {
  ActionIcon,
  Button,
  Fieldset,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useWords } from '../../words/index.tsx'
import {
  isObject,
  isSecret,
  kindOf,
  type Path,
  plain,
  type Schema,
  type Settings,
  type Value,
} from './schema.ts'

export interface FieldProps {
  readonly schema: Schema
  readonly path: Path
  readonly value: Value
  readonly required: boolean
  readonly onChange: (path: Path, value: Value) => void
  /** What is wrong with a setting, by its path. */
  readonly issueAt: (path: Path) => string | undefined
}

const shownDefault = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** What is within backquotes is what a settings file says. */
const Marked = ({
  text = '',
  more,
}: {
  readonly text?: string | undefined
  readonly more?: string | undefined
}): ReactNode => [
  ...text.split('`').map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts never move
      <code key={index}>{part}</code>
    ),
  ),
  more !== undefined && `${text === '' ? '' : '. '}${more}.`,
]

/** The input for one setting, as its schema asks for it. */
export function Field(props: FieldProps): ReactNode {
  const { path, value, required, onChange, issueAt } = props
  const words = useWords().channels.setUp
  const schema = plain(props.schema)
  const kind = kindOf(schema)
  const label = String(path.at(-1))
  const common = {
    label,
    description: <Marked text={schema.description} />,
    error: issueAt(path),
    // What the default is stands where nothing is written.
    placeholder: shownDefault(schema.default),
    withAsterisk: required && schema.default === undefined,
  }
  const set = (next: Value): void => onChange(path, next)
  switch (kind) {
    case 'object':
      return schema.properties === undefined ? (
        <Entries {...props} schema={schema} />
      ) : (
        <Part {...props} schema={schema} />
      )
    case 'enum':
      return (
        <Select
          {...common}
          data={(schema.enum ?? [schema.const]).map(String)}
          value={typeof value === 'string' ? value : null}
          onChange={(next) => set(next ?? undefined)}
          clearable
        />
      )
    case 'integer':
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => set(typeof next === 'number' ? next : undefined)}
          allowDecimal={kind === 'number'}
          hideControls
        />
      )
    case 'boolean':
      return (
        <Switch
          label={label}
          description={<Marked text={schema.description} />}
          error={common.error}
          checked={value === undefined ? schema.default === true : value === true}
          onChange={({ currentTarget }) => set(currentTarget.checked)}
        />
      )
    case 'array':
      return (
        <TagsInput
          {...common}
          description={[schema.description, isSecret(path) ? words.secretHint : null]
            .filter(Boolean)
            .join('. ')}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next) => set(next.length === 0 ? undefined : next)}
        />
      )
    default: {
      const text = typeof value === 'string' ? value : ''
      return isSecret(path) ? (
        <PasswordInput
          {...common}
          description={<Marked text={schema.description} more={words.secretHint} />}
          autoComplete="new-password"
          value={text}
          onChange={({ currentTarget }) => set(currentTarget.value === '' ? undefined : currentTarget.value)}
        />
      ) : (
        <TextInput
          {...common}
          value={text}
          onChange={({ currentTarget }) => set(currentTarget.value === '' ? undefined : currentTarget.value)}
        />
      )
    }
  }
}

/** Settings of a fixed name below one. */
function Part({ schema, path, value, onChange, issueAt }: FieldProps): ReactNode {
  return (
    <Fieldset legend={String(path.at(-1))} p="sm">
      <Stack gap="sm">
        {(schema.description ?? issueAt(path)) && (
          <Text size="xs" c={issueAt(path) === undefined ? 'dimmed' : 'var(--mantine-color-error)'}>
            {issueAt(path) ?? <Marked text={schema.description} />}
          </Text>
        )}
        <Fields schema={schema} path={path} value={value} onChange={onChange} issueAt={issueAt} />
      </Stack>
    </Fieldset>
  )
}

/** Settings that are called as whoever sets them likes, such as rooms. */
function Entries({ schema, path, value, onChange, issueAt }: FieldProps): ReactNode {
  const words = useWords().channels.setUp
  const [name, setName] = useState('')
  const entries = isObject(value) ? value : {}
  const inner = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : {}
  const add = (): void => {
    if (name.trim() === '' || Object.hasOwn(entries, name.trim())) return
    onChange([...path, name.trim()], kindOf(plain(inner)) === 'object' ? {} : '')
    setName('')
  }
  return (
    <Fieldset legend={String(path.at(-1))} p="sm">
      <Stack gap="sm">
        {schema.description !== undefined && (
          <Text size="xs" c="dimmed">
            <Marked text={schema.description} />
          </Text>
        )}
        {Object.entries(entries).map(([key, entry]) => (
          <Group key={key} gap={6} wrap="nowrap" align="flex-start">
            <div style={{ flex: 1, minWidth: 0 }}>
              <Field
                schema={inner}
                path={[...path, key]}
                value={entry}
                required={false}
                onChange={onChange}
                issueAt={issueAt}
              />
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={words.removeEntry(key)}
              onClick={() => onChange([...path, key], undefined)}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Group gap={6} wrap="nowrap">
          <TextInput
            aria-label={words.entryName(String(path.at(-1)))}
            placeholder={words.entryName(String(path.at(-1)))}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
              event.preventDefault()
              add()
            }}
            style={{ flex: 1 }}
          />
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
            {words.addEntry}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  )
}

/** All settings of an object. Those that must be said come first. */
export function Fields({ schema, path, value, onChange, issueAt }: Omit<FieldProps, 'required'>): ReactNode {
  const settings: Settings = isObject(value) ? value : {}
  const required = new Set(schema.required)
  const keys = Object.keys(schema.properties ?? {})
  return [...keys.filter((key) => required.has(key)), ...keys.filter((key) => !required.has(key))].map(
    (key) => (
      <Field
        key={key}
        schema={schema.properties![key]!}
        path={[...path, key]}
        value={Object.hasOwn(settings, key) ? settings[key] : undefined}
        required={required.has(key)}
        onChange={onChange}
        issueAt={issueAt}
      />
    ),
  )
}
