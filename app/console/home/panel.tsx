import { Anchor, Group, Paper, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useId } from 'react'
import { Failed } from '../parts/failed.tsx'

/** A part of the page with a title, and where more of it is. */
export function Panel({
  title,
  to,
  more,
  error,
  retry,
  minHeight,
  children,
}: {
  readonly title: ReactNode
  readonly to?: string
  readonly more?: string
  readonly error?: Error | null
  readonly retry?: () => void
  readonly minHeight?: number
  readonly children: ReactNode
}): ReactNode {
  const id = useId()
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id} mih={minHeight}>
      <Group justify="space-between" mb={8}>
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        {to !== undefined && (
          <Anchor component={Link} to={to as '/'} size="xs" style={{ minHeight: 24, lineHeight: '24px' }}>
            {more}
          </Anchor>
        )}
      </Group>
      {error ? <Failed error={error} {...(retry && { retry })} /> : children}
    </Paper>
  )
}
