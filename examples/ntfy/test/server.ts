import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour } from 'broadsheet/testing'
import type { Publication } from '../publication.ts'

/** Of a server as ntfy is set up by default: https://docs.ntfy.sh/publish/#limitations */
const messageBytes = 4096
const topicPattern = /^[-_A-Za-z0-9]{1,64}$/
/** Names of its own pages. */
const disallowed = new Set(['docs', 'static', 'file', 'app', 'account', 'settings', 'signup', 'login', 'v1'])

const errors: { readonly [code: number]: string } = {
  40007: 'invalid priority parameter',
  40009: 'invalid request: topic invalid',
  40010: 'invalid request: topic name is not allowed',
  40013: 'invalid request: attachment URL is invalid',
  40014: 'invalid request: attachments not allowed',
  40017: 'invalid request: request body must be message JSON',
  40018: 'invalid request: actions invalid',
  40101: 'unauthorized',
  40301: 'forbidden',
  40401: 'page not found',
  41303: 'JSON body too large',
  42901: 'limit reached: too many requests, please be nice',
  42908: 'limit reached: daily message quota reached',
  50001: 'internal server error',
  50701: 'topic is inactive; no device available to receive message',
}

/** ntfy's server, as far as publishing is documented: it keeps what it took, and refuses what the real one refuses. */
export async function startNtfy(
  options: { readonly tokens?: Readonly<Record<string, readonly string[]>> } = {},
) {
  const taken: (Publication & { readonly id: string })[] = []
  /** What it answers to the next requests, instead of looking at them. */
  const scripted: {
    readonly code: number
    readonly headers?: Record<string, string>
    readonly page?: string
  }[] = []
  /** By topic; '' is all. */
  const behaviours = new Map<string, Behaviour>()
  let requests = 0
  let lastId = 0

  const server = createServer((incoming, outgoing) => {
    const refuse = (code: number, headers: Record<string, string> = {}) => {
      const http = Math.floor(code / 100)
      outgoing
        .writeHead(http, { 'content-type': 'application/json', ...headers })
        .end(`${JSON.stringify({ code, http, error: errors[code] ?? 'error' })}\n`)
    }
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      if (incoming.url === '/v1/health') return outgoing.end('{"healthy":true}\n')
      requests++
      const script = scripted.shift()
      if (script?.page !== undefined) return outgoing.writeHead(script.code).end(script.page)
      if (script !== undefined) return refuse(script.code, script.headers)
      if (incoming.method !== 'POST' || incoming.url !== '/') return refuse(40401)
      const body = Buffer.concat(chunks)
      if (body.length > 2 * messageBytes) return refuse(41303)
      const message = parse(body.toString('utf8'))
      if (message === null) return refuse(40017)
      const behaviour = behaviours.get(message.topic) ?? behaviours.get('')
      switch (behaviour?.do) {
        case 'limited':
          return refuse(42901, { 'retry-after': String(behaviour.retryAfterMs / 1000) })
        case 'error':
          return refuse(50001)
        case 'redirect':
          return outgoing.writeHead(302, { location: '/elsewhere' }).end()
        case 'drop':
          return incoming.socket.destroy()
        case 'hang':
          return
        case undefined:
      }
      const problem = problemOf(message)
      if (problem !== null) return refuse(problem)
      if (options.tokens !== undefined) {
        const topics = options.tokens[incoming.headers.authorization?.replace(/^Bearer /, '') ?? '']
        if (topics === undefined) return refuse(40101)
        if (!topics.includes(message.topic)) return refuse(40301)
      }
      const id = `m${++lastId}`
      taken.push({ ...message, id })
      const { topic, title, message: text, sequence_id } = message
      return outgoing.end(
        `${JSON.stringify({ id, time: 1, expires: 2, event: 'message', topic, title, message: text, ...(sequence_id && { sequence_id }) })}\n`,
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    scripted,
    requests: () => requests,
    behave(behaviour: Behaviour | null, topic = '') {
      if (behaviour === null) behaviours.clear()
      else behaviours.set(topic, behaviour)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function parse(text: string): Publication | null {
  try {
    const message = JSON.parse(text) as Publication | null
    return typeof message?.topic === 'string' ? message : null
  } catch {
    return null
  }
}

function problemOf({
  topic,
  message,
  priority,
  actions = [],
  attach,
  sequence_id,
}: Publication): number | null {
  if (!topicPattern.test(topic)) return 40009
  if (disallowed.has(topic)) return 40010
  if (priority < 1 || priority > 5) return 40007
  if (actions.length > 3 || actions.some(({ action, label, url }) => action !== 'view' || !label || !url))
    return 40018
  if (attach !== undefined && !/^https?:\/\//.test(attach)) return 40013
  if (sequence_id !== undefined && !topicPattern.test(sequence_id)) return 40017
  // A longer message is kept as a file, where the server takes files.
  return Buffer.byteLength(message) > messageBytes ? 40014 : null
}
