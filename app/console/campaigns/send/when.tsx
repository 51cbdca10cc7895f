import {
  Card,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { nextDue } from '../../../../engine/schedule/recurrence.ts'
import { read } from '../../api/queries.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import type { FullInput } from '../campaign-input.ts'
import { browserZone, ZoneSelect } from '../edit/fields.tsx'
import type { EditorProps } from '../edit/letter.tsx'
import { cronOf, type Rhythm, rhythmOf } from './rhythm.ts'

export type Moment = 'now' | 'later' | 'again'
type Repeat = NonNullable<FullInput['repeat']>
const shownDates = 5
const monday = Date.UTC(2024, 0, 1)
const dayMs = 86_400_000

/** When it goes: now, once at a time, or again and again. */
export function When({
  moment,
  onMoment,
  at,
  onAt,
  input,
  set,
  troubles,
}: EditorProps & {
  readonly moment: Moment
  readonly onMoment: (moment: Moment) => void
  /** Local time of the browser, as a field of date and time has it; empty: none yet. */
  readonly at: string
  readonly onAt: (at: string) => void
}): ReactNode {
  const words = useWords().campaigns.when
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600} mb="xs">
        {words.title}
      </Text>
      <Stack gap="sm">
        <SegmentedControl
          aria-label={words.title}
          size="xs"
          data={(['now', 'later', 'again'] as const).map((value) => ({ value, label: words.moments[value] }))}
          value={moment}
          style={{ alignSelf: 'start' }}
          onChange={(next) => onMoment(next as Moment)}
        />
        {moment === 'later' && (
          <TextInput
            type="datetime-local"
            label={words.at}
            description={words.inYourZone(browserZone)}
            w={240}
            value={at}
            onChange={({ currentTarget }) => onAt(currentTarget.value)}
          />
        )}
        {moment === 'again' && input.repeat !== null && (
          <RepeatFields
            repeat={input.repeat}
            onChange={(repeat) => set({ repeat })}
            error={troubles('repeat')}
          />
        )}
        {moment !== 'now' && (
          <Select
            label={words.deliverAt}
            description={words.deliverAtHint}
            maw={420}
            data={(['same-moment', 'local-time'] as const).map((value) => ({
              value,
              label: words.modes[value],
            }))}
            value={input.deliverAt}
            allowDeselect={false}
            onChange={(next) => next !== null && set({ deliverAt: next as typeof input.deliverAt })}
          />
        )}
      </Stack>
    </Card>
  )
}

function RepeatFields({
  repeat,
  onChange,
  error,
}: {
  readonly repeat: Repeat
  readonly onChange: (repeat: Repeat) => void
  readonly error: string | null
}): ReactNode {
  const words = useWords().campaigns.when
  const rhythm = rhythmOf(repeat.cron)
  const put = (next: Rhythm): void => onChange({ ...repeat, cron: cronOf(next) })
  const time = rhythm.kind === 'custom' ? '08:00' : rhythm.time
  const begin: { readonly [K in Rhythm['kind']]: Rhythm } = {
    daily: { kind: 'daily', time },
    weekdays: { kind: 'weekdays', time },
    weekly: { kind: 'weekly', days: [1], time },
    monthly: { kind: 'monthly', day: 1, time },
    custom: { kind: 'custom', cron: repeat.cron },
  }
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label={words.rhythm}
          w={180}
          data={(['daily', 'weekdays', 'weekly', 'monthly'] as const)
            .map((value) => ({
              value: value as string,
              label: words.rhythms[value],
            }))
            .concat(rhythm.kind === 'custom' ? [{ value: 'custom', label: words.rhythms.custom }] : [])}
          value={rhythm.kind}
          allowDeselect={false}
          onChange={(next) => next !== null && put(begin[next as Rhythm['kind']])}
        />
        {rhythm.kind === 'monthly' && (
          <Select
            label={words.day}
            w={130}
            data={[
              ...Array.from({ length: 31 }, (_, index) => ({
                value: `${index + 1}`,
                label: `${index + 1}.`,
              })),
              { value: '0', label: words.lastDay },
            ]}
            value={String(rhythm.day)}
            allowDeselect={false}
            onChange={(next) => next !== null && put({ ...rhythm, day: Number(next) })}
          />
        )}
        {rhythm.kind !== 'custom' && (
          <TextInput
            type="time"
            label={words.time}
            w={120}
            value={rhythm.time}
            onChange={({ currentTarget }) =>
              currentTarget.value !== '' && put({ ...rhythm, time: currentTarget.value })
            }
          />
        )}
        <div style={{ width: 220 }}>
          <ZoneSelect
            label={words.zone}
            value={repeat.timeZone}
            onChange={(timeZone) => onChange({ ...repeat, timeZone })}
          />
        </div>
      </Group>
      {rhythm.kind === 'weekly' && (
        <Weekdays days={rhythm.days} onChange={(days) => put({ ...rhythm, days })} />
      )}
      <Group align="flex-start" gap="sm">
        <TextInput
          label={words.cron}
          description={words.cronHint}
          w={220}
          error={error}
          styles={{ input: { fontFamily: 'var(--mono)' } }}
          value={repeat.cron}
          onChange={({ currentTarget }) => onChange({ ...repeat, cron: currentTarget.value })}
        />
        <TextInput
          type="date"
          label={words.until}
          description={words.untilHint}
          w={170}
          value={repeat.until === null ? '' : new Date(repeat.until).toISOString().slice(0, 10)}
          onChange={({ currentTarget }) =>
            onChange({
              ...repeat,
              until: currentTarget.value === '' ? null : Date.parse(`${currentTarget.value}T23:59:59Z`),
            })
          }
        />
        <NumberInput
          label={words.count}
          description={words.countHint}
          w={170}
          min={1}
          max={100_000}
          allowDecimal={false}
          value={repeat.count ?? ''}
          onChange={(next) => onChange({ ...repeat, count: typeof next === 'number' ? next : null })}
        />
      </Group>
      <NextDates repeat={repeat} />
    </Stack>
  )
}

