import { z } from 'zod'

/** A rate with room for bursts, by GCRA: after a quiet time `burst` requests at once, then `perSecond`. */
const rate = (perSecond: number, burst: number, whose: string) =>
  z
    .strictObject({
      perSecond: z.number().positive().max(1e6).default(perSecond).describe('Requests a second, over a time'),
      burst: z.int().min(1).max(1e6).default(burst).describe('Requests at once, after a quiet time'),
    })
    .prefault({})
    .describe(whose)

export const httpLimitsSchema = z.strictObject({
  perKey: rate(500, 1000, 'Of one API key, and of the commands of this machine together'),
  perUser: rate(100, 300, 'Of one user who is signed in'),
  perAddress: rate(
    50,
    300,
    'Of one IP address that shows no key, or a wrong one; an IPv6 network of 64 bits counts as one',
  ),
  alerts: rate(1000, 2000, 'Reports of alerts by one key or user, counted apart from all else it does'),
  signIn: rate(0.1, 10, 'Attempts to sign in from one IP address'),
  public: rate(
    50,
    500,
    'Of one IP address, on the public pages and where providers post what became of letters',
  ),
  perLetter: rate(5, 100, 'Opens and clicks of one letter, whoever makes them'),
})
export type HttpLimits = z.output<typeof httpLimitsSchema>
export type LimitName = keyof HttpLimits

const ms = (standard: number, least: number, what: string) =>
  z.int().min(least).max(3_600_000).default(standard).describe(what)

export const httpTimesSchema = z.strictObject({
  headersMs: ms(
    15_000,
    100,
    'From a request’s first byte, or the opening of a connection, to the end of its headers',
  ),
  bodyMs: ms(30_000, 100, 'From there to the end of its body'),
  stalledMs: ms(
    30_000,
    100,
    'For which the body of an import may stand still: it may take as long as it needs',
  ),
  answerMs: ms(
    60_000,
    100,
    'For which a read is worked before it is answered with 503; exports and streams take as long as they need, and what changes something is answered when it is done',
  ),
  idleMs: ms(600_000, 1000, 'For which nothing may pass over a connection that has a request on it'),
})
export type HttpTimes = z.output<typeof httpTimesSchema>

export const httpPressureSchema = z.strictObject({
  delayMs: z
    .number()
    .positive()
    .default(2000)
    .describe('By which the event loop is late, on average over a second'),
  underWay: z.int().min(1).default(1000).describe('Requests that wait for their answer'),
  storeMs: z
    .number()
    .positive()
    .default(8000)
    .describe('For which eight calls of the store have waited for their answers'),
  bodyBytes: z
    .int()
    .min(1)
    .default(33_554_432)
    .describe('Of the bodies of requests that wait for their answer, together'),
})
export type HttpPressure = z.output<typeof httpPressureSchema>

/** How the daemon is reached, and how much it lets come. */
export const httpSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 is all of them'),
  port: z.int().min(0).max(65_535).default(8025).describe('0 takes any free port'),
  trustProxy: z
    .array(z.string().min(1))
    .default([])
    .describe('Addresses of proxies whose X-Forwarded-For is believed'),
  maxConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(4096)
    .describe('Open at once; more are closed before anything is read from them'),
  limits: httpLimitsSchema.prefault({}).describe('Rates, over all nodes where there is Redis'),
  times: httpTimesSchema.prefault({}).describe('How long requests may take'),
  pressure: httpPressureSchema
    .prefault({})
    .describe(
      'Where even reports of alerts are answered with 503. Analytics and exports are at a quarter of it, the rest of the API ' +
        'at half of it; health, opens, clicks and unsubscribing never are',
    ),
})
