import { Alert, Button, Code, Stack } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWords } from '../words/index.tsx'

/** In place of a screen that threw. */
export function Crashed({ error, reset }: ErrorComponentProps): ReactNode {
  const words = useWords().shell.failed
  return (
    <Stack p="lg" maw={720} align="flex-start">
      <Alert color="red" title={words.crashed} role="alert" w="100%">
        <Code block>{error instanceof Error ? (error.stack ?? error.message) : String(error)}</Code>
      </Alert>
      <Button onClick={reset}>{words.reload}</Button>
    </Stack>
  )
}
