import { createPublicKey, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Certificate } from './certificate.ts'

export interface Hook {
  readonly path: string
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** The body as JSON. */
  readonly event: Record<string, unknown>
}

/** What a request is answered with. `hang`: nothing. `drop`: the connection ends without an answer. */
export type HookTurn =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }
  | 'hang'
  | 'drop'

export interface WebhookReceiver {
  readonly url: string
  /** Requests that were verified and answered 2xx, one for each id and path, as Standard Webhooks tells receivers to. */
  readonly taken: readonly Hook[]
  /** All that came, also what was not believed or not taken. */
  readonly asked: readonly Hook[]
  /** Secrets by path; `whsec_...` is looked at by the package of Standard Webhooks, `whpk_...` by Node's Ed25519. */
  readonly secrets: Map<string, string>
  /** Default: as a receiver should, 204 for what is signed, 401 for what is not. */
  turn: (hook: Hook) => HookTurn | undefined
  close(): Promise<void>
}

/** A receiver of Standard Webhooks; over TLS with a certificate (for `localhost`). */
export async function startWebhookReceiver(certificate?: Certificate): Promise<WebhookReceiver> {
  const taken: Hook[] = []
  const asked: Hook[] = []
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    void bodyOf(request).then((body) => {
      const { url: path = '', headers } = request
      const hook: Hook = {
        path,
        id: String(headers['webhook-id']),
        headers,
        body,
        event: parse(body.toString('utf8')),
      }
      asked.push(hook)
      const turn = receiver.turn(hook) ?? { status: accepts(hook, receiver.secrets.get(path)) ? 204 : 401 }
      if (turn === 'hang') return
      if (turn === 'drop') {
        request.socket.destroy()
        return
      }
      const known = taken.some((one) => one.id === hook.id && one.path === path)
      if (turn.status < 300 && !known) taken.push(hook)
      response.writeHead(turn.status, turn.headers).end(turn.body)
    })
  }
  const server = certificate === undefined ? createServer(serve) : createTlsServer(certificate, serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | null = null
  const receiver: WebhookReceiver = {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    taken,
    asked,
    secrets: new Map(),
    turn: () => undefined,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return closing
    },
  }
  return receiver
}

/** As a receiver has to: signature and time, over the bytes as they came. */
function accepts({ headers, body }: Hook, secret: string | undefined): boolean {
  if (secret === undefined) return false
  const named = headers as Record<string, string>
  if (secret.startsWith('whpk_')) return acceptsAsymmetric(named, body, secret)
  try {
    new Webhook(secret).verify(body.toString('utf8'), named)
    return true
  } catch {
    return false
  }
}

function acceptsAsymmetric(headers: Record<string, string>, body: Buffer, secret: string): boolean {
  const raw = Buffer.from(secret.slice('whpk_'.length), 'base64')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const timestamp = Number(headers['webhook-timestamp'])
  if (!(Math.abs(Date.now() / 1000 - timestamp) <= 300)) return false
  const content = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${timestamp}.`), body])
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, content, key, Buffer.from(one.slice('v1a,'.length), 'base64')))
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
