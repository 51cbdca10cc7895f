import fc from 'fast-check'
import type { PostingSettlement } from '../../../../engine/ports/notifications.ts'

// Small on purpose: few targets meet each other often, and a failure shrinks to something readable. The last person is reached
// by mail and over another channel.
export const contacts = [null, null, null, 'U3'] as const
export const owners = [0, 1, 2, 2] as const

/** `mask` picks follows; `pick` one of the postings that were ever given, or of the notifications, the newest first; `alive`:
 *  whoever takes it lives for longer than the test, or is dead at once. */
export type Step =
  | {
      readonly do: 'tell'
      readonly rooms: number
      readonly mask: number
      readonly held: number
      readonly severity: number
      readonly thread: number
      readonly late: boolean
      readonly limit: number
      readonly alive: boolean
    }
  | { readonly do: 'take'; readonly pick: number; readonly limit: number; readonly alive: boolean }
  | { readonly do: 'claim'; readonly limit: number; readonly alive: boolean }
  | {
      readonly do: 'settle'
      readonly pick: number
      readonly state: PostingSettlement['state']
      readonly again: boolean
      readonly receipt: boolean
      readonly suppress: boolean
    }
  | { readonly do: 'renew'; readonly pick: number }
  | { readonly do: 'digest' | 'pass' }
  | { readonly do: 'unfollow'; readonly follow: number }
  | { readonly do: 'leave' | 'suppress' | 'erase'; readonly person: number }

const bits = fc.integer({ min: 0, max: 2 ** contacts.length - 1 })
const person = fc.nat({ max: 2 })
const limit = fc.integer({ min: 1, max: 6 })
const alive = fc.boolean()
const is = <T extends string>(...names: T[]) => fc.constantFrom(...names)
const steps: fc.Arbitrary<Step>[] = [
  fc.record({
    do: is('tell'),
    rooms: fc.nat({ max: 2 }),
    mask: bits,
    held: bits,
    severity: fc.nat({ max: 3 }),
    thread: fc.nat({ max: 1 }),
    late: fc.boolean(),
    limit: fc.nat({ max: 4 }),
    alive,
  }),
  fc.record({ do: is('take'), pick: fc.nat({ max: 2 }), limit, alive }),
  fc.record({ do: is('claim'), limit, alive }),
  fc.record({
    do: is('settle'),
    pick: fc.nat({ max: 5 }),
    state: is('sent', 'failed', 'retry', 'unknown', 'unsent'),
    again: fc.boolean(),
    receipt: fc.boolean(),
    suppress: fc.boolean(),
  }),
  fc.record({ do: is('renew'), pick: fc.nat({ max: 3 }) }),
  fc.record({ do: is('digest', 'pass') }),
  fc.record({ do: is('unfollow'), follow: fc.nat({ max: contacts.length - 1 }) }),
  fc.record({ do: is('leave', 'suppress', 'erase'), person }),
]
const weights = [4, 3, 6, 8, 2, 4, 1, 1]
export const step = fc.oneof(...steps.map((arbitrary, i) => ({ weight: weights[i]!, arbitrary })))
