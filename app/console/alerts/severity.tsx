import { Group, Text, VisuallyHidden } from '@mantine/core'
import {
  type Icon,
  IconAlertOctagonFilled,
  IconAlertTriangleFilled,
  IconInfoCircleFilled,
  IconUrgent,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'
import style from './alerts.module.css'
import type { severities } from './severities.ts'

export type Severity = (typeof severities)[number]

const signs: { readonly [S in Severity]: Icon } = {
  info: IconInfoCircleFilled,
  warning: IconAlertTriangleFilled,
  error: IconAlertOctagonFilled,
  critical: IconUrgent,
}

/** By shape, word and colour; `alone`: where there is no room for the word. */
export function SeverityMark({
  severity,
  alone = false,
}: {
  readonly severity: Severity
  readonly alone?: boolean
}): ReactNode {
  const word = useWords().shell.states[severity]
  const Sign = signs[severity]
  return (
    <Group
      gap={6}
      wrap="nowrap"
      component="span"
      display="inline-flex"
      {...(alone && { style: { verticalAlign: 'middle' } })}
      className={style[severity]}
      data-severity={severity}
    >
      <Sign size={15} aria-hidden style={{ flexShrink: 0 }} />
      {alone ? (
        <VisuallyHidden>{word}</VisuallyHidden>
      ) : (
        <Text span inherit fw={severity === 'critical' ? 600 : 450}>
          {word}
        </Text>
      )}
    </Group>
  )
}
