import type { Log } from '../../engine/log.ts'

interface Hearer {
  readonly hear: (text: string) => void
  readonly gap: () => void
}

/** Who on this node hears which topic. Hearers are called in microtasks of their own, in the order of the calls here:
 *  those who hear at the time of the call, unless they have ended it since. */
export interface Hearers {
  /** Returns the function that ends it. */
  add(topic: string, hear: (text: string) => void, onGap?: () => void): () => void
  topics(): readonly string[]
  has(topic: string): boolean
  tell(topic: string, text: string): void
  /** Something of this topic may have been missed. */
  gap(topic: string): void
  clear(): void
}

export function createHearers(log: Log): Hearers {
  const all = new Map<string, Set<Hearer>>()
  const call = (topic: string, what: (hearer: Hearer) => void) => {
    for (const hearer of all.get(topic) ?? [])
      queueMicrotask(() => {
        if (!all.get(topic)?.has(hearer)) return
        // A hearer that throws is a defect, but not one of the others.
        try {
          what(hearer)
        } catch (error) {
          log.error({ topic, reason: String(error) }, 'bus.hearer_failed')
        }
      })
  }
  return {
    add(topic, hear, onGap = () => {}) {
      const hearer = { hear, gap: onGap }
      const hearers = all.get(topic) ?? new Set()
      all.set(topic, hearers.add(hearer))
      return () => {
        hearers.delete(hearer)
        if (hearers.size === 0 && all.get(topic) === hearers) all.delete(topic)
      }
    },
    topics: () => [...all.keys()],
    has: (topic) => all.has(topic),
    tell: (topic, text) => call(topic, ({ hear }) => hear(text)),
    gap: (topic) => call(topic, ({ gap }) => gap()),
    clear: () => all.clear(),
  }
}
