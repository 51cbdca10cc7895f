import { createHttpClient, defineChannel, interrupted, type Message, type Outcome } from 'broadsheet/channel'
import { z } from 'zod'

const unsafe = /[\x00-\x20\x7f<>]/

/** A channel of letters: each is one request, its envelope in the headers. */
export default defineChannel({
  name: 'letters-by-http',
  config: z.strictObject({ url: z.url() }),
  open({ url: address }, { clock }) {
    const url = new URL(address)
    const http = createHttpClient({ clock, connections: 4 })
    let closed = false

    async function one({ id, from, to, bytes }: Message, signal: AbortSignal): Promise<Outcome> {
      if (signal.aborted || closed)
        return { id, status: 'unsent', code: 'aborted', detail: 'Stopped before it was sent.' }
      if (to === '' || unsafe.test(to))
        return { id, status: 'permanent', code: 'address', detail: 'That is no address.', suppress: false }
      const headers = { 'x-from': encodeURIComponent(from), 'x-to': encodeURIComponent(to) }
      const answer = await http.request({ method: 'POST', url, headers, body: bytes }, signal)
      if (answer.kind === 'fault') return interrupted(id, answer)
      return { id, status: 'sent', code: String(answer.status), detail: null }
    }

    return Promise.resolve({
      capabilities: {
        content: 'mime',
        maxBatch: 100,
        maxInFlight: 4,
        idempotent: false,
        maxMessageBytes: null,
      },
      send(batch, signal) {
        if (closed) return Promise.reject(new Error('The channel is closed.'))
        return Promise.all(batch.map((message) => one(message, signal)))
      },
      async probe(signal) {
        const answer = await http.request({ method: 'GET', url, headers: {} }, signal)
        return answer.kind === 'fault'
          ? { ok: false, detail: answer.message }
          : { ok: true, detail: `${url.host} answers.` }
      },
      close() {
        closed = true
        return http.close()
      },
    })
  },
})
