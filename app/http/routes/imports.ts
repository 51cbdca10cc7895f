import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  type ImportFormat,
  type ImportProgress,
  type ImportResult,
  importFormats,
  importItems,
  importSubscribers,
} from '../../../engine/audience/import.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { slugSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts, sendStream } from '../api.ts'
import { gone } from '../gone.ts'
import { problems } from '../problem.ts'
import { progressLines } from '../progress-lines.ts'
import { problemFor } from '../refuse.ts'

export const importResultSchema = z.object({
  rows: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  erased: z.number().int().optional().describe('People who were erased and are not made again.'),
  rejected: z.number().int(),
  rejects: z
    .array(
      z.object({
        line: z.number().int(),
        column: z.string().optional(),
        reason: z.string(),
        value: z.string().optional(),
      }),
    )
    .readonly()
    .describe('The first 100.'),
  columns: z
    .array(z.object({ column: z.string(), field: z.string() }))
    .readonly()
    .describe('What each column of a CSV header was taken for.'),
  durationMs: z.number(),
})

const types: { readonly [type: string]: ImportFormat } = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
}

const baseQuery = {
  format: z.enum(importFormats).optional().describe('Default: by Content-Type.'),
  progress: z
    .literal('1')
    .optional()
    .describe('Answer NDJSON: `progress` lines while it goes on, then one `result` or `problem` line.'),
}
const listsQuery = z
  .string()
  .max(6500)
  .transform((text) => text.split(',').filter((name) => name !== ''))
  .pipe(z.array(slugSchema).max(100))
  .default([])
  .describe('Names of lists that every row joins, separated by commas.')

const aboutImport =
  'The body is streamed: it may be of any size. A bad row is counted and told, and never ends the import; ' +
  'importing the same file again changes nothing. `Idempotency-Key` is not needed and not looked at. '
const aboutColumns =
  'CSV columns: address (or email, e-mail), name (or first_name and last_name), language (locale), time_zone, status, ' +
  'topics (`security:0.8;markets`), and any other as an attribute of that name.'
const aboutItemColumns =
  'CSV columns: title, url, key, summary, body, image_url, author, language, topics (`security;markets`), popularity, published_at.'

/** Imports: bodies of any size, read as they come. */
export function importRoutes(app: Api, parts: Parts): void {
  const { store } = parts.engine
  // Of this plugin's routes only: nothing is read before the importer asks for it.
  app.addContentTypeParser(Object.keys(types), (_request, payload, done) => done(null, payload))

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    query: { readonly format?: ImportFormat | undefined; readonly progress?: '1' | undefined },
    run: (
      source: AsyncIterable<Uint8Array>,
      options: { format: ImportFormat; signal: AbortSignal; onProgress?: (progress: ImportProgress) => void },
    ) => Promise<ImportResult>,
  ): Promise<ImportResult | undefined> => {
    const { body } = request
    if (!(body instanceof Readable))
      throw new BroadsheetError(
        'E_MEDIA_TYPE',
        'Send the file as the body, with Content-Type text/csv or application/x-ndjson.',
      )
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
    const format = query.format ?? types[type] ?? 'csv'
    const signal = gone(reply)
    if (query.progress === undefined) return run(body, { format, signal })
    const lines = progressLines(
      (onProgress) => run(body, { format, signal, onProgress }),
      (error) => problemFor(error, request),
    )
    await sendStream(reply, 'application/x-ndjson; charset=utf-8', lines)
    return undefined
  }

  app.route({
    method: 'POST',
    url: '/subscribers/import',
    config: { idempotent: false },
    schema: {
      ...operation('Subscribers', 'Import subscribers', aboutImport + aboutColumns),
      consumes: Object.keys(types),
      body: z.unknown().meta({ type: 'string', description: 'The file.' }),
      querystring: z.strictObject({ ...baseQuery, lists: listsQuery }),
      response: { 200: importResultSchema, ...problems('write', 'E_NOT_FOUND') },
    },
    handler: (request, reply) => {
      const { lists } = request.query
      return answer(
        request as FastifyRequest,
        reply as unknown as FastifyReply,
        request.query,
        (source, options) => importSubscribers(source, { ...options, lists, store, clock: parts.clock }),
      )
    },
  })

  app.route({
    method: 'POST',
    url: '/items/import',
    config: { idempotent: false },
    schema: {
      ...operation('Items', 'Import items', aboutImport + aboutItemColumns),
      consumes: Object.keys(types),
      body: z.unknown().meta({ type: 'string', description: 'The file.' }),
      querystring: z.strictObject(baseQuery),
      response: { 200: importResultSchema, ...problems('write') },
    },
    handler: (request, reply) =>
      answer(request as FastifyRequest, reply as unknown as FastifyReply, request.query, (source, options) =>
        importItems(source, { ...options, store, clock: parts.clock }),
      ),
  })
}
