import { z } from 'zod'
import type { DomainRow, TopicTrend } from '../../../../engine/analytics/queries/account.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { bounceClasses, monthOf } from '../../../../engine/model/rollup.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import {
  alertDelaySchema,
  cohortSchema,
  domainRowSchema,
  eventCountsSchema,
  scoreBandSchema,
  topicTrendSchema,
} from '../../reply/analytics-views.ts'
import { timeOf } from '../../reply/kept.ts'
import { pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { ok, problems } from '../../reply/problem.ts'
import { type Column, formatQuery, pageAt, sendCsv, tableResponse, wantsCsv } from './answer.ts'
import { rangeOf, rangeQuery } from './range.ts'

const tag = 'Analytics'
const maxCohortMonths = 36
const monthQuery = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, e.g. 2026-11')
  .transform((text) => Number(text.replace('-', '')))
  .optional()

const days = 'In whole days of UTC.'

/** Numbers of all publications together. */
export function accountAnalyticsRoutes(app: Api, { engine: { analytics }, clock }: Parts): void {
  const dayRange = (query: { from?: string | undefined; to?: string | undefined }) =>
    rangeOf(query, 'UTC', { now: clock.now() })

  app.route({
    method: 'GET',
    url: '/analytics/totals',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(tag, 'What happened in a range', days),
      querystring: z.strictObject(rangeQuery),
      response: {
        200: ok(z.object({ from: timeOf(), to: timeOf(), totals: eventCountsSchema }), 'Events.'),
        ...problems('read'),
      },
    },
    handler: async (request) => {
      const range = dayRange(request.query)
      return { ...range, totals: await analytics.totals(range) }
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/topics',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'Which topics are clicked, and how that changes',
        `Against the range of the same length before. ${days} At most 250 topics.`,
      ),
      querystring: z.strictObject({ ...rangeQuery, ...pageQuery, ...formatQuery }),
      response: { ...tableResponse(pageOf(topicTrendSchema), 'A page; as CSV all.'), ...problems('read') },
    },
    handler: async (request, reply) => {
      const rows = await analytics.topics(dayRange(request.query))
      if (!wantsCsv(request)) return toPage(pageAt(rows, request.query), (row) => row)
      await sendCsv(reply, 'topics', topicColumns, rows)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/domains',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'How receiving domains treat letters',
        `The 250 to which most was sent, the most first; \`total\` is of all domains. ${days}`,
      ),
      querystring: z.strictObject({ ...rangeQuery, ...pageQuery, ...formatQuery }),
      response: {
        ...tableResponse(pageOf(domainRowSchema).extend({ total: eventCountsSchema }), 'A page; as CSV all.'),
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const { rows, total } = await analytics.domains(dayRange(request.query))
      if (!wantsCsv(request)) return { ...toPage(pageAt(rows, request.query), (row) => row), total }
      await sendCsv(reply, 'domains', domainColumns, rows)
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/engagement',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'How engaged subscribers are',
        'Active subscribers by their score: a click of a person counts 4, an open 1, each half as much after 30 days.',
      ),
      querystring: z.strictObject(formatQuery),
      response: {
        ...tableResponse(z.object({ data: z.array(scoreBandSchema).readonly() }), 'Lowest first.'),
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const data = await analytics.engagement()
      if (!wantsCsv(request)) return { data }
      await sendCsv(
        reply,
        'engagement',
        [
          ['score from', ({ from }) => from],
          ['score to', ({ to }) => to],
          ['people', ({ people }) => people],
        ],
        data,
      )
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/alerts',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'How long alerts took',
        `Of those that came in within the range; looked at once an hour. Percentiles are up to a fifth too high. ${days}`,
      ),
      querystring: z.strictObject({ ...rangeQuery, ...formatQuery }),
      response: {
        ...tableResponse(
          z.object({ data: z.array(alertDelaySchema).readonly() }),
          'All together, then by severity.',
        ),
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const data = await analytics.alertDelays(dayRange(request.query))
      if (!wantsCsv(request)) return { data }
      await sendCsv(
        reply,
        'alert-times',
        [
          ['severity', ({ severity }) => severity ?? 'all'],
          ['timing', ({ timing }) => timing],
          ['alerts', ({ alerts }) => alerts],
          ['p50 ms', ({ p50Ms }) => p50Ms],
          ['p95 ms', ({ p95Ms }) => p95Ms],
          ['p99 ms', ({ p99Ms }) => p99Ms],
        ],
        data,
      )
      return
    },
  })

  app.route({
    method: 'GET',
    url: '/analytics/cohorts',
    config: { scope: 'analytics:read' },
    schema: {
      ...operation(
        tag,
        'Who still reads, by when they joined',
        'Months of UTC. Reads are opens and clicks of class human. Default: those who joined in the last twelve months.',
      ),
      querystring: z.strictObject({ from: monthQuery, to: monthQuery, ...formatQuery }),
      response: {
        ...tableResponse(z.object({ data: z.array(cohortSchema).readonly() }), 'Oldest first.'),
        ...problems('read'),
      },
    },
    handler: async (request, reply) => {
      const to = request.query.to ?? monthOf(clock.now())
      const from = request.query.from ?? monthsBefore(to, 11)
      if (from > to || from < monthsBefore(to, maxCohortMonths - 1))
        throw new BroadsheetError('E_INPUT', 'The range is not one that can be shown.', {
          issues: [
            { path: 'query.from', message: `must be at most ${maxCohortMonths} months before \`to\`` },
          ],
        })
      const data = await analytics.cohorts({ from, to })
      if (!wantsCsv(request)) return { data }
      await sendCsv(
        reply,
        'cohorts',
        [
          ['joined', ({ joined }) => joined],
          ['month', ({ month }) => month],
          ['age', ({ age }) => age],
          ['people', ({ people }) => people],
          ['of', ({ of }) => of],
          ['share', ({ share }) => share?.value ?? null],
        ],
        data.flatMap(({ joined, people: of, months }) => months.map((month) => ({ joined, of, ...month }))),
      )
      return
    },
  })
}

