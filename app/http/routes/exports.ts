import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import {
  type ExportFormat,
  exportFormats,
  exportItems,
  exportSubscribers,
  exportSuppressions,
} from '../../../engine/audience/export.ts'
import { listIds } from '../../../engine/audience/list-ids.ts'
import { segmentRule } from '../../../engine/audience/segment/audience.ts'
import { exportImpressions } from '../../../engine/learning/export.ts'
import { subscriberStatuses } from '../../../engine/model/subscriber.ts'
import { slugSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts, sendStream } from '../api.ts'
import { problems } from '../reply/problem.ts'

const types: { readonly [format in ExportFormat]: string } = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
}
const query = {
  format: z.enum(exportFormats).default('ndjson'),
  gzip: z.literal('1').optional().describe('Answer a .gz file.'),
}
const about =
  'Streamed, in the form that the import reads back as it was. No cell of CSV or TSV starts a formula: such a cell has ' +
  "a leading `'`, which the import takes away."
const response = {
  200: {
    description: 'The file.',
    content: Object.fromEntries(
      [...Object.values(types), 'application/gzip'].map((type) => [type, { schema: z.string() }]),
    ),
  },
}

/** Everything as files. */
export function exportRoutes(app: Api, { engine: { store }, clock }: Parts): void {
  const send = async (
    reply: unknown,
    name: string,
    { format, gzip }: { readonly format: ExportFormat; readonly gzip?: '1' | undefined },
    text: AsyncGenerator<string>,
  ): Promise<void> => {
    const bytes = Readable.from(buffers(text), { objectMode: false })
    const file = `${name}.${format}${gzip === undefined ? '' : '.gz'}`
    ;(reply as { header(name: string, value: string): void }).header(
      'content-disposition',
      `attachment; filename="${file}"`,
    )
    if (gzip === undefined) await sendStream(reply, `${types[format]}; charset=utf-8`, bytes)
    else {
      const packed = createGzip()
      bytes.once('error', (error) => packed.destroy(error))
      await sendStream(reply, 'application/gzip', bytes.pipe(packed))
    }
  }

  app.route({
    method: 'GET',
    url: '/subscribers/export',
    config: { scope: 'subscribers:read', takesLong: true, priority: 'reports' },
    exposeHeadRoute: false,
    schema: {
      ...operation('Subscribers', 'Export subscribers', about),
      querystring: z.strictObject({
        ...query,
        status: z.enum(subscriberStatuses).optional(),
        list: slugSchema.optional().describe('Active members of the list of this name.'),
        segment: slugSchema.optional().describe('Only who fits the segment of this name.'),
      }),
      response: { ...response, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { list, segment, status, ...rest } = request.query
      const [id] = await listIds(store, list === undefined ? [] : [list])
      await send(
        reply,
        'subscribers',
        rest,
        exportSubscribers(store, {
          format: rest.format,
          status,
          list: id,
          segment: segment === undefined ? undefined : await segmentRule(store, segment, clock.now()),
        }),
      )
      return
    },
  })
  app.route({
    method: 'GET',
    url: '/items/export',
    config: { scope: 'content:read', takesLong: true, priority: 'reports' },
    exposeHeadRoute: false,
    schema: {
      ...operation('Items', 'Export items', about),
      querystring: z.strictObject(query),
      response: { ...response, ...problems('read') },
    },
    handler: async (request, reply) => {
      await send(reply, 'items', request.query, exportItems(store, request.query.format))
      return
    },
  })
  app.route({
    method: 'GET',
    url: '/suppressions/export',
    config: { scope: 'subscribers:read', takesLong: true, priority: 'reports' },
    exposeHeadRoute: false,
    schema: {
      ...operation('Suppressions', 'Export suppressions', about),
      querystring: z.strictObject(query),
      response: { ...response, ...problems('read') },
    },
    handler: async (request, reply) => {
      await send(reply, 'suppressions', request.query, exportSuppressions(store, request.query.format))
      return
    },
  })
  app.route({
    method: 'GET',
    url: '/impressions/export',
    config: { scope: 'analytics:read', takesLong: true, priority: 'reports' },
    exposeHeadRoute: false,
    schema: {
      ...operation(
        'Ranking',
        'Export what people saw and clicked',
        'NDJSON, as `broadsheet rank replay` reads it; docs/personalisation.md describes it. Readers are told by their number. ' +
          'Nothing is told of those who allow no tracking.',
      ),
      querystring: z.strictObject({ format: z.literal('ndjson').default('ndjson'), gzip: query.gzip }),
      response: { ...response, ...problems('read') },
    },
    handler: async (request, reply) => {
      await send(reply, 'impressions', request.query, exportImpressions(store))
      return
    },
  })
}

async function* buffers(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of text) if (piece !== '') yield Buffer.from(piece)
}
