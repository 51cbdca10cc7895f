import { ActionIcon, Button, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'

/** A text that is meant to be pasted elsewhere. */
export function CopyLine({ value, label }: { readonly value: string; readonly label: string }): ReactNode {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Code style={{ overflowWrap: 'anywhere', flex: '1 1 auto', padding: '4px 8px', fontSize: 12 }}>
        {value}
      </Code>
      <CopyIcon value={value} label={label} />
    </Group>
  )
}

export function CopyIcon({ value, label }: { readonly value: string; readonly label: string }): ReactNode {
  const { failed } = useWords().shell
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? failed.copied : label}>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={copied ? failed.copied : label}
          >
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

export function CopyTextButton({
  value,
  label,
}: {
  readonly value: string
  readonly label: string
}): ReactNode {
  const { failed } = useWords().shell
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        >
          {copied ? failed.copied : label}
        </Button>
      )}
    </CopyButton>
  )
}
