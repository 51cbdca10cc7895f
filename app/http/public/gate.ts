import { hash } from 'node:crypto'
import type { Clock } from '../../../engine/clock.ts'
import type { BucketStore } from '../../../engine/ports/buckets.ts'
import type { PagesConfig } from '../../config/pages.ts'
import { network } from '../limits/network.ts'

/** How much forms may do. The buckets are the store's: they hold over restarts and over all daemons. */
export interface Gate {
  /** A form from this IP address; null when it may pass, else seconds to wait. */
  form(ip: string): Promise<number | null>
  /** With hashcash: a sign-up without proof. */
  unproved(ip: string): Promise<number | null>
  /** A mail that a form causes to this mailbox. */
  mail(address: string): Promise<boolean>
}

// Hash buckets, so that whoever invents addresses fills no table, and no address is kept: a million at most. Two
// people who share one share its limit.
const slots = 20

export function createGate(limits: PagesConfig['limits'], buckets: BucketStore, clock: Clock): Gate {
  async function wait(kind: keyof PagesConfig['limits'], who: string): Promise<number | null> {
    const { perHour, burst } = limits[kind]
    const slot = hash('sha256', `${kind} ${who}`, 'buffer').readUInt32BE(0) >>> (32 - slots)
    const now = clock.now()
    const [grant] = await buckets.take(
      [{ key: `page:${kind}:${slot.toString(36)}`, perSecond: perHour / 3600, burst, want: 1 }],
      now,
    )
    return grant!.granted === 1 ? null : Math.max(1, Math.ceil((grant!.nextAt - now) / 1000))
  }
  return {
    form: (ip) => wait('address', network(ip)),
    unproved: (ip) => wait('unproved', network(ip)),
    mail: async (address) => (await wait('mailbox', address)) === null,
  }
}
