import { Paper, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import alertStyle from '../../../alerts/alerts.module.css'
import { SeverityMark } from '../../../alerts/severity.tsx'
import { call } from '../../../api/client.ts'
import { useFormat, useWords } from '../../../words/index.tsx'
import { matchersOf, type Wanted } from './would-match.ts'

const shown = 4
/** Open alerts that a follow would be for now. */
export function Matching({ draft }: { readonly draft: Wanted }): ReactNode {
  const words = useWords().subscribers.follows
  const format = useFormat()
  const [asked] = useDebouncedValue(draft, 200, { leading: true })
  const matchers = matchersOf(asked)
  const found = useQuery({
    // Alerts that come and go make it stale, as they do the list.
    queryKey: ['GET /alerts', 'follows preview', matchers],
    queryFn: ({ signal }) => call('POST /silences/preview', { body: { matchers }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const count = found.isError ? undefined : found.data?.count
  return (
    <Paper withBorder px="sm" py={8} mih={76} aria-live="polite" component="section" aria-label={words.now}>
      {/* What is wrong with a half-written pattern is said when it is saved. */}
      {found.isError && (
        <Text size="sm" c="dimmed">
          {found.error.message}
        </Text>
      )}
      {count !== undefined && (
        <Stack gap={2}>
          <Text size="sm" fw={550}>
            {count === 0 ? (
              <span data-stat="would-tell">{words.matchesNone}</span>
            ) : (
              <>
                <span data-stat="would-tell">{format.count(count)}</span> {words.matches(count)}
              </>
            )}
          </Text>
          {found.data!.alerts.slice(0, shown).map(({ id, severity, title }) => (
            <span key={id} className={alertStyle.line} style={{ minHeight: 24, fontSize: 13 }}>
              <SeverityMark severity={severity} />
              <Link
                to="/alerts/$id"
                params={{ id: String(id) }}
                className={alertStyle.title}
                style={{ whiteSpace: 'nowrap' }}
              >
                {title}
              </Link>
            </span>
          ))}
          {count > shown && (
            <Text size="xs" c="dimmed">
              {words.more(count - shown, format.count(count - shown))}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {words.byRules}
          </Text>
        </Stack>
      )}
    </Paper>
  )
}
