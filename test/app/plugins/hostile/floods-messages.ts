import { writeSync } from 'node:fs'
import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const replies = 3

/** Speaks to the daemon behind the runner's back: many messages, one that has no end, or one that is none. */
export default defineChannel({
  name: 'floods-messages',
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
        switch (first?.note.title) {
          case 'many':
            for (;;) say('{"type":"answer","id":99999,"value":[]}')
          case 'long':
            say('x', 0xffff_ffff)
            break
          default:
            for (const text of [
              '',
              'null',
              '{',
              '{"type":"pong","beat":1e400,"rssBytes":-1}',
              '{"type":"began"}',
              '[]',
            ])
              say(text)
        }
        return new Promise(() => {})
      },
      probe: () => Promise.resolve({ ok: true, detail: 'fine' }),
      close: () => Promise.resolve(),
    }),
})

function say(text: string, length = Buffer.byteLength(text)): void {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(length)
  let rest = Buffer.concat([head, Buffer.from(text)])
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(replies, rest))
    } catch (error) {
      // The pipe is full: the daemon reads on.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
