import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type Answer, call, type Given, type Refusal } from '../api/client.ts'
import { useFormat, useWords } from '../words/index.tsx'

export type Audience = Given<'POST /segments/count'>['body']
export type Counted = Answer<'POST /segments/count'>

const pauseMs = 300

/** How many active subscribers fit, asked anew when it changes and then rests. The number before stays until there is another. */
export function useCount(audience: Audience, enabled = true): UseQueryResult<Counted, Refusal> {
  const [asked] = useDebouncedValue(JSON.stringify(audience), pauseMs)
  return useQuery<Counted, Refusal>({
    queryKey: ['POST /segments/count', asked],
    queryFn: ({ signal }) => call('POST /segments/count', { body: JSON.parse(asked) as Audience, signal }),
    placeholderData: keepPreviousData,
    enabled,
    retry: false,
  })
}

/** `48,213 people`, or `about 48,000 people ± 900`. */
export function CountText({ counted }: { readonly counted: Counted }): ReactNode {
  const words = useWords().rules
  const format = useFormat()
  return counted.exact
    ? words.people(counted.count, format.count(counted.count))
    : words.roughly(format.count(counted.count), format.count(counted.margin))
}

/** The number, large; it says itself when it changes. */
export function LiveCount({
  audience,
  enabled = true,
}: {
  readonly audience: Audience
  readonly enabled?: boolean
}): ReactNode {
  const words = useWords().rules
  const count = useCount(audience, enabled)
  return (
    <div aria-live="polite" style={{ minHeight: 46 }}>
      {!enabled ? (
        <Text size="sm" c="dimmed">
          {words.nobody}
        </Text>
      ) : count.isError ? (
        <Text size="sm" c="var(--mantine-color-error)" style={{ whiteSpace: 'pre-wrap' }}>
          {count.error.message}
        </Text>
      ) : (
        count.data !== undefined && (
          <>
            <Text
              fz={22}
              fw={600}
              lh={1.25}
              data-numbers
              data-stat="audience"
              data-count={count.data.count}
              opacity={count.isPlaceholderData ? 0.55 : 1}
            >
              <CountText counted={count.data} />
            </Text>
            <Text size="xs" c="dimmed">
              {count.data.exact ? words.exact : words.estimated}
            </Text>
          </>
        )
      )}
    </div>
  )
}
