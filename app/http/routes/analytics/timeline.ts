import { z } from 'zod'
import type { TimelineRow } from '../../../../engine/analytics/queries/numbers.ts'
import { units } from '../../../../engine/analytics/queries/spans.ts'
import { listIds } from '../../../../engine/audience/list-ids.ts'
import type { PublicationId } from '../../../../engine/model/ids.ts'
import { slugSchema } from '../../../../engine/model/values.ts'
import { wallText } from '../../../../engine/model/wall-clock.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { audienceSpanSchema, timelineRowSchema } from '../../reply/analytics-views.ts'
import { idParams, notFound } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { type Column, formatQuery, isoTime, sendCsv, tableResponse, wantsCsv } from './answer.ts'
import { rangeOf, rangeQuery, unitOf, unitQuery, zoneQuery } from './range.ts'

const tag = 'Analytics'
const weekMs = 7 * 86_400_000

const query = z.strictObject({ ...rangeQuery, ...unitQuery, ...zoneQuery, ...formatQuery })
const timelineSchema = z.object({
  unit: z.enum(units),
  timeZone: z.string(),
  data: z.array(timelineRowSchema).readonly(),
})
const audienceSchema = timelineSchema.extend({ data: z.array(audienceSpanSchema).readonly() })
const about =
  "Events by hour, day, week (from Monday) or month of a time zone's clocks: whole ones, so that the first may begin before `from`. " +
  'At most 1,000 rows.'

/** What happened when. */
export function timelineRoutes(app: Api, parts: Parts): void {
  const { analytics } = parts.engine

  app.route({
    method: 'GET',
    url: '/analytics/publications/:id/timeline',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'What happened when, of a publication', `${about} Default: the first week.`),
      params: idParams,
      querystring: query,
      response: { ...tableResponse(timelineSchema, 'Oldest first.'), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const id = request.params.id as PublicationId
      const [funnel] = await analytics.funnels([id])
      if (funnel == null) throw notFound('publication', id)
      const now = Math.min(parts.clock.now(), funnel.startedAt + weekMs)
      const answer = await timeline(request.query, id, { now, from: funnel.startedAt })
      if (!wantsCsv(request)) return answer
      await sendCsv(reply, `publication-${id}-timeline`, columns, answer.data)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/timeline',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'What happened when', `${about} Default: the last 30 days.`),
      querystring: query,
      response: { ...tableResponse(timelineSchema, 'Oldest first.'), ...problems('read') },
    },
    handler: async (request, reply) => {
      const answer = await timeline(request.query, null, { now: parts.clock.now() })
      if (!wantsCsv(request)) return answer
      await sendCsv(reply, 'timeline', columns, answer.data)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/audience',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'How the audience grows and shrinks',
        'By day, week or month of a time zone, or by hour; looked at once an hour. With `list` only how many are active on it. Default: the last 30 days.',
      ),
      querystring: query.extend({ list: slugSchema.optional().describe('Name of a list.') }),
      response: { ...tableResponse(audienceSchema, 'Oldest first.'), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { unit: asked, timeZone, list, ...range } = request.query
      const [listId = null] = await listIds(parts.engine.store, list === undefined ? [] : [list])
      const { from, to } = rangeOf(range, timeZone, { now: parts.clock.now() })
      const unit = asked ?? unitOf({ from, to })
      const spans = await analytics.audience({ from, to, unit, timeZone, listId })
      const data = spans.map(({ wall, ...span }) => ({ ...span, local: wallText(wall) }))
      if (!wantsCsv(request)) return { unit, timeZone, data }
      await sendCsv(
        reply,
        'audience',
        [
          ['from', ({ from }) => isoTime(from)],
          ['local', ({ local }) => local],
          ['joined', ({ joined }) => joined],
          ['left', ({ left }) => left],
          ...(['paused', 'unsubscribed', 'bounced', 'complained', 'erased'] as const).map(
            (status): Column<(typeof data)[number]> => [
              `left ${status}`,
              ({ leftAs }) => leftAs[status] ?? 0,
            ],
          ),
          ['active', ({ active }) => active],
        ],
        data,
      )
      return
    },
  })

  async function timeline(
    { unit: asked, timeZone, ...range }: z.infer<typeof query>,
    publicationId: PublicationId | null,
    defaults: { readonly now: number; readonly from?: number },
  ) {
    const { from, to } = rangeOf(range, timeZone, defaults)
    const unit = asked ?? unitOf({ from, to })
    const rows = await analytics.timeline({ publicationId, from, to, unit, timeZone })
    return { unit, timeZone, data: rows.map(({ wall, ...row }) => ({ ...row, local: wallText(wall) })) }
  }
}

type Row = Omit<TimelineRow, 'wall'> & { readonly local: string }

const columns: readonly Column<Row>[] = [
  ['from', ({ from }) => isoTime(from)],
  ['local', ({ local }) => local],
  ['sent', ({ sent }) => sent],
  ['failed', ({ failed }) => failed],
  ['opened people', ({ opened }) => opened.people],
  ['opened all', ({ opened }) => opened.all],
  ['clicked people', ({ clicked }) => clicked.people],
  ['clicked all', ({ clicked }) => clicked.all],
  ['bounced', ({ bounced }) => bounced],
  ['complained', ({ complained }) => complained],
  ['unsubscribed', ({ unsubscribed }) => unsubscribed],
]
