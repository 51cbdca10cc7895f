import { Alert, Group, Stack, Text } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { CopyLine } from '../parts/copy.tsx'

/** A secret that is shown this once: it is focused, so that nobody goes on without having seen it. */
export function Once({
  title,
  about,
  value,
  label,
  children,
}: {
  readonly title: string
  readonly about: ReactNode
  readonly value: string
  readonly label: string
  readonly children?: ReactNode
}): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  return (
    <div ref={place} tabIndex={-1} style={{ outline: 'none' }}>
      <Alert color="teal" icon={<IconKey size={18} />} title={title} role="status">
        <Stack gap="xs">
          <Text size="sm">{about}</Text>
          <CopyLine value={value} label={label} />
          {children !== undefined && <Group gap="xs">{children}</Group>}
        </Stack>
      </Alert>
    </div>
  )
}
