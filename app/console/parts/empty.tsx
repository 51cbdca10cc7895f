import { Stack, Text, ThemeIcon, Title } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Where there is nothing yet: what it is for, and how to begin. */
export const Empty = ({
  icon: Sign,
  title,
  children,
  action,
}: {
  readonly icon: Icon
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
}): ReactNode => (
  <Stack align="center" gap="sm" py={48} px="md" ta="center" data-empty>
    <ThemeIcon variant="light" size={48} radius="xl" aria-hidden>
      <Sign size={26} stroke={1.5} />
    </ThemeIcon>
    <Title order={2} size="h4">
      {title}
    </Title>
    <Text size="sm" c="dimmed" maw={460} component="div">
      {children}
    </Text>
    {action}
  </Stack>
)
