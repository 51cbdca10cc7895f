import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const things: { readonly [title: string]: unknown } = {
  text: 'a text',
  nothing: undefined,
  trap: {
    get message(): string {
      throw new Error('no message')
    },
    toJSON() {
      throw new Error('no JSON')
    },
  },
}

/** Throws what is no error; or, called "later", throws where nobody waits for it. */
export default defineChannel({
  name: 'throws-in-send',
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
        const title = first?.note.title ?? ''
        if (title !== 'later') throw things[title]
        setImmediate(() => {
          throw new Error('nobody caught this')
        })
        return new Promise(() => {})
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})
