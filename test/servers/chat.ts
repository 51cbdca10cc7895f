import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour } from '../contract/index.ts'

export interface ChatRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ChatAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text, or what is sent as JSON. */
  readonly body?: unknown
}

export interface ChatServer {
  readonly origin: string
  /** Whatever came, in its order. */
  readonly asked: readonly ChatRequest[]
  /** What it does with the requests for a room, or with all. */
  behave(behaviour: Behaviour | null, room?: string): void
  /** Asked first: an answer of its own for a request. */
  answer: (request: ChatRequest) => ChatAnswer | undefined
  close(): Promise<void>
}

/** An HTTP server on loopback that can be told to misbehave. `roomOf` says whom a request is for: null where it can post nothing. */
export async function startChatServer(parts: {
  readonly roomOf: (request: ChatRequest) => string | null
  readonly serve: (request: ChatRequest) => ChatAnswer
  /** How it says 429. */
  readonly limited: (retryAfterMs: number) => ChatAnswer
}): Promise<ChatServer> {
  const asked: ChatRequest[] = []
  const behaviours = new Map<string | null, Behaviour>()

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = 'GET', headers } = request
      const url = new URL(request.url ?? '/', chat.origin)
      const came: ChatRequest = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
      asked.push(came)
      const room = parts.roomOf(came)
      const behaviour = room === null ? undefined : (behaviours.get(room) ?? behaviours.get(null))
      if (behaviour?.do === 'hang') return
      if (behaviour?.do === 'drop') {
        request.socket.destroy()
        return
      }
      const answer = misbehaved(behaviour) ?? chat.answer(came) ?? parts.serve(came)
      const text = typeof answer.body === 'string'
      response.writeHead(answer.status, {
        'content-type': text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
        ...answer.headers,
      })
      response.end(text || answer.body === undefined ? answer.body : JSON.stringify(answer.body))
    })
  })
  function misbehaved(behaviour: Behaviour | undefined): ChatAnswer | undefined {
    switch (behaviour?.do) {
      case 'limited':
        return parts.limited(behaviour.retryAfterMs)
      case 'error':
        return { status: 500, body: 'Internal Server Error' }
      case 'redirect':
        return { status: 307, headers: { location: `${chat.origin}/elsewhere` }, body: '' }
      default:
        return undefined
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const chat: ChatServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    behave(behaviour, room) {
      if (behaviour === null) behaviours.clear()
      else behaviours.set(room ?? null, behaviour)
    },
    answer: () => undefined,
    async close() {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return chat
}
