import { Text, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../words/index.tsx'

/** A share, and how sure it is. */
export function Share({
  of,
}: {
  readonly of: { readonly value: number; readonly low: number; readonly high: number } | null
}): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  if (of === null) return '–'
  return (
    <Tooltip label={words.between(format.percent(of.low), format.percent(of.high))}>
      <Text span inherit>
        {format.percent(of.value)}
      </Text>
    </Tooltip>
  )
}
