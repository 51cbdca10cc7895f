import { Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { call } from '../../api/client.ts'
import { useFormat, useWords } from '../../words/index.tsx'
import style from '../alerts.module.css'
import { SeverityMark } from '../severity.tsx'
import type { Matcher } from './matchers.ts'

const shown = 12

/** Open alerts that a silence with these matchers would be on now. */
export function SilencePreview({ matchers }: { readonly matchers: readonly Matcher[] }): ReactNode {
  const words = useWords().alerts.silences
  const format = useFormat()
  const [asked] = useDebouncedValue(
    matchers.filter(({ name }) => name !== ''),
    200,
  )
  const preview = useQuery({
    // Alerts that come and go make it stale, as they do the list.
    queryKey: ['GET /alerts', 'silences preview', asked],
    queryFn: ({ signal }) => call('POST /silences/preview', { body: { matchers: asked }, signal }),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
  })
  if (asked.length === 0) return <Text c="dimmed">{words.wouldNothingYet}</Text>
  return (
    <div aria-live="polite" style={{ minHeight: 120 }}>
      {preview.isError && <Text c="var(--mantine-color-error)">{preview.error.message}</Text>}
      {!preview.isError && preview.data !== undefined && (
        <Stack gap={6}>
          <Text fw={550}>
            <span data-stat="would-silence">{format.count(preview.data.count)}</span>{' '}
            {words.wouldSilence(preview.data.count)}
          </Text>
          {preview.data.alerts.slice(0, shown).map(({ id, severity, title }) => (
            <span key={id} className={style.line} style={{ minHeight: 24 }}>
              <SeverityMark severity={severity} />
              <Link
                to="/alerts/$id"
                params={{ id: String(id) }}
                className={style.title}
                style={{ whiteSpace: 'nowrap' }}
              >
                {title}
              </Link>
            </span>
          ))}
          {preview.data.count > shown && (
            <Text c="dimmed">{words.more(format.count(preview.data.count - shown))}</Text>
          )}
        </Stack>
      )}
    </div>
  )
}
