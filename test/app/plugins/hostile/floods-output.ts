import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** Prints and logs for as long as it is open. */
export default defineChannel({
  name: 'floods-output',
  config: z.strictObject({}),
  open(_config, { log }) {
    const flood = setInterval(() => {
      for (let line = 0; line < 1000; line++) {
        log.info({ line }, 'flood')
        process.stderr.write(`line ${line}\n`)
      }
      process.stdout.write('a line without an end '.repeat(1000))
    }, 1)
    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
      },
      send: (batch: readonly Post[]) =>
        Promise.resolve(batch.map(({ id }) => ({ id, status: 'sent', code: null, detail: null }) as const)),
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close() {
        clearInterval(flood)
        return Promise.resolve()
      },
    })
  },
})
