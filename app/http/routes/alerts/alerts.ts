import { z } from 'zod'
import { type Alert, alertStates, severities } from '../../../../engine/model/alert.ts'
import { alertInputSchema, readPlainInput, reportOf } from '../../../../engine/model/alert-input.ts'
import type { AlertId, SilenceId } from '../../../../engine/model/ids.ts'
import { slugSchema, textSchema } from '../../../../engine/model/values.ts'
import type { AcceptedReport } from '../../../../engine/ports/alerts.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import {
  alertSchema,
  heldSchema,
  notificationSchema,
  postingCountsSchema,
  routeSchema,
  ruleBookSchema,
} from '../../reply/alert-views.ts'
import { idOf } from '../../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../../reply/page.ts'
import { problems } from '../../reply/problem.ts'
import { callerName } from '../../request/caller-name.ts'
import { definedOf } from '../../request/defined.ts'
import { optionalBody } from '../../request/optional-body.ts'
import { validatorCompiler } from '../../request/validate.ts'
import { viewOf } from './notifications.ts'

const tag = 'Alerts'
// A thousand with their labels and a paragraph each.
export const alertBodyBytes = 8_388_608
const toldShown = 20

const heardSchema = z.object({
  id: idOf<AlertId>().nullable().describe('Null where it was ignored.'),
  key: z.string(),
  heard: z
    .enum(['opened', 'reopened', 'changed', 'repeated', 'resolved', 'ignored'])
    .describe('What the report made of it. `ignored`: the end of something that is not open.'),
  state: z.enum(alertStates).nullable(),
})

const wordShape = {
  by: textSchema.trim().min(1).max(200).optional().describe('Default: the name of the API key.'),
  comment: textSchema.trim().max(2000).default(''),
}

/** `label` of a query: `name=value`, once or several times. */
const labelsQuery = z
  .union([z.string(), z.array(z.string()).max(64)])
  .default([])
  .transform((given, context) => {
    const pairs: [string, string][] = []
    for (const text of [given].flat()) {
      const at = text.indexOf('=')
      if (at > 0) pairs.push([text.slice(0, at), text.slice(at + 1)])
      else context.addIssue({ code: 'custom', message: `"${text.slice(0, 80)}" must be NAME=VALUE` })
    }
    return new Map(pairs)
  })

