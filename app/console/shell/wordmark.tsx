import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'

export const Wordmark = ({ size }: { readonly size: number }): ReactNode => (
  <Text component="span" ff="var(--serif)" fw={600} fz={size} lh={1} lts="-0.02em">
    {useWords().shell.name}
  </Text>
)
