import { MultiSelect, Select, TextInput, type TextInputProps } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import type { Refusal } from '../../api/client.ts'

/** What the API says of the fields of a form, by the path it names. */
export type Troubles = (path: string) => string | null

export const troublesOf = (error: Refusal | null): Troubles => {
  const issues = error?.issues ?? []
  return (path) =>
    issues.find(
      (issue) =>
        issue.path === path || issue.path.startsWith(`${path}.`) || issue.path.startsWith(`${path}[`),
    )?.message ?? null
}

/** A field of text that may be null: empty is null. */
export const NullableText = ({
  value,
  onValue,
  ...rest
}: Omit<TextInputProps, 'value' | 'onChange'> & {
  readonly value: string | null | undefined
  readonly onValue: (value: string | null) => void
}): ReactNode => (
  <TextInput
    {...rest}
    value={value ?? ''}
    onChange={({ currentTarget }) => onValue(currentTarget.value === '' ? null : currentTarget.value)}
  />
)

/** Things by name, several of them. What is chosen but not known any more stays to be seen. */
export function NamesSelect({
  label,
  description,
  placeholder,
  known,
  value,
  onChange,
  error,
}: {
  readonly label: string
  readonly description?: string
  readonly placeholder?: string
  readonly known: readonly { readonly name: string; readonly title: string }[] | undefined
  readonly value: readonly string[]
  readonly onChange: (names: readonly string[]) => void
  readonly error?: string | null
}): ReactNode {
  const data = useMemo(() => {
    const all = (known ?? []).map(({ name, title }) => ({ value: name, label: title }))
    const gone = value.filter((name) => !all.some((option) => option.value === name))
    return [...all, ...gone.map((name) => ({ value: name, label: name }))]
  }, [known, value])
  return (
    <MultiSelect
      label={label}
      description={description}
      placeholder={value.length === 0 ? placeholder : ''}
      data={data}
      value={[...value]}
      onChange={onChange}
      error={error}
      searchable
      hidePickedOptions
      // Else the place for typing takes a line of its own behind one pill.
      styles={{ inputField: { minWidth: 24, width: 24 } }}
    />
  )
}

/** Zones as the browser knows them. */
export function ZoneSelect({
  label,
  description,
  value,
  onChange,
  error,
}: {
  readonly label: string
  readonly description?: string
  readonly value: string
  readonly onChange: (zone: string) => void
  readonly error?: string | null
}): ReactNode {
  const data = useMemo(
    () => [...new Set(['UTC', value, browserZone, ...Intl.supportedValuesOf('timeZone')])],
    [value],
  )
  return (
    <Select
      label={label}
      description={description}
      data={data}
      value={value}
      searchable
      allowDeselect={false}
      limit={80}
      onChange={(next) => next !== null && onChange(next)}
      error={error}
    />
  )
}

export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone
