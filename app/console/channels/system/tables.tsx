import { Card, Table, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../../words/index.tsx'
import type { SystemNow } from './history.ts'

type Figures = SystemNow['figures']

const valuesOf = (figures: Figures, name: string): Figures[number]['values'] =>
  figures.find((figure) => figure.name === name)?.values ?? []

const Sheet = ({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode => (
  <Card component="section" aria-label={title}>
    <Title order={2} fz={13} fw={600} mb={6}>
      {title}
    </Title>
    <Table.ScrollContainer minWidth={520}>{children}</Table.ScrollContainer>
  </Card>
)

/** How often an answer was there already. */
export function Caches({ figures }: { readonly figures: Figures }): ReactNode {
  const words = useWords().channels.system.caches
  const format = useFormat()
  const reads = valuesOf(figures, 'broadsheet_cache_reads_total')
  const spaces = [...new Set(reads.map(({ labels }) => labels.space ?? ''))]
  if (spaces.length === 0) return null
  const at = (name: string, space: string): number =>
    valuesOf(figures, name).find(({ labels }) => labels.space === space)?.value ?? 0
  return (
    <Sheet title={words.title}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.space}</Table.Th>
            <Table.Th ta="right">{words.reads}</Table.Th>
            <Table.Th ta="right">{words.hits}</Table.Th>
            <Table.Th ta="right">{words.entries}</Table.Th>
            <Table.Th ta="right">{words.size}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {spaces.map((space) => {
            const own = reads.filter(({ labels }) => labels.space === space)
            const all = own.reduce((sum, { value }) => sum + value, 0)
            const missed = own.find(({ labels }) => labels.result === 'miss')?.value ?? 0
            return (
              <Table.Tr key={space}>
                <Table.Td>{space}</Table.Td>
                <Table.Td ta="right">{format.count(all)}</Table.Td>
                <Table.Td ta="right">{all === 0 ? '–' : format.percent(1 - missed / all)}</Table.Td>
                <Table.Td ta="right">{format.count(at('broadsheet_cache_entries', space))}</Table.Td>
                <Table.Td ta="right">{format.bytes(at('broadsheet_cache_bytes', space))}</Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Sheet>
  )
}

/** Connections to the database, or its threads. */
export function Stores({ figures }: { readonly figures: Figures }): ReactNode {
  const words = useWords().channels.system.stores
  const format = useFormat()
  const connections = valuesOf(figures, 'broadsheet_store_connections')
  const pools = [...new Set(connections.map(({ labels }) => labels.pool ?? ''))]
  if (pools.length === 0) return null
  const states = [...new Set(connections.map(({ labels }) => labels.state ?? ''))]
  const most = valuesOf(figures, 'broadsheet_store_connections_max')
  return (
    <Sheet title={words.title}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.pool}</Table.Th>
            {states.map((state) => (
              <Table.Th key={state} ta="right">
                {words.states[state as keyof typeof words.states] ?? state}
              </Table.Th>
            ))}
            <Table.Th ta="right">{words.most}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {pools.map((pool) => (
            <Table.Tr key={pool}>
              <Table.Td>{pool}</Table.Td>
              {states.map((state) => (
                <Table.Td key={state} ta="right">
                  {format.count(
                    connections.find(({ labels }) => labels.pool === pool && labels.state === state)?.value ??
                      0,
                  )}
                </Table.Td>
              ))}
              <Table.Td ta="right">
                {format.count(most.find(({ labels }) => labels.pool === pool)?.value ?? 0)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Sheet>
  )
}
