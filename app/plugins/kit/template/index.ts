import {
  createHttpClient,
  createScopeGate,
  defineChannel,
  type Post,
  plainText,
  sendEach,
} from 'broadsheet/channel'
import { z } from 'zod'
import { outcomeOf } from './outcome.ts'

/** What an operator writes under `channels:`. Settings named "token", "password", "key" ... are struck out wherever they are
 *  shown. */
const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where posts go'),
  token: z.string().min(1).optional().describe('Sent as a bearer token'),
  rooms: z.array(z.string().min(1)).min(1).describe('The rooms that posts can go to'),
})

const maxTextLength = 4000
const parallel = 4

export default defineChannel({
  name: 'my-channel',
  config,
  open({ url: address, token, rooms }, { clock }) {
    const url = new URL(address)
    const http = createHttpClient({ clock, connections: parallel })
    const gate = createScopeGate(clock)
    let closed = false

    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }

    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 20,
        maxInFlight: 2,
        // Does the other side refuse a second post of the same key? Only then may this be true.
        idempotent: false,
        maxMessageBytes: null,
        rooms,
      },

      async send(batch: readonly Post[], signal) {
        if (closed) throw new Error('The channel is closed.')
        return await sendEach(batch, signal, parallel, async ({ id, to, note, key }) => {
          if (!rooms.includes(to))
            return {
              id,
              status: 'permanent',
              code: 'room',
              detail: `There is no room "${to}".`,
              suppress: false,
            }
          // Who asked for time gets it, also from what is in the same batch.
          const held = gate.held(id, to)
          if (held !== null) return held
          const body = JSON.stringify({ room: to, text: plainText(note, maxTextLength), key })
          const answer = await http.request({ method: 'POST', url, headers, body }, signal)
          const outcome = outcomeOf(id, answer, clock.now())
          if (outcome.status === 'transient' && outcome.retryAfterMs !== null)
            gate.shut(outcome.scope === 'room' ? to : null, outcome.retryAfterMs)
          return outcome
        })
      },

      async probe(signal) {
        const answer = await http.request({ method: 'GET', url, headers }, signal)
        if (answer.kind === 'fault') return { ok: false, detail: answer.message }
        const { status } = answer
        // Whatever else it says to a GET: it is there.
        if (status === 401 || status === 403)
          return { ok: false, detail: `${url.host} refuses the token (${status}).` }
        if (status >= 500) return { ok: false, detail: `${url.host} answers ${status}.` }
        return { ok: true, detail: `${url.host} answers.` }
      },

      close() {
        closed = true
        return http.close()
      },
    })
  },
})
