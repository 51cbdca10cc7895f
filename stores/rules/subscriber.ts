import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { EpochMs, Json, ListId, SubscriberId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../../engine/model/subscriber.ts'
import { eventOfStatus, nextStatus } from '../../engine/model/subscription.ts'
import type { MergeRule, SubscriberRow, UpsertLook, UpsertOptions } from '../../engine/ports/subscribers.ts'

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
export function upsertStatus(
  known: SubscriberStatus,
  wanted: SubscriberStatus | undefined,
): SubscriberStatus {
  if (wanted === undefined || departed.includes(known)) return known
  const event = eventOfStatus(wanted)
  return event === null ? known : (nextStatus(known, event) ?? known)
}

/** What an upsert makes of a known subscriber; null when it changes nothing. */
export function mergeSubscriber(
  known: SubscriberFields,
  input: SubscriberInput,
  rule: MergeRule = 'overwrite',
): SubscriberFields | null {
  // Nothing is known of the erased, and nothing is to be.
  if (rule === 'keep' || known.status === 'erased') return null
  if (rule === 'overwrite') return mergeFields(known, input, upsertStatus(known.status, input.status))
  const { status } = input
  const filled = {
    ...(isEmpty(known.name) && input.name !== undefined && { name: input.name }),
    ...(isEmpty(known.language) && input.language !== undefined && { language: input.language }),
    ...(isEmpty(known.timeZone) && input.timeZone !== undefined && { timeZone: input.timeZone }),
    ...(input.attributes !== undefined && { attributes: absent(known.attributes, input.attributes) }),
    ...(input.topics !== undefined && { topics: absent(known.topics, input.topics) }),
  }
  // Who left elsewhere has left.
  const leaves = status !== undefined && departed.includes(status)
  return mergeFields(known, filled, leaves ? upsertStatus(known.status, status) : known.status)
}

const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === ''

/** Those of `input` that say something where nothing is. */
const absent = <T extends Json>(
  known: { readonly [key: string]: T },
  input: { readonly [key: string]: T },
): { readonly [key: string]: T } =>
  Object.fromEntries(
    Object.entries(input).filter(([key]) => !Object.hasOwn(known, key) || isEmpty(known[key])),
  )

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

/** Does a row that says `next` change a membership? Who left a list stays away from it. */
export const joins = (before: Membership | undefined, next: Membership): boolean => {
  switch (next) {
    case 'active':
      return before === undefined || before === 'unconfirmed'
    case 'unsubscribed':
      return before !== 'unsubscribed'
    case 'unconfirmed':
      return before === undefined
  }
}

/** What a row asks of lists: its own first, so that its own word about leaving stands. */
export const wantedOf = (row: SubscriberRow, { lists, now }: UpsertOptions): readonly Wanted[] => [
  ...(row.memberships ?? []).map(({ listId, membership, at }) => ({ listId, membership, at: at ?? now })),
  ...lists.map((listId) => ({ listId, membership: 'active' as const, at: now })),
]
export interface Wanted {
  readonly listId: ListId
  readonly membership: Membership
  readonly at: EpochMs
}

/** Every list that these rows name. */
export function listsIn(rows: readonly SubscriberRow[], lists: readonly ListId[]): ReadonlySet<ListId> {
  const named = new Set(lists)
  for (const row of rows) for (const { listId } of row.memberships ?? []) named.add(listId)
  return named
}

/** `SubscriberStore.look` over what a store has. */
export function lookAt(
  rows: readonly SubscriberRow[],
  options: UpsertOptions,
  find: (address: string) => {
    readonly fields: SubscriberFields
    readonly membership: (list: ListId) => Membership | undefined
  } | null,
  isErased: (address: string) => boolean,
): UpsertLook[] {
  // A row may meet one before it.
  const seen = new Map<
    string,
    { fields: SubscriberFields; readonly lists: Map<ListId, Membership | undefined> }
  >()
  const present = (row: SubscriberRow) => {
    const before = seen.get(row.address)
    if (before !== undefined) return before
    const found = find(row.address)
    if (found === null) return null
    const lists = new Map(wantedOf(row, options).map(({ listId }) => [listId, found.membership(listId)]))
    const entry = { fields: found.fields, lists }
    seen.set(row.address, entry)
    return entry
  }
  return rows.map((row) => {
    const known = present(row)
    if ((known === null || known.fields.status === 'unconfirmed') && isErased(row.address))
      return { outcome: 'erased', after: { ...newSubscriber({ address: row.address }), status: 'erased' } }
    if (known === null) {
      const fields = newSubscriber(row)
      const lists = new Map<ListId, Membership | undefined>()
      for (const { listId, membership } of wantedOf(row, options))
        if (joins(lists.get(listId), membership)) lists.set(listId, membership)
      seen.set(row.address, { fields, lists })
      return { outcome: 'created', after: fields }
    }
    if (options.merge === 'keep') return { outcome: 'unchanged', after: known.fields }
    const merged = mergeSubscriber(known.fields, row, options.merge)
    let joined = false
    if (known.fields.status === 'erased') return { outcome: 'unchanged', after: known.fields }
    for (const { listId, membership } of wantedOf(row, options)) {
      if (!known.lists.has(listId)) known.lists.set(listId, find(row.address)?.membership(listId))
      if (!joins(known.lists.get(listId), membership)) continue
      known.lists.set(listId, membership)
      joined = true
    }
    known.fields = merged ?? known.fields
    return { outcome: merged !== null || joined ? 'updated' : 'unchanged', after: known.fields }
  })
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
