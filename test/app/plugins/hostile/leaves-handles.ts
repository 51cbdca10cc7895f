import { watch } from 'node:fs'
import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** Is closed and forgets its timers, its watches and a request that goes on and on. */
export default defineChannel({
  name: 'leaves-handles',
  config: z.strictObject({ url: z.url() }),
  open({ url }) {
    setInterval(() => {}, 10)
    watch(import.meta.dirname)
    void fetch(url).catch(() => {})
    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
      },
      send: (batch: readonly Post[]) =>
        Promise.resolve(
          batch.map(({ id }) => ({ id, status: 'sent', code: String(process.pid), detail: null }) as const),
        ),
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    })
  },
})
