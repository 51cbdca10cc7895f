import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const kept: unknown[] = []

/** Takes memory until there is none: objects, or buffers beside the heap. */
export default defineChannel({
  name: 'eats-memory',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
      },
      send([first]: readonly Post[]) {
        const objects = first?.note.title === 'objects'
        setInterval(() => {
          for (let n = 0; n < 20; n++)
            kept.push(objects ? Array.from({ length: 10_000 }, (_, m) => ({ m })) : Buffer.alloc(2 ** 20, 1))
        }, 1)
        return new Promise(() => {})
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})
