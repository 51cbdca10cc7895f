import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BroadsheetError } from '../../../engine/errors.ts'
import { callerKey } from '../../access/caller.ts'
import type { HttpLimits, LimitName } from '../../config/http.ts'
import type { Auth } from '../request/auth.ts'
import type { Limiter, Rate, Verdict } from './limiter.ts'
import { network } from './network.ts'

/** Count every request against its caller, or its address where there is none, before anything else is done with it: what
 *  is over is refused with E_LIMIT and `Retry-After`. A wrong key counts for its address: guessing is what should be slow. */
export function useRates(
  app: FastifyInstance,
  options: { readonly limits: HttpLimits; readonly limiter: Limiter; readonly auth: Auth },
): void {
  const { limits, limiter, auth } = options

  async function kindOf(request: FastifyRequest): Promise<readonly [LimitName, string] | null> {
    const { limit, letterOf, scope, intake } = request.routeOptions.config
    if (limit === false) return null
    const letter = letterOf?.(request) ?? null
    if (letter !== null) return ['perLetter', letter]
    if (limit !== undefined) return [limit, network(request.ip)]
    if (scope === 'public') return ['public', network(request.ip)]
    const caller = await auth.identify(request)
    if (caller === null) return ['perAddress', network(request.ip)]
    const name = intake === true ? 'alerts' : caller.kind === 'user' ? 'perUser' : 'perKey'
    return [name, callerKey(caller)]
  }

  app.addHook('onRequest', async (request, reply) => {
    const kind = await kindOf(request)
    if (kind === null) return
    const [name, who] = kind
    const rate = limits[name]
    const verdict = await limiter.take(`${name}:${who}`, rate)
    tell(reply, name, rate, verdict)
    if (!verdict.pass) throw tooMany(reply, rate, verdict)
  })
}

/** https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-11: the policy's quota `q` is refilled evenly over
 *  `w` seconds; `r` requests are left, and all of them again after `t` seconds. */
function tell(reply: FastifyReply, name: LimitName, rate: Rate, { left }: Verdict): void {
  const { perSecond, burst } = rate
  const windowSeconds = Math.max(1, Math.ceil(burst / perSecond))
  const fullSeconds = Math.ceil((burst - left) / perSecond)
  reply.header('ratelimit-policy', `"${name}";q=${burst};w=${windowSeconds}`)
  reply.header('ratelimit', `"${name}";r=${left};t=${fullSeconds}`)
}

// Made once: `toLocaleString` makes one each time, which takes longer than all else that a refusal does.
const counted = new Intl.NumberFormat('en')

function tooMany(reply: FastifyReply, { perSecond, burst }: Rate, { waitMs }: Verdict): BroadsheetError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  reply.header('retry-after', seconds)
  return new BroadsheetError(
    'E_LIMIT',
    `More than ${counted.format(perSecond)} requests a second, and more than ${counted.format(burst)} at once. ` +
      `Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`,
  )
}
