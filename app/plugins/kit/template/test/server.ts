import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly room: string
  readonly text: string
}

/** The other side, played here: it checks what the real one checks, and answers as that would. */
export async function startServer(token: string) {
  const received: Received[] = []
  /** What it answers instead of taking the next posts. */
  const refusals: { status: number; headers?: Record<string, string>; body?: string }[] = []
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
      const refusal = refusals.shift()
      if (refusal !== undefined) return answer(refusal.status, refusal.body ?? '', refusal.headers)
      received.push(JSON.parse(text) as Received)
      return answer(204, '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    refusals,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
