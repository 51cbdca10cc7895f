import { defineChannel, type Post } from 'broadsheet/channel'
import { z } from 'zod'

/** A small channel that behaves: each post is one JSON request to a server. */
export default defineChannel({
  name: 'well-behaved',
  config: z.strictObject({ url: z.url(), note: z.string().default('') }),
  open({ url }, { log }) {
    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
        rooms: ['news'],
      },
      async send(batch: readonly Post[], signal) {
        log.info({ posts: batch.length }, 'posts.sending')
        return await Promise.all(
          batch.map(async ({ id, to, note, key }) => {
            const answer = await fetch(url, {
              method: 'POST',
              body: JSON.stringify({ to, title: note.title, key }),
              signal,
            })
            return { id, status: 'sent', code: String(answer.status), detail: null, receipt: key } as const
          }),
        )
      },
      async probe(signal) {
        const answer = await fetch(url, { method: 'HEAD', signal })
        return { ok: answer.ok, detail: `answers ${answer.status}` }
      },
      contact: (text) => (text.startsWith('@') ? null : 'must begin with "@"'),
      close: () => Promise.resolve(),
    })
  },
})
