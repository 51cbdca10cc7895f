import { hash } from 'node:crypto'
import type { Clock } from '../../engine/clock.ts'
import type { BucketRequest, BucketStore } from '../../engine/ports/buckets.ts'
import type { AccessConfig } from '../config/access.ts'
import { network } from '../http/limits/network.ts'

/** How often a password may be wrong: for an account, and for an account from one address. The buckets are the
 *  store's: they hold over restarts and over all daemons. */
export interface Gate {
  /** Before a password or code is looked at. Null when it may be, else seconds to wait. */
  enter(account: string, ip: string): Promise<number | null>
  /** It was right: it does not count. */
  pass(account: string, ip: string): Promise<void>
}

// Hash buckets, so that whoever invents names fills no table, and no name is kept. Two who share one share its limit.
const slots = 20

export function createGate(limits: AccessConfig['failures'], buckets: BucketStore, clock: Clock): Gate {
  const request = (kind: keyof typeof limits, who: string): BucketRequest => {
    const slot = hash('sha256', `${kind} ${who}`, 'buffer').readUInt32BE(0) >>> (32 - slots)
    const { perHour, burst } = limits[kind]
    return { key: `login:${kind}:${slot.toString(36)}`, perSecond: perHour / 3600, burst, want: 1 }
  }
  const requests = (account: string, ip: string): readonly BucketRequest[] => [
    request('both', `${account} ${network(ip)}`),
    request('account', account),
  ]
  return {
    async enter(account, ip) {
      const now = clock.now()
      // One after the other: who is held back by the first takes nothing of the others, so that nobody locks an account for
      // everybody from one address.
      const taken: BucketRequest[] = []
      for (const each of requests(account, ip)) {
        const [grant] = await buckets.take([each], now)
        if (grant!.granted === 1) {
          taken.push(each)
          continue
        }
        if (taken.length > 0) await buckets.giveBack(taken, now)
        return Math.max(1, Math.ceil((grant!.nextAt - now) / 1000))
      }
      return null
    },
    pass: (account, ip) => buckets.giveBack(requests(account, ip), clock.now()),
  }
}
