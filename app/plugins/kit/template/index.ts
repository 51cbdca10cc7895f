import { defineChannel, type Outcome, type Post } from 'broadsheet/channel'
import { Agent, request } from 'undici'
import { z } from 'zod'
import { outcomeOfAnswer, outcomeOfError } from './outcome.ts'
import { plainText } from './text.ts'

/** What an operator writes under `channels:`. Names of secrets such as "token" are struck out wherever settings are shown. */
const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Where posts go'),
  token: z.string().min(1).optional().describe('Sent as a bearer token'),
  rooms: z.array(z.string().min(1)).min(1).describe('The rooms that posts can go to'),
})

const timeoutMs = 10_000

export default defineChannel({
  name: 'my-channel',
  config,
  open({ url, token, rooms }) {
    // One pool for all requests; it is ended by `close`.
    const agent = new Agent({
      connections: 4,
      connect: { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    let closed = false

    const ask = (method: 'POST' | 'GET', signal: AbortSignal, body: string | null = null) =>
      request(url, {
        dispatcher: agent,
        method,
        signal,
        body,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      })

    async function sendOne(post: Post, signal: AbortSignal): Promise<Outcome> {
      const { id, to, note, key } = post
      if (signal.aborted)
        return { id, status: 'unsent', code: 'stopped', detail: 'Stopped before it was sent.' }
      if (!rooms.includes(to))
        return { id, status: 'permanent', code: 'room', detail: `There is no room "${to}".`, suppress: false }
      try {
        const body = JSON.stringify({
          room: to,
          title: note.title,
          text: plainText(note, 4000),
          url: note.url,
          key,
        })
        const answer = await ask('POST', signal, body)
        return outcomeOfAnswer(id, answer.statusCode, answer.headers, await answer.body.text())
      } catch (error) {
        return outcomeOfError(id, error)
      }
    }

    return Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: 10,
        maxInFlight: 2,
        // The other side refuses a second post of the same key? Then say so here: it lets Broadsheet try again freely.
        idempotent: false,
        maxMessageBytes: null,
        rooms,
      },
      async send(batch: readonly Post[], signal) {
        if (closed) throw new Error('The channel is closed.')
        return await Promise.all(batch.map((post) => sendOne(post, signal)))
      },
      async probe(signal) {
        try {
          const { statusCode, body } = await ask(
            'GET',
            AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
          )
          await body.dump()
          // Whatever it says to GET: it is there, unless it refuses the token.
          if (statusCode === 401 || statusCode === 403)
            return { ok: false, detail: `${url} refuses the token (${statusCode}).` }
          return statusCode < 500
            ? { ok: true, detail: `${url} answers.` }
            : { ok: false, detail: `${url} answered ${statusCode}.` }
        } catch (error) {
          return {
            ok: false,
            detail: `${url} cannot be reached: ${error instanceof Error ? error.message : 'it failed'}.`,
          }
        }
      },
      async close() {
        closed = true
        await agent.close()
      },
    })
  },
})
