import { createHttpClient, createScopeGate, defineChannel, type Post, sendEach } from 'broadsheet/channel'
import { z } from 'zod'
import { outcomeOf } from './outcome.ts'
import { publication } from './publication.ts'

/** Also what a server takes for a topic: https://docs.ntfy.sh/publish/ */
const topicPattern = /^[-_A-Za-z0-9]{1,64}$/
const topic = z.string().regex(topicPattern, 'must be a topic: 1 to 64 letters, digits, "-" and "_"')

const config = z.strictObject({
  server: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).pathname === '/', 'must have no path: ntfy has a host of its own')
    .default('https://ntfy.sh'),
  token: z.string().min(1).optional().describe('An access token of ntfy: "tk_..."'),
  rooms: z
    .record(z.string().min(1), topic)
    .default({})
    .describe('Topics by the names that alerts use. Who knows a topic can read it: make it hard to guess'),
  icon: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional()
    .describe('Of a JPEG or PNG'),
})

// ntfy takes 60 requests at once from one visitor, and then one every 5 s.
const parallel = 2

export default defineChannel({
  name: 'ntfy',
  config,
  open({ server, token, rooms, icon }, { clock }) {
    const url = new URL(server)
    const http = createHttpClient({ clock, connections: parallel })
    const gate = createScopeGate(clock)
    /** A person's contact: a topic with its server before it, as ntfy itself writes it. So no room with a misspelt name is one. */
    const prefix = `${url.host}/`
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    let closed = false

    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        idempotent: false,
        maxMessageBytes: null,
        edits: true,
        rooms: Object.keys(rooms),
      },

      async send(batch: readonly Post[], signal) {
        if (closed) throw new Error('The channel is closed.')
        return await sendEach(batch, signal, parallel, async (post) => {
          const { id, to, earlier } = post
          const held = gate.held(id, to)
          if (held !== null) return held
          const toTopic = Object.hasOwn(rooms, to)
            ? rooms[to]!
            : to.startsWith(prefix)
              ? to.slice(prefix.length)
              : ''
          if (!topicPattern.test(toTopic))
            return {
              id,
              status: 'permanent',
              code: 'to',
              detail: `There is no room "${to}", and it is no ${prefix}TOPIC.`.slice(0, 500),
              suppress: false,
            }
          const body = JSON.stringify({ ...publication(post, toTopic), icon })
          const answer = await http.request({ method: 'POST', url, headers, body }, signal)
          const outcome = outcomeOf(id, answer, earlier, clock.now())
          // What is on its way in the same batch need not ask in vain.
          if (
            outcome.status === 'transient' &&
            outcome.retryAfterMs !== null &&
            outcome.scope !== 'recipient'
          )
            gate.shut(outcome.scope === 'room' ? to : null, outcome.retryAfterMs)
          return outcome
        })
      },

      async probe(signal) {
        const answer = await http.request({ method: 'GET', url: new URL('/v1/health', url), headers }, signal)
        if (answer.kind === 'fault') return { ok: false, detail: answer.message }
        const healthy = /"healthy"\s*:\s*true/.test(answer.body)
        return answer.status === 200 && healthy
          ? { ok: true, detail: `${url.host} is healthy.` }
          : { ok: false, detail: `${url.host} answers ${answer.status}, and not that it is healthy.` }
      },

      contact: (text) =>
        text.startsWith(prefix) && topicPattern.test(text.slice(prefix.length))
          ? null
          : `must be a topic with its server, such as "${prefix}ruth-4hGq"`,

      close() {
        closed = true
        return http.close()
      },
    })
  },
})
