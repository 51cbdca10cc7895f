import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../engine/model/ids.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../../engine/model/subscriber.ts'

/** Statuses that an upsert does not move anyone out of: `departedStatuses` of the model. Said again, since the
 *  model's file brings zod, and every database thread would carry its 12 MB; the contract suite compares. */
export const departed: readonly SubscriberStatus[] = ['unsubscribed', 'bounced', 'complained', 'erased']

export type SubscriberFields = Omit<Subscriber, 'id' | 'address' | 'createdAt' | 'updatedAt'>

/** What a new subscriber starts with. */
export const newSubscriber = (input: SubscriberInput): SubscriberFields => ({
  name: input.name ?? null,
  language: input.language ?? null,
  timeZone: input.timeZone ?? null,
  status: input.status ?? 'active',
  attributes: input.attributes ?? {},
  topics: input.topics ?? {},
})

/** What an upsert makes of a known subscriber; null when it changes nothing. */
export function mergeSubscriber(known: SubscriberFields, input: SubscriberInput): SubscriberFields | null {
  const merged: SubscriberFields = {
    name: input.name === undefined ? known.name : input.name,
    language: input.language === undefined ? known.language : input.language,
    timeZone: input.timeZone === undefined ? known.timeZone : input.timeZone,
    // Who left stays away: an import never brings anyone back.
    status: input.status === undefined || departed.includes(known.status) ? known.status : input.status,
    attributes: mergeKeys(known.attributes, input.attributes),
    topics: mergeKeys(known.topics, input.topics),
  }
  const same =
    merged.attributes === known.attributes &&
    merged.topics === known.topics &&
    merged.name === known.name &&
    merged.language === known.language &&
    merged.timeZone === known.timeZone &&
    merged.status === known.status
  return same ? null : merged
}

/** `known` itself when nothing in it changes. */
function mergeKeys<T extends Json>(
  known: { readonly [key: string]: T },
  input: { readonly [key: string]: T } | undefined,
): { readonly [key: string]: T } {
  if (input === undefined) return known
  const same = Object.entries(input).every(
    ([key, value]) => Object.hasOwn(known, key) && isDeepStrictEqual(known[key], value),
  )
  return same ? known : { ...known, ...input }
}

/** Does leaving everything change this status? A complaint and an erasure say more than leaving does. */
export const leavesFor = (status: SubscriberStatus): boolean =>
  status !== 'unsubscribed' && status !== 'complained' && status !== 'erased'
