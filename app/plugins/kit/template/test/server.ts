import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Behaviour } from 'broadsheet/testing'

export interface Received {
  readonly room: string
  readonly text: string
}

/** The other side, played here: it checks what the real one checks, and answers as that would. */
export async function startServer(token: string) {
  const received: Received[] = []
  /** What it answers instead of taking the next posts. */
  const refusals: { status: number; headers?: Record<string, string>; body?: string }[] = []
  /** By room; '' is all. */
  const behaviours = new Map<string, Behaviour>()
  let requests = 0
  const server = createServer((incoming, outgoing) => {
    const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
      outgoing.writeHead(status, headers).end(body)
    let text = ''
    incoming.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    incoming.on('end', () => {
      if (incoming.headers.authorization !== `Bearer ${token}`) return answer(401, 'wrong token')
      if (incoming.method !== 'POST') return answer(405, 'POST only')
      requests++
      const post = JSON.parse(text) as Received
      const behaviour = behaviours.get(post.room) ?? behaviours.get('')
      switch (behaviour?.do) {
        case 'limited':
          return answer(429, 'slow down', { 'retry-after': String(behaviour.retryAfterMs / 1000) })
        case 'error':
          return answer(500, 'it broke')
        case 'redirect':
          return answer(302, '', { location: '/elsewhere' })
        case 'drop':
          return incoming.socket.destroy()
        case 'hang':
          return
        case undefined:
      }
      const refusal = refusals.shift()
      if (refusal !== undefined) return answer(refusal.status, refusal.body ?? '', refusal.headers)
      received.push(post)
      return answer(204, '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    refusals,
    /** Requests that could have posted something. */
    requests: () => requests,
    behave(behaviour: Behaviour | null, room = '') {
      if (behaviour === null) behaviours.clear()
      else behaviours.set(room, behaviour)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
