import { Paper, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** One number and what it is of. `name` marks the number for tests and for programs that read the page. */
export const Stat = ({
  label,
  value,
  note,
  name,
}: {
  readonly label: ReactNode
  readonly value: ReactNode
  readonly note?: ReactNode
  readonly name?: string
}): ReactNode => (
  <Paper withBorder p="sm" miw={0}>
    <Text size="xs" c="dimmed" truncate>
      {label}
    </Text>
    <Text fz={22} fw={600} lh={1.25} data-numbers data-stat={name} component="div">
      {value}
    </Text>
    {note !== undefined && (
      <Text size="xs" c="dimmed" component="div">
        {note}
      </Text>
    )}
  </Paper>
)
