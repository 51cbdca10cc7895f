import { Anchor, Card, Group, Stack, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { StateBadge, type StateName } from '../../parts/state.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { Happening } from './calendar.tsx'
import type { Blackout } from './month.tsx'

/** The same as a list by days. */
export function AgendaList({
  happenings,
  blackouts,
}: {
  readonly happenings: readonly Happening[]
  readonly blackouts: readonly Blackout[]
}): ReactNode {
  const words = useWords().campaigns.calendar
  const format = useFormat()
  const { locale } = format
  const whole = useMemo(
    () => new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }),
    [locale],
  )
  const days = Object.entries(
    Object.groupBy(happenings, ({ at }) => {
      const day = new Date(at)
      return String(new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime())
    }),
  ).sort(([a], [b]) => Number(a) - Number(b))
  return (
    <Stack gap="sm">
      {blackouts.length > 0 && (
        <Text size="xs" c="dimmed">
          {words.blackouts}{' '}
          {blackouts
            .slice(0, 5)
            .map(
              ({ from, until, reason }) => `${format.dateTime(from)} – ${format.dateTime(until)} (${reason})`,
            )
            .join('; ')}
        </Text>
      )}
      {days.map(([day, entries]) => (
        <Card key={day} padding="sm">
          <Text component="h3" fz="sm" fw={600} mb={4}>
            {whole.format(Number(day))}
          </Text>
          <Stack gap={4}>
            {entries?.map(({ key, at, name, title, run, number, localTime, reason }) => (
              <Group key={key} gap="sm" wrap="nowrap">
                <Text size="sm" data-numbers w={48} c="dimmed">
                  {format.time(at)}
                </Text>
                <StateBadge state={(run?.state ?? 'scheduled') as StateName} />
                <Anchor
                  component={Link}
                  to={`/campaigns/${encodeURIComponent(name)}` as '/'}
                  c="inherit"
                  fz="sm"
                  lh="24px"
                >
                  {title}
                </Anchor>
                <Text size="xs" c="dimmed" truncate>
                  {[
                    number === null ? null : words.edition(format.count(number)),
                    run === null ? null : words.sent(format.count(run.sent)),
                    localTime ? words.localTime : null,
                    reason,
                  ]
                    .filter((text) => text !== null)
                    .join(' · ')}
                </Text>
              </Group>
            ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  )
}