function Weekdays({
  days,
  onChange,
}: {
  readonly days: readonly number[]
  readonly onChange: (days: readonly number[]) => void
}): ReactNode {
  const words = useWords().campaigns.when
  const { locale } = useFormat()
  const name = useMemo(() => new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }), [locale])
  return (
    <Input.Wrapper label={words.days} labelElement="div">
      <Group gap={4} role="group" aria-label={words.days}>
        {Array.from({ length: 7 }, (_, index) => index + 1).map((day) => {
          const on = days.includes(day)
          return (
            <UnstyledButton
              key={day}
              aria-pressed={on}
              px={10}
              py={4}
              fz="sm"
              style={{
                borderRadius: 6,
                border: '1px solid var(--mantine-color-default-border)',
                background: on ? 'var(--mantine-primary-color-filled)' : 'var(--surface)',
                color: on ? '#fff' : 'var(--ink)',
              }}
              onClick={() => {
                const next = on ? days.filter((one) => one !== day) : [...days, day].sort((a, b) => a - b)
                if (next.length > 0) onChange(next)
              }}
            >
              {name.format(monday + (day - 1) * dayMs)}
            </UnstyledButton>
          )
        })}
      </Group>
    </Input.Wrapper>
  )
}

function NextDates({ repeat }: { readonly repeat: Repeat }): ReactNode {
  const words = useWords().campaigns.when
  const { locale } = useFormat()
  const calendar = useQuery(read('GET /calendar', { query: {} }))
  const dates = useMemo(() => nextDates(repeat), [repeat])
  const shown = useMemo(
    () =>
      new Intl.DateTimeFormat(locale, {
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZone: repeat.timeZone,
      }),
    [locale, repeat.timeZone],
  )
  const format = useFormat()
  if (dates === null) return null
  return (
    <div aria-live="polite">
      <Text size="xs" c="dimmed" mb={2}>
        {dates.length === 0 ? words.never : words.next(repeat.timeZone)}
      </Text>
      <Stack gap={1} component="ol" m={0} pl={0} style={{ listStyle: 'none' }} data-next-dates>
        {dates.map((at) => {
          const out = calendar.data?.blackouts.find(({ from, until }) => from <= at && at < until)
          return (
            <Text key={at} component="li" size="sm" data-numbers>
              {shown.format(at)}
              {out !== undefined && (
                <Text span c="dimmed">
                  {' '}
                  {words.held(format.dateTime(out.until), out.reason)}
                </Text>
              )}
            </Text>
          )
        })}
      </Stack>
    </div>
  )
}

/** By the daemon's own arithmetic. Null while the pattern is none. */
function nextDates(repeat: Repeat): readonly number[] | null {
  const dates: number[] = []
  try {
    for (let at = Date.now(); dates.length < shownDates; ) {
      const next = nextDue(repeat, at, dates.length)
      if (next === null) break
      dates.push(next)
      at = next
    }
  } catch {
    return null
  }
  return dates
}
