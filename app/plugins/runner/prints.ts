import type { Writable } from 'node:stream'

/** The daemon reads what is printed at its own pace. So many bytes wait for it here; the rest is dropped, not kept. */
const maxWaiting = 256 * 1024

/** What code of a plugin prints faster than it is read takes none of its memory. `dropped` hears of how many writes there were,
 *  when there is room again. */
export function boundPrints(streams: readonly Writable[], dropped: (writes: number) => void): void {
  for (const stream of streams) {
    const write = stream.write.bind(stream)
    let lost = 0
    stream.on('drain', () => {
      if (lost > 0) dropped(lost)
      lost = 0
    })
    stream.write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
      if (stream.writableLength <= maxWaiting)
        return write(chunk, encoding as BufferEncoding, done as () => void)
      lost++
      const over = typeof encoding === 'function' ? encoding : done
      if (typeof over === 'function') queueMicrotask(() => (over as () => void)())
      return false
    }
  }
}
