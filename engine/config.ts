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
  domain: domain.describe('That of senders, or one above it'),
  selector: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]*$/i)
    .describe('Of its DNS record: SELECTOR._domainkey.DOMAIN'),
  privateKey: z
    .string()
    .min(1)
    .describe('PEM (PKCS#8 or PKCS#1) of an RSA key of 1024 bits or more, or of an Ed25519 key'),
})
export type DkimKey = z.infer<typeof dkimKeySchema>

export const limitSchema = z.strictObject({
  perSecond: z.number().positive().describe('How many, on average'),
  burst: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("How many may go at once after a quiet time. Default: one second's worth"),
})
export type Limit = z.infer<typeof limitSchema>

export const warmUpSchema = z.strictObject({
  sender: addressSchema.describe("The new sender's address"),
  startsAt: z.iso.date().describe('The first day, in the calendar\'s zone: "2026-11-01"'),
  perDay: z
    .array(z.int().min(1))
    .min(1)
    .max(366)
    .describe('Letters on the first day, the second ... After the last, it is warm'),
  domain: z
    .union([domain, z.literal('*')])
    .nullable()
    .default(null)
    .describe(
      'Counts the letters to this domain; "*": to each domain without one of its own; null: to all together',
    ),
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
const blackoutReason = z
  .string()
  .min(1)
  .max(100)
  .default('black-out')
  .describe('Shown where a campaign waits')

export const blackoutSchema = z.union([
  z.strictObject({
    from: momentSchema.describe(
      'Local time such as "2026-12-24T12:00", or epoch milliseconds; or a time of day with `weekdays`',
    ),
    until: momentSchema.describe('Like `from`'),
    reason: blackoutReason,
  }),
  z.strictObject({
    weekdays: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .describe('Days on which it begins'),
    from: clockTime.describe('Local time of day; an `until` that is not later is on the next day'),
    until: clockTime.describe('Local time of day'),
    reason: blackoutReason,
  }),
])

export const calendarSchema = z.strictObject({
  timeZone: timeZoneSchema.default('UTC').describe('Of black-outs and warm-ups that say local times'),
  blackouts: z.array(blackoutSchema).max(200).default([]).describe('No campaign sends within these'),
})
export type CalendarConfig = z.infer<typeof calendarSchema>

/** Letters that a person gets at most, all campaigns together; null: no limit. */
export const capsSchema = z.strictObject({
  maxPerDay: z
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe('Letters to one person within the last 24 hours, all campaigns together; null: no limit'),
  maxPerWeek: z.int().min(1).max(1000).nullable().default(null).describe('The same within the last 7 days'),
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
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .default('http://localhost:8025')
    .describe('Where subscribers reach this daemon: links in letters begin with it'),
  /** Where a CDN serves what is behind `publicUrl` at `/i/`. */
  cdnBaseUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('What addresses of assets begin with in letters and on pages. Default: publicUrl'),
  secrets: z
    .array(z.string().min(16, 'must have at least 16 characters'))
    .min(1)
    .describe(
      'Signs links and Message-IDs. The first one signs, all of them verify: rotate by putting a new one in front',
    ),
  messageIdDomain: domain
    .nullable()
    .default(null)
    .describe("Right side of Message-IDs. Default: the sender's domain"),
  dkim: z.array(dkimKeySchema).default([]),
  addresses: z
    .strictObject({
      disposable: z
        .array(domain)
        .default([])
        .describe('Domains of throw-away addresses, besides those that are known'),
      trusted: z.array(domain).default([]).describe('Domains that are not, whatever the lists say'),
    })
    .prefault({})
    .describe('What address checks know beside the lists: domains, without "@"'),
  delivery: z
    .strictObject({
      chunk: z.int().min(1).max(1000).default(1000).describe('Recipients a chunk: the unit that is leased'),
      batch: z
        .int()
        .min(1)
        .max(500)
        .default(64)
        .describe('Recipients a batch: the unit that is rendered, permitted and settled'),
      minLanes: z.int().min(1).max(64).default(1).describe('Chunks worked at the same time, at least'),
      lanes: z.int().min(1).max(64).default(4).describe('Chunks worked at the same time, at most'),
      leaseMs: z
        .int()
        .min(1000)
        .default(8000)
        .describe(
          'A node that says nothing for this long has its chunks taken by others; it speaks four times in it',
        ),
      highWater: z.int().min(1).default(64).describe('Chunks handed to the queue ahead of the lanes'),
      resumeGraceMs: z
        .int()
        .min(0)
        .default(3_600_000)
        .describe('Running campaigns found after this long without a daemon ask before they go on'),
      sweepMs: z.int().min(10).default(1000).describe('How often work that is due is looked for'),
      retryBaseMs: z
        .int()
        .min(1)
        .default(60_000)
        .describe('Back-off of retries: base * 2^(attempt - 1), at most the cap, with +-20 % jitter'),
      retryCapMs: z.int().min(1).default(3_600_000).describe('The longest wait between tries'),
    })
    .prefault({}),
  render: z
    .strictObject({
      minThreads: z.int().min(0).default(0).describe('Render threads that stay when there is nothing to do'),
      maxThreads: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe('Render threads at most. Default: the number of cores less one, at least 1 and at most 8'),
      maxLoops: z.int().min(1).default(10_000).describe('Loop turns a letter, over all its loops'),
      maxOutputBytes: z.int().min(1).default(2_000_000).describe('Size of one rendered part'),
      maxDepth: z.int().min(1).default(16).describe('Nesting of partials'),
      maxMs: z
        .int()
        .min(1)
        .default(100)
        .describe('A letter that renders longer than this is stopped and failed'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      channel: z.record(z.string(), limitSchema).default({}).describe('Letters a second, by channel name'),
      sender: z.record(z.string(), limitSchema).default({}).describe('Letters a second, by sender address'),
      domain: z
        .record(z.string(), limitSchema)
        .default({})
        .describe('Letters a second, by recipient domain; `*` is for each domain without one of its own'),
      room: z
        .record(z.string().regex(/^[^/]+\/.+$/, 'must be channel/room, e.g. "slack/ops"'), limitSchema)
        .default({})
        .describe(
          'Posts a second, by channel and room: "slack/ops"; "slack/*" is for each room or person without one of its own',
        ),
      warmUp: z
        .array(warmUpSchema)
        .max(1000)
        .default([])
        .describe('New senders: what they may send a day, by sender and recipient domain'),
      slowDown: z
        .strictObject({
          floorPerSecond: z.number().positive().default(0.1).describe('It is never cut below'),
          watchMs: z
            .int()
            .min(100)
            .default(10_000)
            .describe('The rate of this time is halved, once in it at most'),
          recoverMs: z.int().min(100).default(300_000).describe('Until it is what it was, without refusals'),
        })
        .nullable()
        .prefault({})
        .describe(
          'Letters go slower to a domain, or over a channel, that answers 4.7.x or a bare 421. Null: they do not',
        ),
    })
    .prefault({}),
  failover: z
    .record(z.string(), z.array(z.string()).min(1).max(8))
    .superRefine((chains, context) => {
      for (const [name, others] of Object.entries(chains)) {
        const refuse = (message: string) => context.addIssue({ code: 'custom', path: [name], message })
        if (new Set(others).size < others.length) refuse('names a channel twice')
        if (leadsBack(chains, name)) refuse(`must not lead back to "${name}"`)
      }
    })
    .default({})
    .describe('Channels that stand in for one that is out, in this order: `{ smtp: [ses, smtp2] }`'),
  feeds: z
    .strictObject({
      minIntervalMs: z
        .int()
        .min(60_000)
        .default(900_000)
        .describe(
          'A feed is read no more often than this, whatever it brings, unless it says otherwise itself',
        ),
      maxIntervalMs: z.int().min(60_000).default(86_400_000).describe('A feed is read at least this often'),
      concurrency: z.int().min(1).max(32).default(4).describe('Feeds read at the same time'),
      sweepMs: z.int().min(10).default(15_000).describe('How often feeds that are due are looked for'),
      timeoutMs: z.int().min(100).max(120_000).default(20_000).describe('Of one fetch, with all redirects'),
      maxBytes: z.int().min(1000).max(50_000_000).default(5_000_000).describe('Of one feed, unpacked'),
      maxItems: z
        .int()
        .min(1)
        .max(1000)
        .default(200)
        .describe('Entries of one feed that are taken, from its beginning'),
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
      failures: z
        .int()
        .min(1)
        .default(3)
        .describe('Calls in a row that brought nothing but channel faults open the breaker: it is out'),
      faultShare: z
        .number()
        .gt(0)
        .max(1)
        .default(0.5)
        .describe('So does this share of the calls of the last `windowMs`, once there were `minCalls`'),
      windowMs: z.int().min(10).default(30_000).describe('Of the calls whose share of faults counts'),
      minCalls: z.int().min(2).default(10).describe('With fewer calls in the window the share says nothing'),
      openMs: z.int().min(1).default(1000).describe('First wait before a probe; doubles up to the cap'),
      openCapMs: z.int().min(1).default(8000).describe('The longest wait before a probe'),
    })
    .prefault({}),
  subscriptions: z
    .strictObject({
      sender: senderSchema
        .nullable()
        .default(null)
        .describe("Who confirmation mails are from. Default: no-reply at the public address's domain"),
      channel: z.string().nullable().default(null).describe('The channel they go by. Default: the first one'),
      confirmDays: z.int().min(1).max(365).default(30).describe('How long a confirmation link works'),
      reminderDays: z
        .int()
        .min(1)
        .max(90)
        .default(2)
        .describe('Days without a confirmation after which a reminder goes, and between reminders'),
      reminders: z.int().min(0).max(2).default(2).describe('How many reminders, at most'),
      mailsPerDay: z
        .int()
        .min(1)
        .max(100)
        .default(3)
        .describe(
          "Confirmation mails, and mails with the link to one's own page, that one address gets a day at most, each",
        ),
      language: languageSchema.default('en').describe('Of mails to people who did not say theirs'),
      timeZone: timeZoneSchema.default('UTC').describe('Of people who did not say theirs'),
      sweepMs: z
        .int()
        .min(10)
        .default(5000)
        .describe('How often mails that are due and pauses that ended are looked for'),
    })
    .prefault({}),
  tracking: z
    .strictObject({
      links: z
        .boolean()
        .default(true)
        .describe('Links lead by way of this daemon, unless a campaign says otherwise'),
      opens: z.boolean().default(true).describe('Letters hold a pixel, unless a campaign says otherwise'),
      unknown: z
        .enum(['track', 'skip'])
        .default('track')
        .describe('Letters to those who neither allowed nor denied it'),
      hiddenLink: z
        .boolean()
        .default(false)
        .describe('A link in each letter that no person sees: who follows it is a machine'),
    })
    .prefault({})
    .describe('Of letters to those who allow it; what a person denies holds whatever is set here'),
  bounces: z
    .strictObject({
      address: addressSchema
        .nullable()
        .default(null)
        .describe("Where letters come back to: their envelope sender. Null: the sender's own address"),
      verp: z
        .boolean()
        .default(true)
        .describe("Each letter's envelope sender names it: `bounce+TOKEN@example.org`"),
      separator: z
        .enum(['+', '-', '='])
        .default('+')
        .describe("Between the local part and the token: what the mailbox's server parts extensions by"),
      rules: z
        .array(bounceRuleSchema)
        .max(200)
        .default([])
        .describe('Before the built-in ones; the first that fits counts'),
      softLimit: z
        .number()
        .min(1)
        .max(1000)
        .default(5)
        .describe(
          'Bounces that may pass suppress an address when they are this many, weighed by age and counted once a day',
        ),
      softHalfLifeDays: z.number().min(1).max(365).default(30).describe('One of so long ago counts half'),
      believeUnproven: z
        .boolean()
        .default(false)
        .describe(
          'Believe mails that name an address and nothing that proves which letter they are about. Anybody can write those',
        ),
    })
    .prefault({}),
  reads: z
    .strictObject({
      maxWaiting: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(20_000)
        .describe('Opens and clicks that wait to be written at most: more are answered and not counted'),
      waitMs: z
        .int()
        .min(1)
        .max(10_000)
        .default(1000)
        .describe('Whoever opens or clicks waits for the commit no longer than this'),
      scanners: z
        .array(z.string().max(64))
        .max(1000)
        .default([])
        .describe(
          'Networks ("192.0.2.0/24", "2001:db8::/32") that are machines\', besides those that are known: a gateway of one\'s own',
        ),
      people: z
        .array(z.string().max(64))
        .max(1000)
        .default([])
        .describe(
          "Networks that are people's, whatever else is known of them: a company's way out through a data centre",
        ),
    })
    .prefault({}),
  alerts: alertSettingsSchema.prefault({}),
  preflight: preflightSettingsSchema.prefault({}),
  ranking: rankingSchema.prefault({}),
  retention: z
    .strictObject({
      unconfirmedDays: z.int().min(1).nullable().default(30).describe('Sign-ups that nobody confirmed'),
      erasedHashDays: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe("Salted hashes of erased people's addresses; null: kept"),
      deliveriesDays: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe('Who was sent what, of campaigns that are over; null: kept'),
      eventsDays: z.int().min(1).nullable().default(null).describe('What happened to deliveries; null: kept'),
      alertsDays: z
        .int()
        .min(1)
        .nullable()
        .default(90)
        .describe('Alerts that are over, what was told of alerts, and silences that ended; null: kept'),
      affinitiesDays: z
        .int()
        .min(1)
        .nullable()
        .default(365)
        .describe('What was learned of readers to whom nothing was added since; null: kept'),
      proofNetworkDays: z
        .int()
        .min(1)
        .nullable()
        .default(365)
        .describe('Network address and program of the request in consent events; null: kept'),
      auditDays: z.int().min(1).nullable().default(400).describe('Who changed what; null: kept'),
      batch: z.int().min(1).max(10_000).default(500).describe('Rows a transaction'),
    })
    .prefault({}),
})
export type EngineConfig = z.infer<typeof engineConfigSchema>
