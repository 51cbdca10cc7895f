import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** Never gives its event loop back for a post that is called "loop". */
export default defineChannel({
  name: 'loops-in-send',
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
      send(batch: readonly Post[]) {
        let turns = 0
        while (batch.some(({ note }) => note.title === 'loop')) turns++
        return Promise.resolve(
          batch.map(({ id }) => ({ id, status: 'sent', code: String(turns), detail: null }) as const),
        )
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})
