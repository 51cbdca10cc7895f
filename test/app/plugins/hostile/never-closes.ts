import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** Neither `close` nor a signal ends it, and it always has something to do. */
setInterval(() => {}, 1000)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {})
export default defineChannel({
  name: 'never-closes',
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
      send: (batch: readonly Post[]) =>
        Promise.resolve(
          batch.map(({ id }) => ({ id, status: 'sent', code: String(process.pid), detail: null }) as const),
        ),
      probe: () => Promise.resolve({ ok: true, detail: String(process.pid) }),
      close: () => new Promise(() => {}),
    }),
})
