import {
  ActionIcon,
  Autocomplete,
  Group,
  NumberInput,
  Select,
  TagsInput,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SpanUnit } from '../../../engine/model/segment.ts'
import { read } from '../api/queries.ts'
import { useWords } from '../words/index.tsx'
import { type About, emptyLine, events, isEvent, type Line, type Way, waysOf } from './tree.ts'

const size = 'xs'
const page = { query: { limit: 200 } } as const
const newest = { query: { order: 'newest', limit: 200 } } as const

/** One condition: what, how, and with what. Its fields follow from one another. */
export function RuleLine({
  line,
  onChange,
  onRemove,
}: {
  readonly line: Line
  readonly onChange: (line: Line) => void
  readonly onRemove: () => void
}): ReactNode {
  const { rules: words, shell } = useWords()
  const { about, way } = line
  const set = (change: Partial<Line>): void => onChange({ ...line, ...change })
  const label = (names: readonly About[]) => names.map((value) => ({ value, label: words.about[value] }))
  return (
    <Group gap={6} wrap="wrap" role="group" aria-label={words.condition} style={{ flex: 1, minWidth: 0 }}>
      <Select
        size={size}
        w={168}
        aria-label={words.what}
        data={[
          { group: words.groups.interest, items: label(['topic', 'list']) },
          { group: words.groups.happened, items: label(events) },
          {
            group: words.groups.person,
            items: label(['attribute', 'address', 'domain', 'name', 'language', 'timezone', 'status']),
          },
          { group: words.groups.time, items: label(['joined', 'updated']) },
        ]}
        value={about}
        searchable
        allowDeselect={false}
        onChange={(next) => next !== null && onChange({ ...emptyLine(next as About), id: line.id })}
      />
      {about === 'topic' && <Named kind="topics" value={line.name} onChange={(name) => set({ name })} />}
      {about === 'list' && <Named kind="lists" value={line.name} onChange={(name) => set({ name })} />}
      {about === 'attribute' && (
        <TextInput
          size={size}
          w={140}
          aria-label={words.path}
          placeholder={words.pathExample}
          value={line.name}
          onChange={({ currentTarget }) => set({ name: currentTarget.value })}
        />
      )}
      <Select
        size={size}
        w={isEvent(about) ? 104 : 150}
        aria-label={words.how}
        data={waysOf(about).map((value) => ({ value, label: words.ways[value] }))}
        value={way}
        allowDeselect={false}
        onChange={(next) => next !== null && set({ way: next as Way })}
      />
      {isEvent(about) && (
        <>
          <Named
            kind="campaigns"
            value={line.campaign}
            onChange={(campaign) => set({ campaign })}
            clearable
          />
          <Select
            size={size}
            w={112}
            aria-label={words.when}
            data={(['any', 'within', 'before', 'after', 'since'] as const).map((value) => ({
              value,
              label: words.times[value],
            }))}
            value={line.time}
            allowDeselect={false}
            onChange={(time) => time !== null && set({ time: time as Line['time'] })}
          />
          <WhenFields line={line} time={line.time} set={set} />
        </>
      )}
      {!isEvent(about) && <ValueFields line={line} set={set} />}
      <Tooltip label={shell.actions.remove}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="md"
          onClick={onRemove}
          aria-label={words.removeCondition}
        >
          <IconX size={14} />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}

type Set = (change: Partial<Line>) => void

function ValueFields({ line, set }: { readonly line: Line; readonly set: Set }): ReactNode {
  const words = useWords().rules
  const { about, way, values, type } = line
  const [value = ''] = values
  if (about === 'list' || way === 'missing' || way === 'not missing') return null
  const plain = way.replace(/^not /, '')
  if (plain === 'within' || plain === 'before' || plain === 'after' || plain === 'since')
    return <WhenFields line={line} time={plain} set={set} />
  if (about === 'topic')
    return (
      <NumberInput
        size={size}
        w={80}
        aria-label={words.weight}
        min={0}
        max={1}
        step={0.1}
        value={value === '' ? '' : Number(value)}
        onChange={(next) => set({ values: [String(next)] })}
      />
    )
  if (plain === 'in')
    return (
      <TagsInput
        size={size}
        miw={180}
        style={{ flex: 1 }}
        aria-label={words.values}
        placeholder={values.length === 0 ? words.valuesHint : ''}
        value={[...values]}
        onChange={(next) => set({ values: next })}
      />
    )
  const ordered = way === '<' || way === '<=' || way === '>' || way === '>='
  const field =
    about === 'attribute' && type === 'yes-no' && !ordered ? (
      <Select
        size={size}
        w={90}
        aria-label={words.value}
        data={[
          { value: 'true', label: words.yes },
          { value: 'false', label: words.no },
        ]}
        value={value}
        allowDeselect={false}
        onChange={(next) => set({ values: [next ?? 'true'] })}
      />
    ) : about === 'attribute' && (type === 'number' || ordered) ? (
      <NumberInput
        size={size}
        w={110}
        aria-label={words.value}
        value={value === '' ? '' : Number(value)}
        onChange={(next) => set({ values: [String(next)] })}
      />
    ) : (
      <Suggested about={about} value={value} onChange={(next) => set({ values: [next] })} />
    )
  return (
    <>
      {about === 'attribute' && !ordered && (way === '=' || way === '!=') && (
        <Select
          size={size}
          w={96}
          aria-label={words.type}
          data={(['text', 'number', 'yes-no'] as const).map((one) => ({
            value: one,
            label: words.types[one],
          }))}
          value={type}
          allowDeselect={false}
          onChange={(next) =>
            next !== null && set({ type: next as Line['type'], values: next === 'yes-no' ? ['true'] : [] })
          }
        />
      )}
      {field}
    </>
  )
}

const statuses = ['active', 'paused', 'unconfirmed', 'unsubscribed', 'bounced', 'complained']

const Suggested = ({
  about,
  value,
  onChange,
}: {
  readonly about: About
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactNode => (
  <Autocomplete
    size={size}
    miw={140}
    style={{ flex: 1, maxWidth: 260 }}
    aria-label={useWords().rules.value}
    data={about === 'status' ? statuses : about === 'language' ? ['en', 'de', 'fr', 'es', 'it', 'nl'] : []}
    value={value}
    onChange={onChange}
  />
)

function WhenFields({
  line,
  time,
  set,
}: {
  readonly line: Line
  readonly time: Line['time']
  readonly set: Set
}): ReactNode {
  const words = useWords().rules
  if (time === 'any') return null
  if (time === 'within')
    return (
      <Group gap={4} wrap="nowrap">
        <NumberInput
          size={size}
          w={72}
          min={1}
          allowDecimal={false}
          aria-label={words.amount}
          value={line.amount}
          onChange={(next) => set({ amount: Number(next) })}
        />
        <Select
          size={size}
          w={92}
          aria-label={words.unit}
          data={(['hours', 'days', 'weeks'] as const).map((value) => ({ value, label: words.units[value] }))}
          value={line.unit}
          allowDeselect={false}
          onChange={(unit) => unit !== null && set({ unit: unit as SpanUnit })}
        />
      </Group>
    )
  return (
    <TextInput
      size={size}
      w={150}
      type={line.date.includes('T') ? 'text' : 'date'}
      aria-label={words.date}
      value={line.date}
      onChange={({ currentTarget }) => set({ date: currentTarget.value })}
    />
  )
}

/** A thing by its name, with its title beside it. */
function Named({
  kind,
  value,
  onChange,
  clearable = false,
}: {
  readonly kind: 'topics' | 'lists' | 'campaigns'
  readonly value: string
  readonly onChange: (name: string) => void
  readonly clearable?: boolean
}): ReactNode {
  const words = useWords().rules
  const topics = useQuery({ ...read('GET /topics', page), enabled: kind === 'topics' })
  const lists = useQuery({ ...read('GET /lists', page), enabled: kind === 'lists' })
  const campaigns = useQuery({ ...read('GET /campaigns', newest), enabled: kind === 'campaigns' })
  const known = { topics, lists, campaigns }[kind].data?.data ?? []
  const options = known.map(({ name, title }) => ({ value: name, label: title }))
  return (
    <Select
      size={size}
      w={170}
      aria-label={words.named[kind]}
      placeholder={clearable ? words.anyCampaign : words.choose}
      data={
        value === '' || known.some(({ name }) => name === value)
          ? options
          : [...options, { value, label: value }]
      }
      value={value === '' ? null : value}
      searchable
      clearable={clearable}
      allowDeselect={clearable}
      nothingFoundMessage={words.nothing}
      onChange={(next) => onChange(next ?? '')}
    />
  )
}
