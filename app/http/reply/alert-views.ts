import { z } from 'zod'
import { alertStates, severities } from '../../../engine/model/alert.ts'
import type {
  AlertId,
  FollowId,
  HeartbeatId,
  NotificationId,
  SilenceId,
  SubscriberId,
} from '../../../engine/model/ids.ts'
import { type Note, type PostReason, tones } from '../../../engine/model/note.ts'
import { postingStates } from '../../../engine/model/notification.ts'
import { idOf, keptShape, timeOf } from './kept.ts'

const count = () => z.number().int()
export const labelsView = z.record(z.string(), z.string()).readonly()

export const matcherSchema = z.object({
  name: z.string(),
  operator: z.enum(['=', '!=', '=~', '!~']),
  value: z.string(),
})
const matchers = () => z.array(matcherSchema).readonly()

export const alertSchema = z.object({
  id: idOf<AlertId>(),
  key: z.string().describe('Reports with the same key are one alert.'),
  state: z.enum(alertStates),
  severity: z.enum(severities),
  topic: z.string().nullable(),
  title: z.string(),
  text: z.string(),
  labels: labelsView,
  annotations: labelsView,
  links: z.array(z.object({ title: z.string(), url: z.string() })).readonly(),
  startsAt: timeOf(),
  endsAt: timeOf().describe('When it is over unless its source says so again.'),
  ends: z.enum(['resolved', 'expired']).describe('What it is then.'),
  acknowledged: z.object({ at: timeOf(), by: z.string(), comment: z.string() }).nullable(),
  endedAt: timeOf().nullable().describe('Null while it is open.'),
  reports: count().describe('How often its source spoke of it.'),
  reportedAt: timeOf(),
  version: count(),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

export const postReasons = [
  'firing',
  'changed',
  'repeat',
  'escalated',
  'acknowledged',
  'resolved',
  'expired',
  'digest',
] as const satisfies readonly PostReason[]

export const postingCountsSchema = z
  .object({
    audience: count(),
    queued: count(),
    handing: count(),
    sent: count(),
    failed: count(),
    retry: count(),
    unknown: count(),
    skipped: count(),
    suppressed: count(),
    held: count().describe('Wanted later: quiet hours, a digest, or too many within the hour.'),
  })
  .describe('audience is the sum of the others, at every moment.')

export const notificationSchema = z.object({
  id: idOf<NotificationId>(),
  group: z.string().describe('The group of alerts that it tells of; of a digest, its follow.'),
  thread: z.string().describe('The same from a group’s first alert to the end of its last one.'),
  reason: z.enum(postReasons),
  severity: z.enum(severities),
  alertIds: z.array(idOf<AlertId>()).readonly(),
  title: z.string(),
  summary: z.string(),
  rooms: z.array(z.string()).readonly().describe('channel/room'),
  audience: count().describe('Rooms, people now, and people later.'),
  retryUntil: timeOf().describe('Nothing of it is tried again after that.'),
  createdAt: timeOf(),
})

export const noteSchema = z
  .object({
    title: z.string(),
    url: z.string().nullable(),
    tone: z.enum(tones),
    summary: z.string(),
    blocks: z
      .array(z.custom<Note['blocks'][number]>((value) => typeof value === 'object').meta({ type: 'object' }))
      .readonly(),
  })
  .describe('What is said, before a channel gives it its form.')

export const postingSchema = z.object({
  notificationId: idOf<NotificationId>(),
  target: count().describe('The follow it is for; of a room its place among the notification’s, as -1, -2 …'),
  channel: z.string(),
  subscriberId: idOf<SubscriberId>().nullable().describe('Null for a room.'),
  to: z.string().describe('The room, the contact or the address.'),
  state: z.enum(postingStates),
  attempt: count(),
  uncertain: count().describe('How often its outcome was lost: copies may exist only where this is above 0.'),
  dueAt: timeOf().nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  updatedAt: timeOf(),
})

export const silenceStates = ['pending', 'active', 'over'] as const
export const silenceSchema = z.object({
  id: idOf<SilenceId>(),
  matchers: matchers(),
  startsAt: timeOf(),
  endsAt: timeOf(),
  state: z.enum(silenceStates).describe('Now.'),
  createdBy: z.string(),
  comment: z.string(),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

export const followSchema = z.object({
  id: idOf<FollowId>(),
  subscriberId: idOf<SubscriberId>(),
  channel: z.string(),
  contact: z.string().nullable().describe('Null: the subscriber’s own address.'),
  topics: z.array(z.string()).readonly().describe('Empty: all.'),
  minSeverity: z.enum(severities),
  filter: matchers(),
  version: count(),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

export const followPreferencesViewSchema = z.object({
  quiet: z.object({ from: z.string(), until: z.string() }).nullable(),
  digestAt: z.string().nullable(),
  maxPerHour: count().nullable(),
  criticalAnyway: z.boolean(),
})

export const heartbeatSchema = z.object({
  ...keptShape<HeartbeatId>(),
  title: z.string(),
  everyMs: count(),
  topic: z.string().nullable(),
  severity: z.enum(severities),
  labels: labelsView,
  beatAt: timeOf().nullable().describe('When it was last heard, or made.'),
  alarmed: z.boolean().describe('It was silent for too long, and its alert is raised.'),
})

const ruleShape = {
  route: z.string().describe('The matchers from the root down.'),
  receiver: z.string(),
  groupBy: z.array(z.string()).readonly().nullable().describe('Null: by all labels.'),
  groupWaitMs: count(),
  groupIntervalMs: count(),
  repeatIntervalMs: count(),
  escalate: z
    .array(z.object({ afterMs: count(), receiver: z.string() }))
    .readonly()
    .describe('Who is told when nobody acknowledges, counted from when the group was told.'),
  muted: z.boolean().describe('A time interval mutes it now.'),
}
const names = () => z.array(z.string()).readonly()

export const routeSchema = z.object({
  ...ruleShape,
  group: labelsView.describe('What all alerts of its group have in common.'),
  rooms: z.array(z.string()).readonly().describe('channel/room'),
  people: z.boolean().describe('Also whoever follows it.'),
  lists: z.array(z.string()).readonly().describe('Of those who follow it, only members of one of these.'),
  mutedBy: names().describe('The time intervals that mute it now.'),
  silencedBy: z.array(idOf<SilenceId>()).readonly(),
  followers: count()
    .nullable()
    .describe('Follows that it would reach. Null: the node that knows them is another one.'),
})

export const heldSchema = z.object({
  alertId: idOf<AlertId>(),
  silencedBy: z.array(idOf<SilenceId>()).readonly(),
  inhibitedBy: z.array(idOf<AlertId>()).readonly(),
})

const texts = () => names().nullish()

export const ruleBookSchema = z.object({
  rules: z
    .array(
      z.object({
        ...ruleShape,
        depth: count().describe('0 is the root.'),
        matchers: matchers(),
        continue: z.boolean().describe('Those behind it are asked, too.'),
        mute: names().describe('Nothing is told while one of these time intervals holds.'),
        active: names().describe('Nothing is told while none of these holds, where there are some.'),
      }),
    )
    .readonly()
    .describe('In the order in which they are asked: each before those under it.'),
  receivers: z
    .array(
      z.object({
        name: z.string(),
        rooms: names().describe('channel/room'),
        people: z.boolean(),
        lists: names(),
        sendResolved: z.boolean(),
      }),
    )
    .readonly(),
  inhibitions: z
    .array(z.object({ source: matchers(), target: matchers(), equal: names() }))
    .readonly()
    .describe(
      'While an alert matches `source`, those that match `target` and have equal labels are held back.',
    ),
  intervals: z
    .array(
      z.object({
        name: z.string(),
        parts: z
          .array(
            z.object({
              times: z
                .array(z.object({ start_time: z.string(), end_time: z.string() }))
                .readonly()
                .nullish(),
              weekdays: texts(),
              days_of_month: texts(),
              months: texts(),
              years: texts(),
              location: z.string().nullish(),
            }),
          )
          .readonly()
          .describe('As the settings write them; it holds while one of them does.'),
      }),
    )
    .readonly(),
})
