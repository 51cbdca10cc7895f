import { Readable } from 'node:stream'
import { z } from 'zod'
import { type AuditEntry, auditOutcomes, callerKinds } from '../../../../engine/model/audit.ts'
import type { AuditId, Page } from '../../../../engine/model/ids.ts'
import type { AuditQuery } from '../../../../engine/ports/access.ts'
import { type Api, operation, type Parts, sendStream } from '../../api.ts'
import { csvLine } from '../../reply/csv.ts'
import { idOf, timeOf } from '../../reply/kept.ts'
import { pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { accepts } from '../../request/accept.ts'

const csv = 'text/csv'
const exportPage = 1000

export const auditEntrySchema = z.object({
  id: idOf<AuditId>(),
  at: timeOf(),
  caller: z
    .object({ kind: z.enum(callerKinds), id: z.string(), name: z.string() })
    .describe('Who; the name as it was then. `nobody`: a sign-in that failed.'),
  action: z.string().describe('The id of the operation, such as `campaign.start`.'),
  subject: z.string().nullable().describe('What it was done to, such as `campaign/12`.'),
  outcome: z
    .enum(auditOutcomes)
    .describe(
      'refused: the caller may not, or it was not possible. failed: lost infrastructure, or a defect.',
    ),
  requestId: z.string().nullable(),
  address: z.string().nullable().describe('The network address it came from.'),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

const timeText = z
  .string()
  .regex(/^\d{1,15}$/, 'must be milliseconds since 1970-01-01T00:00:00Z')
  .transform(Number)
  .optional()
const word = z.string().min(1).max(200)

const querySchema = z.strictObject({
  ...pageQuery,
  from: timeText.describe('Milliseconds since 1970-01-01T00:00:00Z.'),
  until: timeText.describe('Before that time.'),
  caller: z
    .string()
    .regex(
      new RegExp(`^(${callerKinds.join('|')})(/[\\w-]{1,40})?$`),
      'must be a kind of caller such as "user", or "user/3"',
    )
    .optional()
    .describe('A kind of caller, or one of them: `user`, `user/3`, `key/12`.'),
  action: word.optional().describe('`campaign.start`; `campaign` is everything done to campaigns.'),
  subject: word.optional().describe('`campaign/12`.'),
})

export function auditRoutes(app: Api, { engine: { store }, access }: Parts): void {
  app.route({
    method: 'GET',
    url: '/audit',
    config: { scope: 'access:write' },
    exposeHeadRoute: false,
    schema: {
      ...operation(
        'Access',
        'Read the audit log',
        'Who changed what, newest first. With `Accept: text/csv` all of it is streamed, and `limit` and `after` are not looked at. No cell ' +
          'of the CSV starts a formula.',
      ),
      querystring: querySchema,
      response: {
        200: {
          description: 'A page, or all of it.',
          content: {
            'application/json': { schema: pageOf(auditEntrySchema) },
            [csv]: { schema: z.string() },
          },
        },
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const { limit, after, caller, ...rest } = request.query
      const [kind, id] = caller?.split('/') ?? []
      const query = {
        ...rest,
        ...(kind !== undefined && { caller: { kind: kind as AuditEntry['caller']['kind'], id } }),
      }
      const read = (before: number | null, rows: number): Promise<Page<AuditEntry>> =>
        store.audit.page({ ...query, before, limit: rows } satisfies AuditQuery)
      // What was done a moment ago is to be found.
      await access.audit.flush()
      reply.header('vary', 'accept')
      if (accepts(request.headers.accept, [csv]) === null)
        return toPage(await read(after === 0 ? null : after, limit), (row) => row)
      const first = await read(null, exportPage)
      reply.header('content-disposition', 'attachment; filename="audit.csv"')
      await sendStream(reply, `${csv}; charset=utf-8`, Readable.from(lines(first, read)))
      return
    },
  })
}

async function* lines(
  first: Page<AuditEntry>,
  read: (before: number, rows: number) => Promise<Page<AuditEntry>>,
): AsyncGenerator<string> {
  yield csvLine([
    'id',
    'at',
    'caller',
    'callerName',
    'action',
    'subject',
    'outcome',
    'requestId',
    'address',
    'detail',
  ])
  for (let page = first; ; page = await read(page.next, exportPage)) {
    yield page.rows.map((row) => csvLine(cellsOf(row))).join('')
    if (page.next === null) return
  }
}

const cellsOf = ({ id, at, caller, action, subject, outcome, requestId, address, detail }: AuditEntry) => [
  id,
  new Date(at).toISOString(),
  caller.id === '' ? caller.kind : `${caller.kind}/${caller.id}`,
  caller.name,
  action,
  subject,
  outcome,
  requestId,
  address,
  JSON.stringify(detail),
]
