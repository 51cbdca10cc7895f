import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** Ends its process in the middle of a batch with a post that is called "exit". */
export default defineChannel({
  name: 'exits-in-send',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
        rooms: ['news'],
      },
      send(batch: readonly Post[]) {
        if (batch.some(({ note }) => note.title === 'exit')) process.exit(7)
        return Promise.resolve(
          batch.map(({ id }) => ({ id, status: 'sent', code: null, detail: null }) as const),
        )
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})
