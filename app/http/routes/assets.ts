import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Asset, assetHashSchema, assetNameSchema, assetTypes } from '../../../engine/model/asset.ts'
import type { AssetId } from '../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

export const assetSchema = z.object({
  id: idOf<AssetId>(),
  sha256: z.string().describe('Of the bytes, in hex.'),
  name: z.string().describe('What it was called first.'),
  names: z
    .array(z.string())
    .readonly()
    .describe("Names that mean it now: what templates say, as in `{{ 'logo.png' | asset_url }}`."),
  type: z.enum(Object.keys(assetTypes) as [Asset['type'], ...Asset['type'][]]).describe('By its bytes.'),
  bytes: z.number().int(),
  width: z.number().int().nullable().describe('In points; null for what is no picture.'),
  height: z.number().int().nullable(),
  createdAt: timeOf(),
  url: z.string().describe('Where readers find it: the same bytes for ever.'),
})
const addedSchema = assetSchema.extend({
  created: z.boolean().describe('False: the bytes were kept already.'),
})
const usesSchema = z
  .array(z.object({ kind: z.enum(['template', 'item', 'publication']), name: z.string() }))
  .readonly()
  .describe('Some of what refers to it: a template by name, an item or publication by its id.')

const tag = 'Assets'
// Types that no form of another site can send.
const bodyTypes = /^(image\/[\w.+-]+|font\/woff2|application\/(octet-stream|pdf))$/i
const consumes = ['application/octet-stream', ...Object.keys(assetTypes)]
const params = z.strictObject({ sha256: assetHashSchema })

export function assetRoutes(app: Api, { engine: { assets } }: Parts): void {
  // Of these routes only: nothing is read before it is asked for.
  app.addContentTypeParser(bodyTypes, (_request, payload, done) => done(null, payload))
  const view = (asset: Asset) => {
    const { hash: sha256, ...rest } = asset
    return { ...rest, sha256, url: assets.urlOf(asset) }
  }

  app.route({
    method: 'POST',
    url: '/assets',
    // The same bytes under the same name are the same asset, however often they come.
    config: { scope: 'content:write', idempotent: false, takesLong: true },
    schema: {
      ...operation(
        tag,
        'Keep a file',
        'The body is the file, streamed. What it is its bytes say: PNG, JPEG, GIF, WebP, AVIF, WOFF2 or PDF; not its name, and ' +
          'not `Content-Type`. The name means these bytes from now on; letters of publications that have begun keep those they had.',
      ),
      consumes,
      querystring: z.strictObject({ name: assetNameSchema }),
      body: z.unknown().meta({ type: 'string', format: 'binary', description: 'The file.' }),
      response: {
        200: addedSchema.describe('These bytes were kept already.'),
        201: addedSchema,
        ...problems('write', 'E_ASSET', 'E_QUOTA', 'E_STATE'),
      },
    },
    handler: async (request, reply) => {
      const { body, headers } = request as unknown as FastifyRequest
      if (!(body instanceof Readable))
        throw new BroadsheetError(
          'E_MEDIA_TYPE',
          'Send the file itself as the body, with Content-Type application/octet-stream.',
        )
      // Left open when this ends early: whoever still sends is to hear why, and is cut off later (linger).
      const source = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
      const { asset, created } = await assets.add(
        source,
        request.query.name,
        Number(headers['content-length'] ?? 0),
      )
      return reply.code(created ? 201 : 200).send({ ...view(asset), created })
    },
  })

  app.route({
    method: 'GET',
    url: '/assets',
    config: { scope: 'content:read' },
    schema: {
      ...operation(tag, 'List assets'),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(assetSchema), ...problems('read') },
    },
    handler: async (request) => toPage(await assets.page(request.query), view),
  })

  app.route({
    method: 'GET',
    url: '/assets/:sha256',
    config: { scope: 'content:read' },
    schema: {
      ...operation(
        tag,
        'Read an asset',
        'And what refers to it, which is looked for in all templates, items and publications.',
      ),
      params,
      response: { 200: assetSchema.extend({ uses: usesSchema }), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const asset = await assets.get(request.params.sha256)
      if (asset === null) throw notFound('asset', request.params.sha256)
      return { ...view(asset), uses: await assets.uses(asset) }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/assets/:sha256',
    config: { scope: 'content:write' },
    schema: {
      ...operation(
        tag,
        'Remove an asset',
        'Refused while something refers to it, unless it is forced: it is missing there then.',
      ),
      params,
      querystring: z.strictObject({
        force: z.stringbool().default(false).describe('Whatever refers to it.'),
      }),
      response: {
        204: z.undefined().describe('Removed.'),
        ...problems('write', 'E_NOT_FOUND', 'E_IN_USE'),
      },
    },
    handler: async (request, reply) => {
      await assets.remove(request.params.sha256, request.query)
      return reply.code(204).send()
    },
  })
}
