import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Asset, assetHashSchema, assetNameSchema, assetTypes } from '../../../engine/model/asset.ts'
import type { Api, Parts } from '../api.ts'
import { problems } from '../reply/problem.ts'
import { rangeOf } from '../request/range.ts'

const params = z.strictObject({ sha256: assetHashSchema, name: assetNameSchema })

/** Bytes that somebody brought, on the host that people's settings are on: no browser is to make more of them than a picture, a
 *  font or a download. Every page may show them; letters have no origin. */
const kept = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
  'accept-ranges': 'bytes',
}

const binary = (description: string) => ({
  description,
  content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
})
const empty = (description: string) => z.undefined().describe(description)

/** Assets, for whoever has a letter. An address names its bytes, so that every cache on the way may keep them for ever. */
export function publicAssetRoutes(app: Api, { engine: { assets } }: Parts): void {
  ;(app as unknown as FastifyInstance).route({
    method: ['GET', 'HEAD'],
    url: '/i/:sha256/:name',
    // Uncounted: behind a CDN all readers come from a few addresses, and what is asked for often is in memory.
    config: { scope: 'public', limit: false, takesLong: true },
    schema: {
      tags: ['Public'],
      summary: 'An asset',
      description:
        '`ETag` is the hash; one `Range` of bytes at a time. The name is for people; only its ending must be that of the type.',
      params,
      response: {
        200: binary('The file.'),
        206: binary('The part that `Range` names.'),
        304: empty('It is the one that `If-None-Match` names.'),
        416: empty('It has no such bytes; `Content-Range` says how many there are.'),
        ...problems('public', 'E_INPUT', 'E_NOT_FOUND', 'E_STORE', 'E_STORE_BUSY', 'E_STOPPING'),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { sha256, name } = request.params as z.output<typeof params>
      const found = await assets.open(sha256)
      if (found === null || !fits(name, found.asset)) {
        reply.header('cache-control', 'no-store')
        throw new BroadsheetError('E_NOT_FOUND', 'There is no such asset.')
      }
      const { asset, whole } = found
      const { bytes, type } = asset
      const etag = `"${sha256}"`
      reply.headers({ ...kept, etag })
      if (names(request.headers['if-none-match'], etag)) return reply.code(304).send()

      const { inline } = assetTypes[type]
      reply.headers({
        'content-type': type,
        'content-disposition': `${inline ? 'inline' : 'attachment'}; filename="${name}"`,
      })
      const range = request.method === 'GET' ? rangeOf(request.headers, etag, bytes) : null
      if (range === 'unsatisfiable')
        return reply
          .code(416)
          .header('content-range', `bytes */${bytes}`)
          .removeHeader('content-type')
          .removeHeader('content-disposition')
          .send()
      const { from, to } = range ?? { from: 0, to: bytes - 1 }
      if (range !== null) reply.code(206).header('content-range', `bytes ${from}-${to}/${bytes}`)
      reply.header('content-length', to - from + 1)
      if (request.method === 'HEAD') return reply.send()
      return reply.send(
        whole?.subarray(from, to + 1) ?? Readable.from(found.read(from, to), { objectMode: false }),
      )
    },
  })
}

const fits = (name: string, { type }: Asset): boolean => name.endsWith(`.${assetTypes[type].extension}`)

/** RFC 9110, 13.1.2, by weak comparison. */
const names = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' ||
    header
      .slice(0, 4000)
      .split(',')
      .some((tag) => tag.trim().replace(/^W\//, '') === etag))
