import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Refusal } from '../api/client.ts'
import { read } from '../api/queries.ts'
import { useCan } from '../shell/session.tsx'
import { useWords } from '../words/index.tsx'
import { Time } from './time.tsx'

export const isConflict = (error: Error | null): boolean =>
  error instanceof Refusal && error.code === 'E_CONFLICT'

/** Somebody else saved it meanwhile: take theirs, or write over it. `subject` as the audit log has it, such as `template/12`; who may read
 *  that log is told who it was. */
export function Conflict({
  subject,
  onReload,
  onOverwrite,
}: {
  readonly subject: string
  readonly onReload: () => void
  readonly onOverwrite: () => void
}): ReactNode {
  const words = useWords().shell.conflict
  const can = useCan()
  const log = useQuery({
    ...read('GET /audit', { query: { subject, limit: 20 } }),
    enabled: can('access:write'),
    staleTime: 0,
  })
  // The attempt that was just refused is in it, too.
  const last = log.data?.data.find(({ outcome }) => outcome === 'done')
  return (
    <Alert color="orange" icon={<IconUsers size={18} />} title={words.title} role="alert">
      <Stack gap="xs">
        <Text size="sm">
          {last === undefined ? (
            words.somebody
          ) : (
            <>
              {words.by(last.caller.name)} <Time at={last.at} />
            </>
          )}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onReload}>
            {words.reload}
          </Button>
          <Button variant="outline" color="red" onClick={onOverwrite}>
            {words.overwrite}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