function monthsBefore(month: number, n: number): number {
  const index = Math.floor(month / 100) * 12 + (month % 100) - 1 - n
  return Math.floor(index / 12) * 100 + (index % 12) + 1
}

const topicColumns: readonly Column<TopicTrend>[] = [
  ['topic', ({ topic }) => topic],
  ['clicks people', ({ clicks }) => clicks.people],
  ['clicks all', ({ clicks }) => clicks.all],
  ['before', ({ before }) => before],
  ['change', ({ change }) => change],
  ['share', ({ share }) => share?.value ?? null],
  ['share low', ({ share }) => share?.low ?? null],
  ['share high', ({ share }) => share?.high ?? null],
  ['share before', ({ shareBefore }) => shareBefore?.value ?? null],
  ['significant', ({ significant }) => (significant ? 'yes' : 'no')],
]

const domainColumns: readonly Column<DomainRow>[] = [
  ['domain', ({ domain }) => domain],
  ['sent', ({ sent }) => sent],
  ['failed', ({ failed }) => failed],
  ['failed share', ({ failedShare }) => failedShare?.value ?? null],
  ['bounced', ({ bounced }) => bounced.events],
  ...[...bounceClasses, 'other' as const].map(
    (bounce): Column<DomainRow> => [`bounced ${bounce}`, ({ bounced }) => bounced.classes[bounce]],
  ),
  ['bounced share', ({ bounced }) => bounced.share?.value ?? null],
  ['complained', ({ complained }) => complained.events],
  ['complained share', ({ complained }) => complained.share?.value ?? null],
  ['unsubscribed', ({ unsubscribed }) => unsubscribed],
  ['opens a letter people', ({ opensPerLetter }) => opensPerLetter?.people ?? null],
  ['opens a letter all', ({ opensPerLetter }) => opensPerLetter?.all ?? null],
]
