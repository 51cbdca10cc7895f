import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import { type Auth, callerKey } from './auth.ts'

export interface RateLimits {
  /** Requests a window of a caller with a key. */
  readonly perKey: number
  /** The same for reports of alerts, which are counted apart: nothing else that a key does may keep an alert out. */
  readonly alertsPerKey: number
  /** Requests a window of an IP address without one; an IPv6 network of 64 bits counts as one. */
  readonly perAddress: number
  /** Opens and clicks a window of one letter, whoever makes them. */
  readonly perLetter: number
  readonly windowMs: number
}

export const defaultRateLimits: RateLimits = {
  perKey: 30_000,
  alertsPerKey: 60_000,
  perAddress: 3000,
  perLetter: 300,
  windowMs: 60_000,
}

/** Count requests by caller, or by address where there is none, and refuse what is over with 429, `Retry-After`
 *  and `RateLimit-*`. A wrong key counts for its address: guessing keys is what should be slow. */
export async function useRateLimits(
  app: FastifyInstance,
  options: { readonly limits: RateLimits; readonly auth: Auth },
): Promise<void> {
  const { auth } = options
  const { perKey, alertsPerKey, perAddress, perLetter, windowMs } = options.limits
  await app.register(rateLimit, {
    global: true,
    timeWindow: windowMs,
    max: (_request, key) => {
      const [kind] = key.split(':', 1)
      return { key: perKey, alerts: alertsPerKey, letter: perLetter }[kind!] ?? perAddress
    },
    keyGenerator: async (request) => {
      const caller = await auth.identify(request)
      if (caller === null) return `address:${network(request.ip)}`
      return `${request.routeOptions.config.intake === true ? 'alerts' : 'key'}:${callerKey(caller)}`
    },
    enableDraftSpec: true,
    errorResponseBuilder: (_request, { after, max }) =>
      new BroadsheetError(
        'E_LIMIT',
        `More than ${max} requests in ${windowMs / 1000} seconds. Try again in ${after}.`,
      ),
  })
}

/** Of a route that letters lead to: requests with the token of a letter are counted by it, others by address. */
export const limitByLetter = (letterOf: (request: FastifyRequest) => string | null) => ({
  keyGenerator: (request: FastifyRequest): string => {
    const letter = letterOf(request)
    return letter === null ? `address:${network(request.ip)}` : `letter:${letter}`
  },
})

/** One household has 2^64 addresses of IPv6: count the network. */
export function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  if (!ip.includes(':')) return ip
  const [head = '', tail = ''] = ip.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === '' ? [] : tail.split(':')
  const gap = ip.includes('::') ? Array(Math.max(0, 8 - front.length - back.length)).fill('0') : []
  return [...front, ...gap, ...back].slice(0, 4).join(':')
}
