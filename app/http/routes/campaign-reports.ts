import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Campaigns } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { deliveryStates, notedStates } from '../../../engine/model/delivery.ts'
import { type Api, operation, type Parts, sendStream } from '../api.ts'
import {
  agendaSchema,
  deliverySchema,
  editionSchema,
  preflightSchema,
  progressSchema,
} from '../reply/campaign-views.ts'
import { csvLine } from '../reply/csv.ts'
import { gone } from '../reply/gone.ts'
import { idOrNameParams, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'
import { progressLines } from '../reply/progress-lines.ts'
import { problemFor } from '../reply/refuse.ts'
import { accepts } from '../request/accept.ts'
import { findCampaign } from './campaigns.ts'

type DeliveryPage = Awaited<ReturnType<Campaigns['deliveries']>>
type DeliveryRow = DeliveryPage['rows'][number]

const tag = 'Campaigns'
const ndjson = 'application/x-ndjson'
const csv = 'text/csv'
const tsv = 'text/tab-separated-values'
const exportPage = 1000
// A report of each letter would be most of the traffic.
const progressEveryMs = 200
const timeQuery = z
  .string()
  .regex(/^\d{1,16}$/, 'must be milliseconds since 1970-01-01T00:00:00Z')
  .transform(Number)
  .optional()

/** How a campaign stands, and how it would. */
export function campaignReportRoutes(app: Api, parts: Parts): void {
  const { campaigns } = parts.engine

  app.route({
    method: 'POST',
    url: '/campaigns/:idOrName/preflight',
    config: { scope: 'campaigns:read', idempotent: false, takesLong: true },
    schema: {
      ...operation(
        tag,
        'Look at a campaign before it goes',
        'Renders for the whole audience without sending, and lists every recipient whose letter would fail, and why. `lines` say ' +
          'what large providers ask of bulk mail and what is there: DNS is asked, and links of sample letters are followed. With `Accept: application/x-ndjson` it answers ' +
          '`progress` lines while it goes on, then one `result` or `problem` line.',
      ),
      params: idOrNameParams,
      response: {
        200: {
          description: 'The report.',
          content: { 'application/json': { schema: preflightSchema }, [ndjson]: { schema: z.string() } },
        },
        ...problems('write', 'E_NOT_FOUND', 'E_TEMPLATE'),
      },
    },
    handler: async (request, reply) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      const signal = gone(reply as unknown as FastifyReply)
      reply.header('vary', 'accept')
      if (accepts(request.headers.accept, [ndjson]) === null) return campaigns.preflight(id, { signal })
      const lines = progressLines(
        (report) => {
          let reportedAt = 0
          return campaigns.preflight(id, {
            signal,
            onProgress(done, audience) {
              const now = parts.clock.now()
              if (done < audience && now - reportedAt < progressEveryMs) return
              reportedAt = now
              report({ done, audience })
            },
          })
        },
        (error) => problemFor(error, request as FastifyRequest),
      )
      await sendStream(reply, `${ndjson}; charset=utf-8`, lines)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/campaigns/:idOrName/progress',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(
        tag,
        'Read the progress of a campaign',
        'Of its present run. E_NOT_FOUND before the first start.',
      ),
      params: idOrNameParams,
      response: { 200: progressSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id, name } = await findCampaign(parts, request.params.idOrName)
      const progress = await campaigns.progress(id)
      if (progress === null)
        throw new BroadsheetError(
          'E_NOT_FOUND',
          `Campaign "${name}" was never started, so it has no progress.`,
        )
      return progress
    },
  })

  app.route({
    method: 'GET',
    url: '/campaigns/:idOrName/editions',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(
        tag,
        'List the editions of a recurring campaign',
        'Newest first: each due time that was begun or skipped, and why. `GET /publications/:id` tells more of one.',
      ),
      params: idOrNameParams,
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(editionSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await findCampaign(parts, request.params.idOrName)
      return toPage(await campaigns.editions(id, request.query), (row) => row)
    },
  })

  app.route({
    method: 'GET',
    url: '/calendar',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(
        tag,
        'What will go out when',
        'The firings of scheduled and recurring campaigns, and the black-outs. Default: the next 30 days.',
      ),
      querystring: z.strictObject({
        from: timeQuery.describe('Milliseconds since 1970-01-01T00:00:00Z. Default: now.'),
        until: timeQuery.describe('At most 400 days later. Default: 30 days after `from`.'),
      }),
      response: { 200: agendaSchema, ...problems('read', 'E_INPUT') },
    },
    handler: async (request) => {
      const { from = parts.clock.now(), until = from + 30 * 86_400_000 } = request.query
      return parts.engine.agenda({ from, until })
    },
  })

  app.route({
    method: 'GET',
    url: '/campaigns/:idOrName/reasons',
    config: { scope: 'campaigns:read' },
    schema: {
      ...operation(
        tag,
        'Count why letters of a campaign failed',
        'Of its present run, all letters in that state by their code, the most frequent first, each with an answer that one of them got.',
      ),
      params: idOrNameParams,
      querystring: z.strictObject({
        state: z.enum(notedStates).default('failed'),
        limit: z.coerce.number().int().min(1).max(100).default(20).describe('Reasons at most.'),
      }),
      response: {
        200: z.object({
          data: z.array(
            z.object({
              code: z.string().nullable(),
              count: z.number().int(),
              example: z.string().nullable(),
            }),
          ),
        }),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async ({ params, query }) => {
      const { id } = await findCampaign(parts, params.idOrName)
      return { data: [...(await campaigns.reasons(id, query.state, query.limit))] }
    },
  })

  app.route({
    method: 'GET',
    url: '/campaigns/:idOrName/deliveries',
    config: { scope: 'campaigns:read' },
    exposeHeadRoute: false,
    schema: {
      ...operation(
        tag,
        'List deliveries of a campaign',
        'Of its present run. With `Accept: application/x-ndjson`, `text/csv` or `text/tab-separated-values` all of them are streamed, and ' +
          '`limit` and `after` are not looked at. No cell of the CSV starts a formula.',
      ),
      params: idOrNameParams,
      querystring: z.strictObject({ ...pageQuery, state: z.enum(deliveryStates).optional() }),
      response: {
        200: {
          description: 'A page, or all of them.',
          content: {
            'application/json': { schema: pageOf(deliverySchema) },
            [ndjson]: { schema: z.string() },
            [csv]: { schema: z.string() },
            [tsv]: { schema: z.string() },
          },
        },
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request, reply) => {
      const { id, name } = await findCampaign(parts, request.params.idOrName)
      const { limit, after, state } = request.query
      const read = (from: number, rows: number): Promise<DeliveryPage> =>
        campaigns.deliveries(id, { after: from, limit: rows, ...(state !== undefined && { state }) })
      reply.header('vary', 'accept')
      const wanted = accepts(request.headers.accept, [ndjson, csv, tsv])
      if (wanted === null) return toPage(await read(after, limit), (row) => row)
      // The first page before the status line: a refusal must still be able to say so.
      const first = await read(0, exportPage)
      const lines =
        wanted === ndjson ? jsonLines(first, read) : tableLines(first, read, wanted === tsv ? '\t' : ',')
      const ending = wanted === ndjson ? 'ndjson' : wanted === tsv ? 'tsv' : 'csv'
      reply.header('content-disposition', `attachment; filename="${name}-deliveries.${ending}"`)
      await sendStream(reply, `${wanted}; charset=utf-8`, Readable.from(lines))
      return
    },
  })
}

type ReadPage = (from: number, rows: number) => Promise<DeliveryPage>

/** Every page, one at a time: the next is read when this one is sent. */
async function* pages(first: DeliveryPage, read: ReadPage): AsyncGenerator<readonly DeliveryRow[]> {
  for (let page = first; ; page = await read(page.next, exportPage)) {
    yield page.rows
    if (page.next === null) return
  }
}

async function* jsonLines(first: DeliveryPage, read: ReadPage): AsyncGenerator<string> {
  for await (const rows of pages(first, read)) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

async function* tableLines(
  first: DeliveryPage,
  read: ReadPage,
  delimiter: ',' | '\t',
): AsyncGenerator<string> {
  const header = [
    'subscriberId',
    'address',
    'channel',
    'state',
    'attempt',
    'uncertain',
    'code',
    'detail',
    'items',
    'dueAt',
    'updatedAt',
  ]
  yield csvLine(header, delimiter)
  for await (const rows of pages(first, read))
    yield rows.map((row) => csvLine(cellsOf(row), delimiter)).join('')
}

const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

const cellsOf = (row: DeliveryRow): readonly (string | number | null)[] => [
  row.subscriberId,
  row.address,
  row.channel,
  row.state,
  row.attempt,
  row.uncertain,
  row.code,
  row.detail,
  row.picks.map((pick) => pick.url).join(' '),
  isoTime(row.dueAt),
  isoTime(row.updatedAt),
]
