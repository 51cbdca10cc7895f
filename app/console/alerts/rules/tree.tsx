import { Badge, Group, Paper, Table, Text } from '@mantine/core'
import { IconMoon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Answer } from '../../api/client.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { matcherText } from '../silences/matchers.ts'
import { Ladder } from './route-card.tsx'

export type RuleBook = Answer<'GET /alerts/rules'>

/** The tree, from its root: a route that matches ends the search among its brothers, unless it goes on. `hit`: those that the tester's
 *  labels take. */
export function RuleTree({
  rules,
  hit,
}: {
  readonly rules: RuleBook['rules']
  readonly hit: ReadonlySet<string>
}): ReactNode {
  const { rules: words, route } = useWords().alerts
  const format = useFormat()
  return (
    <Paper withBorder style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label={words.tree}>
      <Table className={style.tree} miw={860}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.matches}</Table.Th>
            <Table.Th>{route.receiver}</Table.Th>
            <Table.Th>{words.groupedBy}</Table.Th>
            <Table.Th>{route.timing}</Table.Th>
            <Table.Th>{route.escalation}</Table.Th>
            <Table.Th>{words.when}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rules.map((rule) => (
            <Table.Tr
              key={rule.route}
              className={hit.has(rule.route) ? style.hit : undefined}
              data-hit={hit.has(rule.route)}
            >
              <Table.Td style={{ paddingLeft: 10 + rule.depth * 20 }}>
                {rule.depth > 0 && (
                  <Text span c="dimmed" aria-hidden>
                    └{' '}
                  </Text>
                )}
                <Text span ff="monospace" fz={12}>
                  {rule.matchers.length === 0 ? words.everything : rule.matchers.map(matcherText).join(', ')}
                </Text>{' '}
                {rule.continue && <Badge color="gray">{words.goesOn}</Badge>}
                {hit.has(rule.route) && <Badge color="ink">{words.hit}</Badge>}
              </Table.Td>
              <Table.Td>{rule.receiver}</Table.Td>
              <Table.Td>{rule.groupBy === null ? words.allLabels : format.list(rule.groupBy)}</Table.Td>
              <Table.Td>
                {[rule.groupWaitMs, rule.groupIntervalMs, rule.repeatIntervalMs]
                  .map(format.duration)
                  .join(' · ')}
              </Table.Td>
              <Table.Td>
                {rule.escalate.length === 0 ? <Text c="dimmed">–</Text> : <Ladder steps={rule.escalate} />}
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  {rule.mute.length + rule.active.length === 0 && words.always}
                  {rule.mute.length > 0 && words.notDuring(format.list(rule.mute))}
                  {rule.active.length > 0 && words.onlyDuring(format.list(rule.active))}
                  {rule.muted && (
                    <Badge color="gray" leftSection={<IconMoon size={11} />}>
                      {words.mutedNow}
                    </Badge>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
