import { Paper, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../../words/index.tsx'
import { matcherText } from '../silences/matchers.ts'
import type { RuleBook } from './tree.tsx'

const Plain = ({
  heads,
  rows,
  none,
}: {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly ReactNode[])[]
  readonly none: string
}): ReactNode =>
  rows.length === 0 ? (
    <Text c="dimmed" size="sm">
      {none}
    </Text>
  ) : (
    <Paper withBorder style={{ overflowX: 'auto' }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as configured, they never move
            <Table.Tr key={index}>
              {cells.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns
                <Table.Td key={at}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )

export function Receivers({ receivers }: { readonly receivers: RuleBook['receivers'] }): ReactNode {
  const words = useWords().alerts.rules
  const format = useFormat()
  return (
    <Plain
      none={words.none}
      heads={[words.name, words.whom, words.end]}
      rows={receivers.map(({ name, rooms, people, lists, sendResolved }) => [
        name,
        format.list([
          ...rooms,
          ...(lists.length > 0 ? [words.membersOf(format.list(lists))] : people ? [words.whoFollows] : []),
        ]) || words.nobody,
        sendResolved ? words.told : words.notTold,
      ])}
    />
  )
}

const Code = ({ children }: { readonly children: string }): ReactNode => (
  <Text span ff="monospace" fz={12}>
    {children}
  </Text>
)

export function Inhibitions({ inhibitions }: { readonly inhibitions: RuleBook['inhibitions'] }): ReactNode {
  const words = useWords().alerts.rules
  const format = useFormat()
  return (
    <Plain
      none={words.noInhibitions}
      heads={[words.whileThese, words.holdBack, words.ofSame]}
      rows={inhibitions.map(({ source, target, equal }) => [
        <Code key="source">{source.map(matcherText).join(', ')}</Code>,
        <Code key="target">{target.map(matcherText).join(', ')}</Code>,
        format.list(equal) || '–',
      ])}
    />
  )
}

export function Intervals({ intervals }: { readonly intervals: RuleBook['intervals'] }): ReactNode {
  const words = useWords().alerts.rules
  const format = useFormat()
  return (
    <>
      <Plain
        none={words.noIntervals}
        heads={[words.name, words.holds, words.zone]}
        rows={intervals.flatMap(({ name, parts }) =>
          parts.map((part) => [
            name,
            [
              part.times?.map(({ start_time, end_time }) => `${start_time}–${end_time}`),
              part.weekdays,
              part.days_of_month,
              part.months,
              part.years,
            ]
              .flatMap((texts) => (texts == null ? [] : [texts.join(', ')]))
              .join(' · ') || words.always,
            part.location ?? 'UTC',
          ]),
        )}
      />
      <Text size="xs" c="dimmed" mt={6} maw={720}>
        {words.quietHours(format.list(['22:00–07:00']))}
      </Text>
    </>
  )
}
