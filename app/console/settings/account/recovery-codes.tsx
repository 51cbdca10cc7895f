import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconDownload, IconKey } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { CopyTextButton } from '../../parts/copy.tsx'
import { useWords } from '../../words/index.tsx'

/** Shown this once. */
export function RecoveryCodes({
  codes,
  onDone,
}: {
  readonly codes: readonly string[]
  readonly onDone: () => void
}): ReactNode {
  const words = useWords().settings.account
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.focus(), [])
  const text = `${codes.join('\n')}\n`
  return (
    <div ref={place} tabIndex={-1} style={{ outline: 'none' }}>
      <Alert color="teal" icon={<IconKey size={18} />} title={words.codesTitle} role="status">
        <Stack gap="sm">
          <Text size="sm">{words.codesAbout}</Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing={6} data-recovery-codes>
            {codes.map((code) => (
              <Code key={code} fz={13}>
                {code}
              </Code>
            ))}
          </SimpleGrid>
          <Group gap="xs">
            <CopyTextButton value={text} label={words.copyCodes} />
            <Button
              component="a"
              variant="default"
              leftSection={<IconDownload size={14} />}
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
              download="broadsheet-recovery-codes.txt"
            >
              {words.downloadCodes}
            </Button>
            <Button onClick={onDone}>{words.codesKept}</Button>
          </Group>
        </Stack>
      </Alert>
    </div>
  )
}
