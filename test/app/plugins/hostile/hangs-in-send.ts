import { defineChannel } from 'broadsheet/channel'
import { z } from 'zod'

/** Takes a batch and says nothing any more. */
export default defineChannel({
  name: 'hangs-in-send',
  config: z.strictObject({}),
  open: (_config, { log }) =>
    Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
        rooms: ['news'],
      },
      send() {
        log.info({}, 'posts.taken')
        return new Promise(() => {})
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})
