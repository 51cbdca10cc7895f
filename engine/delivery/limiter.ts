import type { EngineConfig, Limit } from '../config.ts'
import { domainOf } from '../model/address.ts'
import type { EpochMs } from '../model/ids.ts'
import type { BucketRequest, BucketStore } from '../ports/buckets.ts'

/** Which of a batch may go now, by the buckets of its channel, sender and recipient domains. */
export interface Limiter {
  /** False when nothing is limited for this channel and sender: then `admit` need not be asked. */
  applies(channel: string, sender: string): boolean
  /** Indexes of the addresses that may go now, and when the first of the others may. */
  admit(
    channel: string,
    sender: string,
    addresses: readonly string[],
    now: EpochMs,
  ): Promise<{ readonly admitted: readonly number[]; readonly nextAt: EpochMs | null }>
}

export function createLimiter(limits: EngineConfig['limits'], buckets: BucketStore): Limiter {
  const anyDomain = Object.keys(limits.domain).length > 0

  const request = (key: string, { perSecond, burst }: Limit, want: number): BucketRequest => ({
    key,
    perSecond,
    // One second's worth by default, so that a batch is one grant and not a hundred.
    burst: burst ?? Math.max(1, Math.ceil(perSecond)),
    want,
  })

  const limitOfDomain = (domain: string): Limit | undefined =>
    Object.hasOwn(limits.domain, domain) ? limits.domain[domain] : limits.domain['*']

  return {
    applies: (channel, sender) =>
      anyDomain || Object.hasOwn(limits.channel, channel) || Object.hasOwn(limits.sender, sender),

    async admit(channel, sender, addresses, now) {
      const byDomain = new Map<string, number[]>()
      const admitted: number[] = []
      for (const [i, address] of addresses.entries()) {
        const domain = domainOf(address)
        if (!limitOfDomain(domain)) admitted.push(i)
        else byDomain.set(domain, [...(byDomain.get(domain) ?? []), i])
      }
      const times: EpochMs[] = []
      const taken: BucketRequest[] = []
      const domainRequests = [...byDomain].map(([domain, indexes]) =>
        request(`domain:${domain}`, limitOfDomain(domain)!, indexes.length),
      )
      if (domainRequests.length > 0) {
        const grants = await buckets.take(domainRequests, now)
        for (const [k, indexes] of [...byDomain.values()].entries()) {
          const { granted, nextAt } = grants[k]!
          admitted.push(...indexes.slice(0, granted))
          if (granted > 0) taken.push({ ...domainRequests[k]!, want: granted })
          if (granted < indexes.length) times.push(nextAt)
        }
      }
      // The shared buckets last, and together: they are asked only for what the domains let through.
      const shared: BucketRequest[] = []
      const channelLimit = Object.hasOwn(limits.channel, channel) ? limits.channel[channel] : undefined
      const senderLimit = Object.hasOwn(limits.sender, sender) ? limits.sender[sender] : undefined
      if (channelLimit) shared.push(request(`channel:${channel}`, channelLimit, admitted.length))
      if (senderLimit) shared.push(request(`sender:${sender}`, senderLimit, admitted.length))
      if (shared.length > 0 && admitted.length > 0) {
        const grants = await buckets.take(shared, now)
        const allowed = Math.min(...grants.map(({ granted }) => granted))
        for (const { granted, nextAt } of grants) if (granted < admitted.length) times.push(nextAt)
        const unused = shared.flatMap((one, k) =>
          grants[k]!.granted > allowed ? [{ ...one, want: grants[k]!.granted - allowed }] : [],
        )
        const refused = admitted.splice(allowed)
        for (const index of refused) {
          const key = `domain:${domainOf(addresses[index]!)}`
          const from = taken.find((one) => one.key === key)
          if (from) unused.push({ ...from, want: 1 })
        }
        if (unused.length > 0) await buckets.giveBack(unused, now)
      }
      admitted.sort((a, b) => a - b)
      return { admitted, nextAt: times.length === 0 ? null : Math.min(...times) }
    },
  }
}
