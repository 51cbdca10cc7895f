import { Badge, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Column } from '../../parts/data-table.tsx'
import { useNarrow } from '../../parts/narrow.ts'
import { StateBadge } from '../../parts/state.tsx'
import { Time } from '../../parts/time.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { Subscriber } from './filter.ts'
import style from './topics.module.css'

export const fixedColumns = ['name', 'status', 'language', 'timeZone', 'topics', 'joined', 'updated'] as const
export type FixedColumn = (typeof fixedColumns)[number]
/** A column that may be hidden: a field, or `attr.` and the name of an attribute. */
export type ColumnName = FixedColumn | `attr.${string}`

const key = 'broadsheet.subscribers.columns'
const byDefault: readonly ColumnName[] = ['name', 'status', 'language', 'topics', 'joined']

export function keptColumns(): readonly ColumnName[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return Array.isArray(kept) ? (kept as ColumnName[]) : byDefault
  } catch {
    return byDefault
  }
}
export const keepColumns = (names: readonly ColumnName[]): void =>
  localStorage.setItem(key, JSON.stringify(names))

/** Any value of an attribute, in a line. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(', ')
  return JSON.stringify(value)
}

/** Topics with their weights, the strongest first. */
export const topicsOf = ({ topics }: Pick<Subscriber, 'topics'>): readonly (readonly [string, number])[] =>
  Object.entries(topics).sort(([, a], [, b]) => b - a)

export function useColumns(names: readonly ColumnName[]): readonly Column<Subscriber>[] {
  const words = useWords().subscribers
  const format = useFormat()
  const narrow = useNarrow()
  // On a phone whether they get letters is seen at once, too.
  const inOrder = narrow ? names.toSorted((a, b) => Number(b === 'status') - Number(a === 'status')) : names
  const none = <Text span inherit c="dimmed" aria-hidden>{`–`}</Text>
  const columns: { readonly [C in FixedColumn]: Omit<Column<Subscriber>, 'key' | 'header'> } = {
    name: { cell: ({ name }) => name ?? none, width: 'minmax(140px, 1fr)' },
    status: { cell: ({ status }) => <StateBadge state={status} />, width: '124px' },
    language: { cell: ({ language }) => language ?? none, width: '84px' },
    timeZone: { cell: ({ timeZone }) => timeZone ?? none, width: '150px' },
    topics: {
      cell: (row) => {
        const topics = topicsOf(row)
        return topics.length === 0 ? none : <Topics topics={topics} />
      },
      width: 'minmax(180px, 1fr)',
    },
    joined: { cell: ({ createdAt }) => format.date(createdAt), width: '110px', align: 'end' },
    updated: { cell: ({ updatedAt }) => <Time at={updatedAt} span />, width: '130px', align: 'end' },
  }
  return [
    {
      key: 'address',
      header: words.columns.address,
      width: narrow ? 'minmax(206px, 1.4fr)' : 'minmax(230px, 1.4fr)',
      cell: ({ address }) => (
        <Text span inherit fw={520}>
          {address}
        </Text>
      ),
    },
    ...inOrder.map((name): Column<Subscriber> => {
      const fixed = fixedColumns.find((each) => each === name)
      if (fixed !== undefined) return { key: name, header: words.columns[fixed], ...columns[fixed] }
      const attribute = name.slice('attr.'.length)
      return {
        key: name,
        header: attribute,
        width: 'minmax(110px, 0.6fr)',
        cell: ({ attributes }) => shownValue(attributes[attribute]) || none,
      }
    }),
  ]
}

/** The strongest three, or two where there is no room, and how many more there are. */
function Topics({ topics }: { readonly topics: readonly (readonly [string, number])[] }): ReactNode {
  const more = (shown: number, className: string | undefined): ReactNode =>
    topics.length > shown && <span className={className}>+{topics.length - shown}</span>
  return (
    <span className={style.topics} title={topics.map(([topic]) => topic).join(', ')}>
      <span>
        {topics.slice(0, 3).map(([topic]) => (
          <Badge key={topic} size="sm" variant="default" fw={450} component="span">
            {topic}
          </Badge>
        ))}
        {more(3, style.afterThree)}
        {more(2, style.afterTwo)}
      </span>
    </span>
  )
}
