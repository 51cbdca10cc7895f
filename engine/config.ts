import { z } from 'zod'
import { alertSettingsSchema } from './model/alert-settings.ts'
import { bounceRuleSchema } from './model/bounce-rule.ts'
import { senderSchema } from './model/campaign.ts'
import { preflightSettingsSchema } from './model/preflight-settings.ts'
import { rankingSchema } from './model/ranking.ts'
import { addressSchema, languageSchema, timeZoneSchema } from './model/values.ts'
import { parseWall } from './model/wall-clock.ts'

const domain = z.string().regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/, 'must be a domain name, e.g. "example.org"')

export const dkimKeySchema = z.strictObject({
  domain,
  selector: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  /** PEM (PKCS#8 or PKCS#1) of an RSA key of 1024 bits or more, or of an Ed25519 key. */
  privateKey: z.string().min(1),
})
export type DkimKey = z.infer<typeof dkimKeySchema>

export const limitSchema = z.strictObject({
  perSecond: z.number().positive(),
  /** How many may go at once after a quiet time. Default: one second's worth. */
  burst: z.int().min(1).nullable().default(null),
})
export type Limit = z.infer<typeof limitSchema>

export const warmUpSchema = z.strictObject({
  /** The new sender's address. */
  sender: addressSchema,
  /** The first day, in the calendar's zone: "2026-11-01". */
  startsAt: z.iso.date(),
  /** Letters on the first day, the second ... After the last, it is warm. */
  perDay: z.array(z.int().min(1)).min(1).max(366),
  /** Counts the letters to this domain; "*": to each domain without one of its own; null: to all together. */
  domain: z
    .union([domain, z.literal('*')])
    .nullable()
    .default(null),
})
export type WarmUp = z.infer<typeof warmUpSchema>

/** An instant: milliseconds since 1970, or a wall time of the calendar's zone. */
const momentSchema = z.union([
  z.int().min(0),
  z
    .string()
    .refine(
      (text) => parseWall(text) !== null,
      'must be a local time such as "2026-12-24T12:00", or epoch milliseconds',
    ),
])
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "22:00"')
const blackoutReason = z.string().min(1).max(100).default('black-out')

export const blackoutSchema = z.union([
  z.strictObject({ from: momentSchema, until: momentSchema, reason: blackoutReason }),
  z.strictObject({
    /** Days on which it begins. */
    weekdays: z.array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])).min(1),
    /** Until a time that is not later means the next day. */
    from: clockTime,
    until: clockTime,
    reason: blackoutReason,
  }),
])

export const calendarSchema = z.strictObject({
  timeZone: timeZoneSchema.default('UTC'),
  /** No campaign sends within these. */
  blackouts: z.array(blackoutSchema).max(200).default([]),
})
export type CalendarConfig = z.infer<typeof calendarSchema>

/** Letters that a person gets at most, all campaigns together; null: no limit. */
export const capsSchema = z.strictObject({
  /** Within the last 24 hours. */
  maxPerDay: z.int().min(1).max(1000).nullable().default(null),
  /** Within the last 7 days. */
  maxPerWeek: z.int().min(1).max(1000).nullable().default(null),
})
export type Caps = z.infer<typeof capsSchema>

/** Does a channel stand in for itself in the end? */
function leadsBack(chains: { readonly [name: string]: readonly string[] }, name: string): boolean {
  const seen = new Set<string>()
  const open = [...(chains[name] ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === name) return true
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(Object.hasOwn(chains, next) ? chains[next]! : []))
  }
  return false
}

