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

/** How the daemon is reached, and how much it lets come. */
export const httpSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 is all of them'),
  port: z.int().min(0).max(65_535).default(8025).describe('0 takes any free port'),
  trustProxy: z
    .array(z.string().min(1))
    .default([])
    .describe('Addresses of proxies whose X-Forwarded-For is believed'),
  limits: httpLimitsSchema.prefault({}).describe('Rates, over all nodes where there is Redis'),
})
