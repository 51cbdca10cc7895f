import { useEffect, useState } from 'react'

/** What somebody writes, over what is kept. It outlives the page: who leaves without saving finds it again. */
export interface Draft<T extends object> {
  readonly value: T
  /** What of it was changed. */
  readonly change: Partial<T>
  readonly dirty: boolean
  /** The version that it was begun from: what saving replaces. */
  readonly version: number
  /** Somebody saved another one meanwhile. */
  readonly stale: boolean
  readonly set: (change: Partial<T>) => void
  /** Back to what is kept. */
  readonly discard: () => void
  /** It was saved, as this version. */
  readonly saved: (version: number) => void
}

interface Kept<T> {
  readonly version: number
  readonly change: Partial<T>
  /** It was saved, as this version. */
  readonly done?: number
}

function recall<T>(key: string): Kept<T> | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as Kept<T>)
  } catch {
    return null
  }
}

/** `key`: of the place in the browser where it is kept until it is saved. Only what was changed is, so that fields nobody touched
 *  follow what others save. */
export function useDraft<T extends object>(key: string, base: T, version: number): Draft<T> {
  const [kept, setKept] = useState(() => recall<T>(key))
  // What was saved is shown until it comes back from the daemon, which may write it otherwise; then what came back is.
  const done = kept?.done ?? null
  const change = kept === null || (done !== null && version >= done) ? {} : kept.change
  const differs = Object.entries(change).some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof T]),
  )
  const keep = differs && done === null ? kept : null
  const text = keep === null ? null : JSON.stringify(keep)
  useEffect(() => {
    if (text === null) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  }, [key, text])
  return {
    value: differs ? { ...base, ...change } : base,
    change: keep?.change ?? {},
    dirty: keep !== null,
    version: keep?.version ?? version,
    stale: keep !== null && keep.version < version,
    set: (more) =>
      setKept((before) =>
        keep === null || before === null
          ? { version: Math.max(version, before?.done ?? 0), change: more }
          : { version: before.version, change: { ...before.change, ...more } },
      ),
    discard: () => setKept(null),
    saved: (as) => setKept((before) => (before === null ? null : { ...before, done: as })),
  }
}
