import { z } from 'zod'

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

/** What the engine needs to know. Times in milliseconds, sizes in bytes. */
export const engineConfigSchema = z.strictObject({
  /** Where subscribers reach this daemon: links in letters begin with it. */
  publicUrl: z.url({ protocol: /^https?$/ }).default('http://localhost:8025'),
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
      batch: z.int().min(1).max(500).default(100),
      /** Chunks worked at the same time. */
      lanes: z.int().min(1).max(64).default(4),
      leaseMs: z.int().min(1000).default(30_000),
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
    })
    .prefault({}),
  breaker: z
    .strictObject({
      /** Channel faults in a row that open the breaker. */
      failures: z.int().min(1).default(3),
      /** First wait before a probe; doubles up to the cap. */
      openMs: z.int().min(1).default(1000),
      openCapMs: z.int().min(1).default(8000),
    })
    .prefault({}),
})
export type EngineConfig = z.infer<typeof engineConfigSchema>
