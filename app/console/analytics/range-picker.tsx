import { Group, NativeSelect, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { defined } from '../parts/search.ts'
import { useWords } from '../words/index.tsx'
import { type AnalyticsSearch, addDays, browserZone, type Range } from './range.ts'
import { lengths, units } from './routes.ts'

/** From when to when, by whose clock, and in which spans; all of it stands in the address. */
export function RangePicker({
  search,
  range,
  units: hasUnits,
}: {
  readonly search: AnalyticsSearch
  readonly range: Range
  readonly units: boolean
}): ReactNode {
  const words = useWords().analytics.range
  const navigate = useNavigate()
  const set = (change: { readonly [K in keyof AnalyticsSearch]?: AnalyticsSearch[K] | undefined }): void =>
    void navigate({ to: '/analytics', search: defined({ ...search, ...change }), replace: true })
  const zones = useMemo(
    () => [...new Set([browserZone(), 'UTC', range.timeZone, ...Intl.supportedValuesOf('timeZone')])],
    [range.timeZone],
  )
  const custom = search.from !== undefined || search.to !== undefined
  return (
    <Group gap="xs" role="group" aria-label={words.label}>
      <SegmentedControl
        size="xs"
        aria-label={words.length}
        value={custom ? '' : String(search.days ?? 30)}
        data={lengths.map((days) => ({ value: String(days), label: words.lengths[days] }))}
        onChange={(value) =>
          set({ days: lengths.find((days) => String(days) === value), from: undefined, to: undefined })
        }
      />
      <Group gap="xs" wrap="nowrap">
        <TextInput
          size="xs"
          type="date"
          aria-label={words.from}
          value={range.from}
          max={addDays(range.to, -1)}
          onChange={({ currentTarget: { value } }) => value !== '' && set({ from: value })}
        />
        <TextInput
          size="xs"
          type="date"
          aria-label={words.to}
          value={addDays(range.to, -1)}
          min={range.from}
          onChange={({ currentTarget: { value } }) => value !== '' && set({ to: value, from: range.from })}
        />
      </Group>
      {hasUnits && (
        <NativeSelect
          size="xs"
          aria-label={words.unit}
          value={search.unit ?? ''}
          data={[
            { value: '', label: words.units.auto },
            ...units.map((value) => ({ value, label: words.units[value] })),
          ]}
          onChange={({ currentTarget: { value } }) => set({ unit: units.find((unit) => unit === value) })}
        />
      )}
      <Select
        size="xs"
        w={190}
        searchable
        allowDeselect={false}
        aria-label={words.zone}
        value={range.timeZone}
        data={zones}
        limit={60}
        onChange={(zone) => set({ zone: zone === null || zone === browserZone() ? undefined : zone })}
      />
    </Group>
  )
}
