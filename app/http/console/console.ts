import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from '../api.ts'
import { type ConsoleFile, consoleFiles, consoleFolder } from './files.ts'

// Letters are previewed in frames without an origin, which inherit this: their styles are within them, and their pictures anywhere.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https: http:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The web console at `/`, where it was built. */
export function consoleRoutes(app: Api): void {
  const folder = consoleFolder()
  if (folder === null) return
  for (const [url, file] of consoleFiles(folder))
    (app as unknown as FastifyInstance).route({
      method: ['GET', 'HEAD'],
      url,
      // A page is some twenty files; what they hold is no secret.
      config: { scope: 'public', limit: false },
      schema: { hide: true } as object,
      handler: async (request: FastifyRequest, reply: FastifyReply) => send(request, reply, file),
    })
}

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const { type, immutable, etag, forms } = file
  reply.headers({
    'content-security-policy': policy,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
    etag,
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const taken = accepted(request.headers['accept-encoding'])
  const form = forms.find(({ encoding }) => encoding === null || taken.has(encoding))!
  if (form.encoding !== null) reply.header('content-encoding', form.encoding)
  reply.headers({ 'content-type': type, 'content-length': form.bytes })
  return reply.send(request.method === 'HEAD' ? undefined : form.open())
}

/** Encodings that a browser takes; those it weighs with 0 it does not. */
const accepted = (header: string | string[] | undefined): ReadonlySet<string> =>
  new Set(
    String(header ?? '')
      .slice(0, 1000)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
      .map((part) => part.split(';', 1)[0]!.trim().toLowerCase()),
  )
