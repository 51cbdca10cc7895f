import { Text, type TextProps, Tooltip } from '@mantine/core'
import { type ReactNode, useSyncExternalStore } from 'react'
import { useFormat } from '../words/index.tsx'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | null = null

/** One clock for the page, to ten seconds. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 10_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** A time as `5 minutes ago`, with the whole of it on a tooltip; `exact` the other way round. */
export function Time({
  at,
  exact = false,
  ...text
}: { readonly at: number; readonly exact?: boolean } & TextProps): ReactNode {
  const format = useFormat()
  // The page's clock is up to ten seconds late: what has just happened is not to come.
  const ago = format.ago(at, Math.max(useNow(), Math.min(at, Date.now())))
  const whole = format.dateTime(at)
  return (
    <Tooltip label={exact ? ago : whole}>
      <Text component="time" inherit dateTime={new Date(at).toISOString()} {...text}>
        {exact ? whole : ago}
      </Text>
    </Tooltip>
  )
}
