import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Web extends AsyncDisposable {
  readonly url: string
  /** What was asked for so far. */
  readonly requests: IncomingMessage[]
  /** Answers by path; anything else is 404. */
  readonly pages: Map<string, (request: IncomingMessage, response: ServerResponse) => void>
  serve(path: string, body: string | Buffer, headers?: Record<string, string>, status?: number): void
}

/** A real web server on loopback. */
export async function openWeb(): Promise<Web> {
  const requests: IncomingMessage[] = []
  const pages: Web['pages'] = new Map()
  const server: Server = createServer((request, response) => {
    requests.push(request)
    const page = pages.get(request.url ?? '')
    if (page === undefined) response.writeHead(404).end()
    else page(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    pages,
    serve(path, body, headers = {}, status = 200) {
      pages.set(path, (_request, response) => {
        response.writeHead(status, headers).end(body)
      })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
