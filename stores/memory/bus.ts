import type { Bus } from '../../engine/ports/bus.ts'

/** Between engines of one process. */
export function createMemoryBus(): Bus {
  const topics = new Map<string, Set<(text: string) => void>>()
  return {
    publish(topic, text) {
      // Not from within: whoever publishes is in the middle of something.
      for (const hear of topics.get(topic) ?? []) queueMicrotask(() => hear(text))
    },
    subscribe(topic, hear) {
      const hearers = topics.get(topic) ?? new Set()
      topics.set(topic, hearers.add(hear))
      return () => hearers.delete(hear)
    },
    async close() {
      topics.clear()
    },
  }
}
