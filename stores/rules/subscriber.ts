import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Json, SubscriberId } from '../../engine/model/ids.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../../engine/model/subscriber.ts'
import { eventOfStatus, nextStatus } from '../../engine/model/subscription.ts'

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

/** What an upsert's status makes of a known one, by the table of engine/model/subscription.ts. Who left stays away,
 *  whatever a file says of them: an import never brings anyone back. */
export function upsertStatus(known: SubscriberStatus, wanted: SubscriberStatus | undefined): SubscriberStatus {
  if (wanted === undefined || departed.includes(known)) return known
  const event = eventOfStatus(wanted)
  return event === null ? known : (nextStatus(known, event) ?? known)
}

/** What an upsert makes of a known subscriber; null when it changes nothing. */
export function mergeSubscriber(known: SubscriberFields, input: SubscriberInput): SubscriberFields | null {
  // Nothing is known of the erased, and nothing is to be.
  if (known.status === 'erased') return null
  return mergeFields(known, input, upsertStatus(known.status, input.status))
}

/** The same for a decision about one person, which brings the status with it. */
export function mergeFields(
  known: SubscriberFields,
  input: Partial<Omit<SubscriberInput, 'address' | 'status'>>,
  status: SubscriberStatus,
): SubscriberFields | null {
  const merged: SubscriberFields = {
    name: input.name === undefined ? known.name : input.name,
    language: input.language === undefined ? known.language : input.language,
    timeZone: input.timeZone === undefined ? known.timeZone : input.timeZone,
    status,
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

/** What the address being bad makes of a status. */
export const bouncedStatus = (status: SubscriberStatus): SubscriberStatus =>
  nextStatus(status, 'bounce') ?? status

/** What leaving everything makes of a status. A complaint and an erasure say more than leaving does. */
export const leftStatus = (status: SubscriberStatus): SubscriberStatus =>
  nextStatus(status, 'unsubscribe') ?? status

/** In place of an erased person's address: unique, and nothing that `parseAddress` takes. */
export const erasedAddress = (id: SubscriberId): string => `erased:${id}`

/** All that stays of an erased person's address. */
export const hashOfAddress = (salt: string, address: string): string =>
  createHmac('sha256', salt).update(address).digest('hex')