/** What the engine needs to know. Times in milliseconds, sizes in bytes. */
export const engineConfigSchema = z.strictObject({
  /** Where subscribers reach this daemon: links in letters begin with it. */
  publicUrl: z.url({ protocol: /^https?$/ }).default('http://localhost:8025'),
  /** Where a CDN serves what is behind `publicUrl` at `/i/`. */
  cdnBaseUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('What addresses of assets begin with in letters and on pages. Default: publicUrl'),
  /** Signs links and Message-IDs. The first one signs, all of them verify: rotate by putting a new one in front. */
  secrets: z.array(z.string().min(16, 'must have at least 16 characters')).min(1),
  /** Right side of Message-IDs. Default: the sender's domain. */
  messageIdDomain: domain.nullable().default(null),
  dkim: z.array(dkimKeySchema).default([]),
  /** What address checks know beside the lists: domains, without "@". */
  addresses: z
    .strictObject({
      disposable: z.array(domain).default([]),
      trusted: z.array(domain).default([]),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      /** Recipients a chunk: the unit that is leased. */
      chunk: z.int().min(1).max(1000).default(1000),
      /** Recipients a batch: the unit that is rendered, permitted and settled. */
      batch: z.int().min(1).max(500).default(64),
      /** Chunks worked at the same time: as many as there are, between these. */
      minLanes: z.int().min(1).max(64).default(1),
      lanes: z.int().min(1).max(64).default(4),
      /** A node that says nothing for this long has its chunks taken by others; it speaks four times in it. */
      leaseMs: z.int().min(1000).default(8000),
      /** Chunks handed to the queue ahead of the lanes. */
      highWater: z.int().min(1).default(64),
      /** Running campaigns found after this long without a daemon ask before they go on. */
      resumeGraceMs: z.int().min(0).default(3_600_000),
      sweepMs: z.int().min(10).default(1000),
      /** Back-off of retries: base * 2^(attempt - 1), at most the cap, with +-20 % jitter. */
      retryBaseMs: z.int().min(1).default(60_000),
      retryCapMs: z.int().min(1).default(3_600_000),
    })
    .prefault({}),
  render: z
    .strictObject({
      minThreads: z.int().min(0).default(0),
      /** Default: the number of cores less one, at least 1 and at most 8. */
      maxThreads: z.int().min(1).nullable().default(null),
      /** Loop turns a letter, over all its loops. */
      maxLoops: z.int().min(1).default(10_000),
      /** Size of one rendered part. */
      maxOutputBytes: z.int().min(1).default(2_000_000),
      /** Nesting of partials. */
      maxDepth: z.int().min(1).default(16),
      /** A letter that renders longer than this is stopped and failed. */
      maxMs: z.int().min(1).default(100),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** By channel name. */
      channel: z.record(z.string(), limitSchema).default({}),
      /** By sender address. */
      sender: z.record(z.string(), limitSchema).default({}),
      /** By recipient domain; `*` is for each domain without one of its own. */
      domain: z.record(z.string(), limitSchema).default({}),
      /** By channel and room: "slack/ops"; "slack/*" is for each room or person without one of its own. */
      room: z
        .record(z.string().regex(/^[^/]+\/.+$/, 'must be channel/room, e.g. "slack/ops"'), limitSchema)
        .default({}),
      /** New senders: what they may send a day, by sender and recipient domain. */
      warmUp: z.array(warmUpSchema).max(1000).default([]),
      /** Letters go slower to a domain, or over a channel, that answers 4.7.x or a bare 421. Null: they do not. */
      slowDown: z
        .strictObject({
          /** It is never cut below. */
          floorPerSecond: z.number().positive().default(0.1),
          /** The rate of this time is halved, once in it at most. */
          watchMs: z.int().min(100).default(10_000),
          /** Until it is what it was, without refusals. */
          recoverMs: z.int().min(100).default(300_000),
        })
        .nullable()
        .prefault({}),
    })
    .prefault({}),
  /** Channels that stand in for one that is out, in this order: `{ smtp: [ses, smtp2] }`. */
  failover: z
    .record(z.string(), z.array(z.string()).min(1).max(8))
    .superRefine((chains, context) => {
      for (const [name, others] of Object.entries(chains)) {
        const refuse = (message: string) => context.addIssue({ code: 'custom', path: [name], message })
        if (new Set(others).size < others.length) refuse('names a channel twice')
        if (leadsBack(chains, name)) refuse(`must not lead back to "${name}"`)
      }
    })
    .default({}),
  feeds: z
    .strictObject({
      /** A feed is read no more often than this, whatever it brings, unless it says otherwise itself. */
      minIntervalMs: z.int().min(60_000).default(900_000),
      maxIntervalMs: z.int().min(60_000).default(86_400_000),
      /** Feeds read at the same time. */
      concurrency: z.int().min(1).max(32).default(4),
      sweepMs: z.int().min(10).default(15_000),
      /** Of one fetch, with all redirects. */
      timeoutMs: z.int().min(100).max(120_000).default(20_000),
      /** Of one feed, unpacked. */
      maxBytes: z.int().min(1000).max(50_000_000).default(5_000_000),
      /** Entries of one feed that are taken, from its beginning. */
      maxItems: z.int().min(1).max(1000).default(200),
    })
    .refine(({ minIntervalMs, maxIntervalMs }) => minIntervalMs <= maxIntervalMs, {
      path: ['maxIntervalMs'],
      error: 'must not be below minIntervalMs',
    })
    .prefault({}),
  assets: z
    .strictObject({
      maxFileBytes: z.int().min(1).max(100_000_000).default(10_000_000).describe('Of one file'),
      maxTotalBytes: z.int().min(0).default(1_000_000_000).describe('Of all files together'),
      maxPixels: z
        .int()
        .min(1)
        .max(1_000_000_000)
        .default(40_000_000)
        .describe('Width times height of a picture: what a reader has to unpack'),
    })
    .prefault({}),
  caps: capsSchema.prefault({}),
  calendar: calendarSchema.prefault({}),
  breaker: z
    .strictObject({
      /** Calls in a row that brought nothing but channel faults open the breaker: it is out. */
      failures: z.int().min(1).default(3),
      /** So does this share of the calls of the last `windowMs`, once there were `minCalls`. */
      faultShare: z.number().gt(0).max(1).default(0.5),
      windowMs: z.int().min(10).default(30_000),
      minCalls: z.int().min(2).default(10),
      /** First wait before a probe; doubles up to the cap. */
      openMs: z.int().min(1).default(1000),
      openCapMs: z.int().min(1).default(8000),
    })
    .prefault({}),
  subscriptions: z
    .strictObject({
      /** Who confirmation mails are from. Default: no-reply at the public address's domain. */
      sender: senderSchema.nullable().default(null),
      /** The channel they go by. Default: the first one. */
      channel: z.string().nullable().default(null),
      /** How long a confirmation link works. */
      confirmDays: z.int().min(1).max(365).default(30),
      /** Days without a confirmation after which a reminder goes, and between reminders. */
      reminderDays: z.int().min(1).max(90).default(2),
      reminders: z.int().min(0).max(2).default(2),
      /** Confirmation mails, and mails with the link to one's own page, that one address gets a day at most, each. */
      mailsPerDay: z.int().min(1).max(100).default(3),
      /** Of mails to people who did not say theirs. */
      language: languageSchema.default('en'),
      timeZone: timeZoneSchema.default('UTC'),
      /** How often mails that are due and pauses that ended are looked for. */
      sweepMs: z.int().min(10).default(5000),
    })
    .prefault({}),
  /** Of letters to those who allow it; what a person denies holds whatever is set here. */
  tracking: z
    .strictObject({
      /** Links lead by way of this daemon, unless a campaign says otherwise. */
      links: z.boolean().default(true),
      /** Letters hold a pixel, unless a campaign says otherwise. */
      opens: z.boolean().default(true),
      /** Letters to those who neither allowed nor denied it. */
      unknown: z.enum(['track', 'skip']).default('track'),
      /** A link in each letter that no person sees: who follows it is a machine. */
      hiddenLink: z.boolean().default(false),
    })
    .prefault({}),
  bounces: z
    .strictObject({
      /** Where letters come back to: their envelope sender. Null: the sender's own address. */
      address: addressSchema.nullable().default(null),
      /** Each letter's envelope sender names it: `bounce+TOKEN@example.org`. */
      verp: z.boolean().default(true),
      /** Between the local part and the token: what the mailbox's server parts extensions by. */
      separator: z.enum(['+', '-', '=']).default('+'),
      /** Before the built-in ones; the first that fits counts. */
      rules: z.array(bounceRuleSchema).max(200).default([]),
      /** Bounces that may pass suppress an address when they are this many, weighed by age and counted once a day. */
      softLimit: z.number().min(1).max(1000).default(5),
      /** One of so long ago counts half. */
      softHalfLifeDays: z.number().min(1).max(365).default(30),
      /** Believe mails that name an address and nothing that proves which letter they are about. Anybody can write those. */
      believeUnproven: z.boolean().default(false),
    })
    .prefault({}),
  reads: z
    .strictObject({
      /** Opens and clicks that wait to be written at most: more are answered and not counted. */
      maxWaiting: z.int().min(1).max(1_000_000).default(20_000),
      /** Whoever opens or clicks waits for the commit no longer than this. */
      waitMs: z.int().min(1).max(10_000).default(1000),
      /** Networks ("192.0.2.0/24", "2001:db8::/32") that are machines', besides those that are known: a gateway of one's own. */
      scanners: z.array(z.string().max(64)).max(1000).default([]),
      /** Networks that are people's, whatever else is known of them: a company's way out through a data centre. */
      people: z.array(z.string().max(64)).max(1000).default([]),
    })
    .prefault({}),
  alerts: alertSettingsSchema.prefault({}),
  preflight: preflightSettingsSchema.prefault({}),
  ranking: rankingSchema.prefault({}),
  retention: z
    .strictObject({
      /** Sign-ups that nobody confirmed. */
      unconfirmedDays: z.int().min(1).nullable().default(30),
      /** Salted hashes of erased people's addresses; null: kept. */
      erasedHashDays: z.int().min(1).nullable().default(null),
      /** Who was sent what, of campaigns that are over; null: kept. */
      deliveriesDays: z.int().min(1).nullable().default(null),
      /** What happened to deliveries; null: kept. */
      eventsDays: z.int().min(1).nullable().default(null),
      /** Alerts that are over, what was told of alerts, and silences that ended; null: kept. */
      alertsDays: z.int().min(1).nullable().default(90),
      /** What was learned of readers to whom nothing was added since; null: kept. */
      affinitiesDays: z.int().min(1).nullable().default(365),
      /** Network address and program of the request in consent events; null: kept. */
      proofNetworkDays: z.int().min(1).nullable().default(365),
      auditDays: z.int().min(1).nullable().default(400).describe('Who changed what; null: kept'),
      /** Rows a transaction. */
      batch: z.int().min(1).max(10_000).default(500),
    })
    .prefault({}),
})
export type EngineConfig = z.infer<typeof engineConfigSchema>
