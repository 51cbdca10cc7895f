import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Kept {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
  readonly untilMs: number
}

/** A CDN: it keeps answers of GET as long as `Cache-Control` says (RFC 9111: a shared cache keeps what is public, and nothing with a
 *  cookie), one of each address, and asks the origin for the rest. */
export interface Cdn extends AsyncDisposable {
  readonly url: string
  /** Where it asks; it may be set later than the CDN is opened. */
  origin: string
  /** Paths that it asked the origin for, in order. */
  readonly asked: string[]
}

export async function openCdn(): Promise<Cdn> {
  const kept = new Map<string, Promise<Kept>>()
  const fetchOrigin = async (path: string): Promise<Kept> => {
    cdn.asked.push(path)
    const answer = await fetch(cdn.origin + path)
    const { 'set-cookie': cookie, ...headers } = Object.fromEntries(answer.headers)
    const [, maxAge = '0'] = /^public\b.*\bmax-age=(\d+)/.exec(headers['cache-control'] ?? '') ?? []
    for (const hop of ['connection', 'keep-alive', 'transfer-encoding']) delete headers[hop]
    return {
      status: answer.status,
      headers,
      body: Buffer.from(await answer.arrayBuffer()),
      untilMs: cookie === undefined && answer.status === 200 ? Date.now() + Number(maxAge) * 1000 : 0,
    }
  }
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const known = await kept.get(path)
    // Whoever comes while it is fetched waits for the same answer.
    if (known === undefined || known.untilMs <= Date.now()) kept.set(path, fetchOrigin(path))
    const { status, headers, body } = (await kept.get(path))!
    response.writeHead(status, headers).end(body)
  }
  const server = createServer((request, response) => void answer(request.url!, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cdn: Cdn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    origin: '',
    asked: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return cdn
}
