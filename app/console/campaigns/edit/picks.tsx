import { Anchor, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { safeLink } from '../../parts/safe-link.ts'
import { useWords } from '../../words/index.tsx'
import type { Letter } from './preview.tsx'

/** Which items their letter holds, and why. */
export function Picks({ picks }: { readonly picks: Letter['picks'] }): ReactNode {
  const words = useWords().campaigns.preview
  if (picks.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {words.noPicks}
      </Text>
    )
  return (
    <Table mt="sm" fz="sm" verticalSpacing={4} aria-label={words.chosen}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.chosen}</Table.Th>
          <Table.Th>{words.why}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {picks.map(({ itemId, title, url, reason }) => (
          <Table.Tr key={itemId}>
            <Table.Td>
              <Anchor {...safeLink(url)} fz="sm" c="inherit">
                {title}
              </Anchor>
            </Table.Td>
            <Table.Td c="dimmed">{reason}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
