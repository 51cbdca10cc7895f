import { z } from 'zod'
import type { Standing } from '../../../../engine/alerts.ts'
import type { Alert } from '../../../../engine/model/alert.ts'
import type { EpochMs } from '../../../../engine/model/ids.ts'
import type { Silence } from '../../../../engine/model/silence.ts'
import { silenceStateOf } from '../alerts/silences.ts'
import { sourceTitle } from './intake.ts'
import { uuidOf } from './silence-id.ts'

const texts = z.record(z.string(), z.string()).readonly()
const dateTime = () => z.string().meta({ format: 'date-time' })
export const receiverSchema = z.object({ name: z.string() })

/** The definitions of Alertmanager's api/v2/openapi.yaml, by their names there. */
export const gettableAlertSchema = z.object({
  annotations: texts,
  endsAt: dateTime(),
  fingerprint: z.string(),
  receivers: z.array(receiverSchema),
  startsAt: dateTime(),
  status: z.object({
    inhibitedBy: z.array(z.string()),
    silencedBy: z.array(z.string()),
    state: z.enum(['unprocessed', 'active', 'suppressed']),
  }),
  updatedAt: dateTime(),
  generatorURL: z.string().optional(),
  labels: texts,
})
export type GettableAlert = z.infer<typeof gettableAlertSchema>

export const alertGroupSchema = z.object({
  alerts: z.array(gettableAlertSchema),
  labels: texts,
  receiver: receiverSchema,
})

export const amMatcherSchema = z.object({
  isEqual: z.boolean(),
  isRegex: z.boolean(),
  name: z.string(),
  value: z.string(),
})

export const gettableSilenceSchema = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
  updatedAt: dateTime(),
  comment: z.string(),
  createdBy: z.string(),
  endsAt: dateTime(),
  matchers: z.array(amMatcherSchema),
  startsAt: dateTime(),
})
export type GettableSilence = z.infer<typeof gettableSilenceSchema>

const iso = (at: EpochMs): string => new Date(at).toISOString()

/** An open alert. Its title and text stand among the annotations where no others have their names; labels are those that
 *  rules and silences see, so that a silence made from them fits. */
export function gettableAlert(
  alert: Alert,
  { labels, routes, silencedBy, inhibitedBy }: Standing,
): GettableAlert {
  const source = alert.links.find(({ title }) => title === sourceTitle)
  return {
    annotations: {
      ...(alert.title !== '' && { summary: alert.title }),
      ...(alert.text !== '' && { description: alert.text }),
      ...alert.annotations,
    },
    endsAt: iso(alert.endsAt),
    fingerprint: alert.key,
    receivers: [...new Set(routes.map(({ receiver }) => receiver))].map((name) => ({ name })),
    startsAt: iso(alert.startsAt),
    status: {
      inhibitedBy: inhibitedBy.map(({ key }) => key),
      silencedBy: silencedBy.map(uuidOf),
      state: silencedBy.length + inhibitedBy.length > 0 ? 'suppressed' : 'active',
    },
    updatedAt: iso(alert.reportedAt),
    ...(source !== undefined && { generatorURL: source.url }),
    labels,
  }
}

const silenceStates = { pending: 'pending', active: 'active', over: 'expired' } as const

export const gettableSilence = (silence: Silence, now: EpochMs): GettableSilence => ({
  id: uuidOf(silence.id),
  status: { state: silenceStates[silenceStateOf(silence, now)] },
  updatedAt: iso(silence.updatedAt),
  comment: silence.comment,
  createdBy: silence.createdBy,
  endsAt: iso(silence.endsAt),
  matchers: silence.matchers.map(({ name, operator, value }) => ({
    isEqual: operator === '=' || operator === '=~',
    isRegex: operator === '=~' || operator === '!~',
    name,
    value,
  })),
  startsAt: iso(silence.startsAt),
})