/** Alerts as documents, and what people do about them. */
export function alertRoutes(app: Api, parts: Parts): void {
  const { engine, clock, alerting } = parts
  const { alerts, store } = engine

  app.route({
    method: 'POST',
    url: '/alerts',
    bodyLimit: alertBodyBytes,
    config: { scope: 'alerts:write', intake: true, audit: false },
    schema: {
      ...operation(
        tag,
        'Report alerts',
        'One, or up to 1,000: that something holds, or, with `status: resolved`, that it is over. They are committed when ' +
          'the answer comes, and told from then on. What has the same `key` is one alert: repeating a report is safe.',
      ),
      body: z.union([alertInputSchema, z.array(alertInputSchema).min(1).max(1000)]),
      response: {
        202: z.object({ alerts: z.array(heardSchema).describe('In the order of the reports.') }),
        ...problems('write'),
      },
    },
    validatorCompiler: (part) => {
      const validate = validatorCompiler(part as never)
      return (value: unknown) => {
        const plain = readPlainInput(value)
        return plain === null ? validate(value) : { value: plain }
      }
    },
    // What it is made of is typed: to be looked at again would cost more than to be written.
    serializerCompiler: () => JSON.stringify,
    handler: async (request, reply) => {
      const now = clock.now()
      const inputs = Array.isArray(request.body) ? request.body : [request.body]
      const reports = inputs.map((input) => reportOf(input, now, alerting.ttlMs))
      const accepted = await alerts.report(reports, { gathered: true })
      return reply.code(202).send({ alerts: accepted.map((one, index) => heardOf(one, reports[index]!.key)) })
    },
  })

  app.route({
    method: 'GET',
    url: '/alerts',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List alerts', 'Newest first.'),
      querystring: z.strictObject({
        ...pageQuery,
        open: z
          .enum(['true', 'false'])
          .transform((text) => text === 'true')
          .optional()
          .describe('firing, acknowledged or escalated; `false`: resolved or expired.'),
        state: z.enum(alertStates).optional(),
        severity: z.enum(severities).optional(),
        topic: slugSchema.optional(),
        key: z.string().min(1).max(200).optional(),
        text: textSchema
          .trim()
          .min(1)
          .max(200)
          .optional()
          .describe(
            'Words that are each part of the title, the key, the topic, the text or a label as `NAME=VALUE`.',
          ),
      }),
      response: { 200: pageOf(alertSchema), ...problems('read') },
    },
    handler: async (request) => {
      const { text, ...query } = request.query
      const words = text?.split(/\s+/)
      return toPage(await store.alerts.page(definedOf({ ...query, words })), (row) => row)
    },
  })

  app.route({
    method: 'GET',
    url: '/alerts/routes',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(
        tag,
        'Preview where an alert would go',
        'By the rules, time intervals and silences as they are now. Nothing is told.',
      ),
      querystring: z.strictObject({
        label: labelsQuery.describe('`name=value`; repeat it for each label.').meta({ type: 'array' }),
      }),
      response: {
        200: z.object({
          routes: z.array(routeSchema).readonly(),
          silencedBy: z.array(idOf<SilenceId>()).readonly(),
          inhibitedBy: z
            .array(z.object({ id: idOf<AlertId>(), title: z.string() }))
            .readonly()
            .describe('Open alerts that would hold it back.'),
        }),
        ...problems('read'),
      },
    },
    handler: async (request) => {
      const { inhibitedBy, ...preview } = await alerts.preview(Object.fromEntries(request.query.label))
      return { ...preview, inhibitedBy: inhibitedBy.map(({ id, title }) => ({ id, title })) }
    },
  })

  app.route({
    method: 'GET',
    url: '/alerts/rules',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(
        tag,
        'Read the rules',
        'The tree, receivers, inhibitions and time intervals, as they are configured.',
      ),
      response: { 200: ruleBookSchema, ...problems('read') },
    },
    handler: async () => alerts.rules(),
  })

  app.route({
    method: 'GET',
    url: '/alerts/held',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(
        tag,
        'List open alerts that are not told',
        'A silence or another alert holds them back. Newest first.',
      ),
      response: { 200: z.object({ data: z.array(heldSchema).readonly() }), ...problems('read') },
    },
    handler: async () => ({ data: await alerts.held() }),
  })

  app.route({
    method: 'GET',
    url: '/alerts/:id',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'Read an alert', `With the newest ${toldShown} notifications that told of it.`),
      params: idParams,
      response: {
        200: alertSchema.extend({
          notifications: z.array(notificationSchema.extend({ counts: postingCountsSchema })),
        }),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const id = request.params.id as AlertId
      const [found] = await store.alerts.get([id])
      if (found === undefined) throw notFound('alert', id)
      const { rows } = await store.notifications.page({ after: 0, limit: toldShown, alertId: id })
      const notifications = await Promise.all(
        rows.map(async (row) => ({ ...viewOf(row), counts: await alerts.counts(row.id) })),
      )
      return { ...found, notifications }
    },
  })

  app.route({
    method: 'POST',
    url: '/alerts/:id/acknowledge',
    config: { scope: 'alerts:write' },
    schema: {
      ...operation(
        tag,
        'Acknowledge an alert',
        'Somebody takes care of it: it is not repeated and not escalated until it is over. Again: somebody else does.',
      ),
      params: idParams,
      body: optionalBody(wordShape),
      response: { 200: alertSchema, ...problems('write', 'E_NOT_FOUND', 'E_STATE', 'E_CONFLICT') },
    },
    handler: async (request) => {
      const { by, comment = '' } = request.body ?? {}
      return alerts.acknowledge(request.params.id as AlertId, {
        by: by ?? (await callerName(request, parts)),
        comment,
      })
    },
  })

  const command = (
    verb: string,
    summary: string,
    description: string,
    run: (id: AlertId) => Promise<Alert>,
  ): void => {
    app.route({
      method: 'POST',
      url: `/alerts/:id/${verb}`,
      config: { scope: 'alerts:write' },
      schema: {
        ...operation(tag, summary, description),
        params: idParams,
        body: optionalBody({}),
        response: { 200: alertSchema, ...problems('write', 'E_NOT_FOUND', 'E_STATE', 'E_CONFLICT') },
      },
      handler: async (request) => run(request.params.id as AlertId),
    })
  }
  command('release', 'Take an acknowledgement back', 'It is repeated and escalated again.', (id) =>
    alerts.release(id),
  )
  command('resolve', 'End an alert by hand', 'If its source speaks of it again, it is open again.', (id) =>
    alerts.resolve(id),
  )
}

const heardOf = ({ hearing, alert }: AcceptedReport, key: string) => ({
  id: alert?.id ?? null,
  key,
  heard: hearing,
  state: alert?.state ?? null,
})
