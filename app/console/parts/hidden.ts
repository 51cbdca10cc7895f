import { useCallback, useSyncExternalStore } from 'react'

let hidden: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

function change(next: ReadonlySet<string>): void {
  hidden = next
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Things that are removed in a moment and still can be taken back: lists leave them out meanwhile, on whichever screen it was done. A key
 *  is a path of the API, such as `items/12`. */
export function useHidden(): {
  readonly isHidden: (key: string) => boolean
  readonly hide: (key: string) => void
  readonly show: (key: string) => void
} {
  const now = useSyncExternalStore(subscribe, () => hidden)
  return {
    isHidden: useCallback((key) => now.has(key), [now]),
    hide: useCallback((key) => change(new Set([...hidden, key])), []),
    show: useCallback((key) => change(new Set([...hidden].filter((each) => each !== key))), []),
  }
}
