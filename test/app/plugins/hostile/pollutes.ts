import { writeSync } from 'node:fs'
import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const poison = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}'

/** Sends objects that change the prototypes of whoever merges them, and tampers with its own. */
export default defineChannel({
  name: 'pollutes',
  config: z.strictObject({}),
  open(_config, { log }) {
    log.info(JSON.parse(`${poison}}`) as object, '__proto__')
    return Promise.resolve({
      capabilities: JSON.parse(
        `${poison},"content":"note","maxBatch":10,"maxInFlight":2,"idempotent":false,"maxMessageBytes":null}`,
      ),
      send: (batch: readonly Post[]) => {
        for (const text of [
          `${poison},"type":"log","level":"__proto__","event":"x","fields":{}}`,
          `${poison}}`,
        ]) {
          const head = Buffer.alloc(4)
          head.writeUInt32BE(text.length)
          writeSync(3, Buffer.concat([head, Buffer.from(text)]))
        }
        Object.assign(Object.prototype, { polluted: 'here' })
        return Promise.resolve(
          batch.map(({ id }) =>
            JSON.parse(`${poison},"id":${id},"status":"sent","code":null,"detail":null}`),
          ),
        )
      },
      probe: () => Promise.resolve(JSON.parse(`${poison},"ok":true,"detail":"fine"}`)),
      close: () => Promise.resolve(),
    })
  },
})
