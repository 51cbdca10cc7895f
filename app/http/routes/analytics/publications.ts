import { z } from 'zod'
import {
  type Breakdown,
  type BreakdownRow,
  breakdowns,
  type Funnel,
  type LinkClicks,
} from '../../../../engine/analytics/queries/views.ts'
import type { PublicationId } from '../../../../engine/model/ids.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import {
  breakdownRowSchema,
  experimentSchema,
  funnelSchema,
  linkClicksSchema,
} from '../../reply/analytics-views.ts'
import { idOrNameParams, idParams, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { findCampaign } from '../campaigns.ts'
import {
  type Column,
  formatQuery,
  isoTime,
  pageAt,
  readColumns,
  sendCsv,
  tableResponse,
  tallyColumns,
  wantsCsv,
} from './answer.ts'

const tag = 'Analytics'

/** What became of publications. docs/analytics.md says what each number means. */
export function publicationAnalyticsRoutes(app: Api, parts: Parts): void {
  const { analytics, store } = parts.engine

  app.route({
    method: 'GET',
    url: '/analytics/campaigns/:idOrName',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'What became of the runs of a campaign',
        'Newest first. Opens and clicks have two numbers: `people` is what people did as far as can be told, `all` is everything that ' +
          'came.',
      ),
      params: idOrNameParams,
      querystring: z.strictObject({ ...pageQuery, ...formatQuery }),
      response: { ...tableResponse(pageOf(funnelSchema), 'A page.'), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const { id, name } = await findCampaign(parts, request.params.idOrName)
      const { after, limit } = request.query
      const page = await store.publications.page({ after, limit, campaignId: id })
      const found = await analytics.funnels(page.rows.map((row) => row.id))
      const rows = found.flatMap((funnel) => funnel ?? [])
      if (!wantsCsv(request)) return toPage({ rows, next: page.next }, (row) => row)
      await sendCsv(reply, `${name}-runs`, funnelColumns, rows)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/publications/:id',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'What became of a publication'),
      params: idParams,
      querystring: z.strictObject(formatQuery),
      response: { ...tableResponse(funnelSchema, 'Its numbers.'), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request, reply) => {
      const id = request.params.id as PublicationId
      const [funnel] = await analytics.funnels([id])
      if (funnel == null) throw notFound('publication', id)
      if (!wantsCsv(request)) return funnel
      await sendCsv(reply, `publication-${id}`, funnelColumns, [funnel])
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/publications/:id/links',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'Which links were clicked',
        'All that its letters hold, the most clicked by people first.',
      ),
      params: idParams,
      querystring: z.strictObject({ ...pageQuery, ...formatQuery }),
      response: {
        ...tableResponse(pageOf(linkClicksSchema), 'A page; as CSV all.'),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request, reply) => {
      const id = request.params.id as PublicationId
      const links = await analytics.clickMap(id)
      if (links === null) throw notFound('publication', id)
      if (!wantsCsv(request)) return toPage(pageAt(links, request.query), (row) => row)
      await sendCsv(reply, `publication-${id}-links`, linkColumns, links)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/publications/:id/by/:dimension',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'Break the numbers of a publication down',
        'Most letters first, at most 1,000 values. Of topics only clicks are known. `experiment` is there for `variant`.',
      ),
      params: idParams.extend({ dimension: z.enum(breakdowns as [Breakdown, ...Breakdown[]]) }),
      querystring: z.strictObject({ ...pageQuery, ...formatQuery }),
      response: {
        ...tableResponse(
          pageOf(breakdownRowSchema).extend({ experiment: experimentSchema.nullable() }),
          'A page; as CSV all.',
        ),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request, reply) => {
      const id = request.params.id as PublicationId
      const { dimension } = request.params
      const found = await analytics.breakdown(id, dimension)
      if (found === null) throw notFound('publication', id)
      const { rows, experiment } = found
      if (!wantsCsv(request)) return { ...toPage(pageAt(rows, request.query), (row) => row), experiment }
      await sendCsv(
        reply,
        `publication-${id}-by-${dimension}`,
        [[dimension, ({ value }) => value], ...outcomeColumns],
        rows,
      )
      return
    },
  })
}

const funnelColumns: readonly Column<Funnel>[] = [
  ['publication', ({ publicationId }) => publicationId],
  ['state', ({ state }) => state],
  ['started', ({ startedAt }) => isoTime(startedAt)],
  ['finished', ({ finishedAt }) => isoTime(finishedAt)],
  ['audience', ({ deliveries }) => deliveries.audience],
  ['sent', ({ deliveries }) => deliveries.sent],
  ['failed', ({ deliveries }) => deliveries.failed],
  ['unknown', ({ deliveries }) => deliveries.unknown],
  ['skipped', ({ deliveries }) => deliveries.skipped],
  ['suppressed', ({ deliveries }) => deliveries.suppressed],
  ...readColumns<Funnel>('opened', ({ opened }) => opened),
  ...readColumns<Funnel>('clicked', ({ clicked }) => clicked),
  ...tallyColumns<Funnel>('bounced', ({ bounced }) => bounced),
  ...tallyColumns<Funnel>('complained', ({ complained }) => complained),
  ...tallyColumns<Funnel>('unsubscribed', ({ unsubscribed }) => unsubscribed),
]

const linkColumns: readonly Column<LinkClicks>[] = [
  ['link', ({ index }) => index],
  ['url', ({ url }) => url],
  ['item', ({ item }) => item?.title ?? null],
  ['topics', ({ item }) => item?.topics.join(' ') ?? null],
  ...readColumns<LinkClicks>('clicked', ({ clicked }) => clicked),
]

const outcomeColumns: readonly Column<BreakdownRow>[] = [
  ['sent', ({ sent }) => sent],
  ['failed', ({ failed }) => failed],
  ...readColumns<BreakdownRow>('opened', ({ opened }) => opened),
  ...readColumns<BreakdownRow>('clicked', ({ clicked }) => clicked),
  ...tallyColumns<BreakdownRow>('bounced', ({ bounced }) => bounced),
  ...tallyColumns<BreakdownRow>('complained', ({ complained }) => complained),
  ...tallyColumns<BreakdownRow>('unsubscribed', ({ unsubscribed }) => unsubscribed),
]
