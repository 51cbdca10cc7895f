import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ImportFormat, ImportResult } from '../../../engine/audience/import/import.ts'
import type { Importer, ImportSettings } from '../../../engine/audience/import/importer.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ImportId } from '../../../engine/model/ids.ts'
import type { Scope } from '../../../engine/model/scope.ts'
import { type ImportKindName, importKinds, importStates } from '../../../engine/ports/imports.ts'
import { type Api, operation, sendStream } from '../api.ts'
import { gone } from '../reply/gone.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { workLines } from '../reply/progress-lines.ts'
import { problemFor } from '../reply/refuse.ts'
import { importQuery, subscriberImportQuery } from './import-query.ts'

const counts = {
  rows: z.number().int(),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  erased: z.number().int().optional().describe('People who were erased and are not made again.'),
  rejected: z.number().int(),
}

export const importResultSchema = z.object({
  id: idOf<ImportId>().nullable().describe('Of the import; null for a dry run.'),
  dryRun: z.boolean(),
  ...counts,
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
  reasons: z
    .record(z.string(), z.number().int())
    .describe(
      'How many rows were rejected for each reason, by column; of more than 100 different ones, the first.',
    ),
  columns: z
    .array(z.object({ column: z.string(), field: z.string() }))
    .readonly()
    .describe('What each column of a header was taken for.'),
  preset: z.string().nullable().describe('The product whose export it was taken for.'),
  file: z
    .object({
      format: z.string(),
      encoding: z.string().nullable(),
      delimiter: z.string().nullable(),
      entry: z.string().nullable(),
      entries: z.array(z.string()).readonly(),
    })
    .describe('What the file turned out to be.'),
  warned: z.record(z.string(), z.number()).describe('How many rows each address check warned of.'),
  warnings: z
    .array(z.object({ line: z.number().int(), check: z.string(), message: z.string() }))
    .readonly()
    .describe('The first 100.'),
  first: z
    .array(z.record(z.string(), z.unknown()))
    .readonly()
    .describe('Of a dry run: the first 10 rows as they would be stored.'),
  durationMs: z.number(),
})

export const importJobSchema = z.object({
  id: idOf<ImportId>(),
  kind: z.enum(importKinds),
  state: z.enum(importStates),
  name: z.string().nullable(),
  settings: z.unknown(),
  ...counts,
  bytes: z.number().int().describe('Of the file, behind the last batch that was committed.'),
  detail: z.string().nullable(),
  report: z.unknown().describe('What its end reported.'),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

const binary = 'application/octet-stream'
const types: { readonly [type: string]: ImportFormat | null } = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/gzip': null,
  'application/zip': null,
  [binary]: null,
}

const aboutImport =
  'The body is streamed: it may be of any size, packed as .gz or .zip, in UTF-8, UTF-16 or Windows-1252. A bad row is counted ' +
  'and told, and never ends the import; importing the same file again changes nothing. `Idempotency-Key` is not needed and not looked at. '
const aboutColumns =
  'Columns: address (or email, e-mail), name (or first_name and last_name), language (locale), time_zone, status, ' +
  'topics (`security:0.8;markets`), lists, created_at, and any other as an attribute of that name. Exports of listmonk, Mailchimp, ' +
  'Substack, Ghost, Brevo and MailerLite are known by their columns.'
const aboutItemColumns =
  'Columns: title, url, key, summary, body, image_url, author, language, topics (`security;markets`), popularity, published_at.'
const aboutSuppressions = 'An address or a domain a line, or the columns address, reason and detail.'

interface Asked extends Omit<ImportSettings, 'createLists'> {
  readonly createLists?: '1' | undefined
  readonly name?: string | undefined
  readonly dryRun?: '1' | undefined
  readonly resume?: ImportId | undefined
  readonly progress?: '1' | undefined
  readonly rejects?: '1' | undefined
}

/** Imports: bodies of any size, read as they come. */
export function importRoutes(app: Api, importer: Importer): void {
  // Of this plugin's routes only: nothing is read before the importer asks for it.
  app.addContentTypeParser(Object.keys(types), (_request, payload, done) => done(null, payload))

  const answer = async (
    kind: ImportKindName,
    request: FastifyRequest,
    reply: FastifyReply,
    query: Asked,
  ): Promise<ImportResult | undefined> => {
    const { body } = request
    if (!(body instanceof Readable))
      throw new BroadsheetError(
        'E_MEDIA_TYPE',
        'Send the file as the body, with Content-Type text/csv, application/x-ndjson or application/octet-stream.',
      )
    const { name = null, dryRun, resume, progress, rejects, createLists, ...rest } = query
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
    const settings = {
      ...rest,
      createLists: createLists === '1',
      format: query.format ?? types[type] ?? undefined,
    }
    const options = { settings, name, resume, dryRun: dryRun === '1', signal: gone(reply) }
    if (progress === undefined) return importer.run(kind, body, options)
    const lines = workLines(
      ({ report, tell }) =>
        importer.run(kind, body, {
          ...options,
          onBegin: (id) => void tell([{ type: 'import', id }]),
          onProgress: report,
          ...(rejects !== undefined && {
            onRejects: (rows, header) => tell(rows.map((row) => ({ type: 'reject', header, ...row }))),
          }),
        }),
      (error) => problemFor(error, request),
    )
    await sendStream(reply, 'application/x-ndjson; charset=utf-8', lines)
    return undefined
  }

  const route = <Q extends z.ZodObject>(
    kind: ImportKindName,
    scope: Scope,
    tag: string,
    about: string,
    query: Q,
  ) => {
    app.route({
      method: 'POST',
      url: `/${kind}/import`,
      config: { scope, idempotent: false, takesLong: true },
      schema: {
        ...operation(tag, `Import ${kind}`, aboutImport + about),
        consumes: Object.keys(types),
        body: z.unknown().meta({ type: 'string', description: 'The file.' }),
        querystring: query,
        response: { 200: importResultSchema, ...problems('write', 'E_NOT_FOUND', 'E_CONFLICT', 'E_STATE') },
      },
      handler: (request, reply) =>
        answer(
          kind,
          request as unknown as FastifyRequest,
          reply as unknown as FastifyReply,
          request.query as unknown as Asked,
        ) as never,
    })
  }
  route(
    'subscribers',
    'subscribers:write',
    'Subscribers',
    aboutColumns,
    z.strictObject(subscriberImportQuery),
  )
  route('items', 'content:write', 'Items', aboutItemColumns, z.strictObject(importQuery))
  route('suppressions', 'subscribers:write', 'Suppressions', aboutSuppressions, z.strictObject(importQuery))

  app.route({
    method: 'GET',
    url: '/imports',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation('Imports', 'List imports'),
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(importJobSchema), ...problems('read') },
    },
    handler: async (request) => toPage(await importer.page(request.query), (job) => job),
  })

  app.route({
    method: 'GET',
    url: '/imports/:id',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation('Imports', 'Read an import', 'How far it is, and what its end reported.'),
      params: idParams,
      response: { 200: importJobSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const job = await importer.get(request.params.id as ImportId)
      if (job === null) throw notFound('import', request.params.id)
      return job
    },
  })
}
