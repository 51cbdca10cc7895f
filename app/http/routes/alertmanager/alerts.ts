import { z } from 'zod'
import { groupLabelsOf } from '../../../../engine/alerts/router.ts'
import type { Standing } from '../../../../engine/alerts.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Alert, Labels } from '../../../../engine/model/alert.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { alertBodyBytes } from '../alerts/alerts.ts'
import { said } from './answer.ts'
import { postedAlertSchema, reportOfPosted } from './intake.ts'
import { isSelected, type Selection, selectionSchema } from './selection.ts'
import { alertGroupSchema, type GettableAlert, gettableAlert, gettableAlertSchema } from './views.ts'

interface Found {
  readonly view: GettableAlert
  readonly standing: Standing
}

const tag = 'Alertmanager'
const pageSize = 1000

export function amAlertRoutes(app: Api, { engine: { alerts, store }, clock, alerting }: Parts): void {
  /** All open alerts that are asked for, oldest first. */
  async function select(selection: Selection): Promise<readonly Found[]> {
    const open: Alert[] = []
    for (let after = 0; ; ) {
      const page = await store.alerts.page({ after, limit: pageSize, open: true })
      open.push(...page.rows)
      if (page.next === null) break
      after = page.next
    }
    open.reverse()
    const standings = await alerts.standing(open)
    const all = standings.map((standing, index) => ({
      view: gettableAlert(open[index]!, standing),
      standing,
    }))
    return all.filter(({ view }) => isSelected(view, selection))
  }

  app.route({
    method: 'POST',
    url: '/alerts',
    bodyLimit: alertBodyBytes,
    config: { scope: 'alerts:write', intake: true, audit: false },
    schema: {
      ...operation(
        tag,
        'Report alerts, as Prometheus does',
        'Alertmanager’s `postAlerts`. Those that are valid are taken, also beside others that are not. What has the same ' +
          'labels is one alert; docs/alerts.md says how labels and annotations become severity, topic, title, text and links.',
      ),
      body: z.array(postedAlertSchema).max(10_000),
      response: { 200: z.undefined().describe('Committed.'), ...said(400, 408, 413) },
    },
    handler: async (request, reply) => {
      const now = clock.now()
      const read = request.body.map((posted) => reportOfPosted(posted, now, alerting.resolveTimeoutMs))
      const reports = read.flatMap((one) => ('ok' in one ? [one.ok] : []))
      if (reports.length > 0) await alerts.report(reports, { gathered: true })
      const refused = read.flatMap((one) => ('ok' in one ? [] : [one.error]))
      if (refused.length > 0) throw new BroadsheetError('E_INPUT', [...new Set(refused)].join('; '))
      return reply.code(200).send()
    },
  })

  app.route({
    method: 'GET',
    url: '/alerts',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List open alerts', 'Alertmanager’s `getAlerts`.'),
      querystring: selectionSchema,
      response: { 200: z.array(gettableAlertSchema), ...said(400) },
    },
    handler: async (request) => (await select(request.query)).map(({ view }) => view),
  })

  app.route({
    method: 'GET',
    url: '/alerts/groups',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'List open alerts as they are grouped', 'Alertmanager’s `getAlertGroups`.'),
      querystring: selectionSchema,
      response: { 200: z.array(alertGroupSchema), ...said(400) },
    },
    handler: async (request) => {
      const { receiver } = request.query
      const groups = new Map<
        string,
        { alerts: GettableAlert[]; labels: Labels; receiver: { name: string } }
      >()
      for (const { view, standing } of await select(request.query))
        for (const route of standing.routes) {
          if (receiver !== null && !receiver.matches(route.receiver)) continue
          const labels = groupLabelsOf(route, view.labels)
          const key = JSON.stringify([route.receiver, route.route, Object.entries(labels)])
          const group = groups.get(key)
          if (group === undefined)
            groups.set(key, { alerts: [view], labels, receiver: { name: route.receiver } })
          else group.alerts.push(view)
        }
      return [...groups.values()]
    },
  })
}
