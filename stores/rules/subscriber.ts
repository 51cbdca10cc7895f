import { isDeepStrictEqual } from 'node:util'
import type { EpochMs, Json, ListId } from '../../engine/model/ids.ts'
import type { Membership } from '../../engine/model/list.ts'
import type { Subscriber, SubscriberInput, SubscriberStatus } from '../../engine/model/subscriber.ts'
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

/** What an upsert makes of a known subscriber; null when it changes nothing. */
export function mergeSubscriber(
  known: SubscriberFields,
  input: SubscriberInput,
  rule: MergeRule = 'overwrite',
): SubscriberFields | null {
  if (rule === 'keep') return null
  const fill = rule === 'fill'
  const one = <T extends string>(before: T | null, next: T | null | undefined): T | null =>
    next === undefined || (fill && before !== null && before !== '') ? before : next
  // Who left stays away: an import never brings anyone back.
  const moves =
    input.status !== undefined &&
    !departed.includes(known.status) &&
    (!fill || departed.includes(input.status))
  const merged: SubscriberFields = {
    name: one(known.name, input.name),
    language: one(known.language, input.language),
    timeZone: one(known.timeZone, input.timeZone),
    status: moves && input.status !== undefined ? input.status : known.status,
    attributes: mergeKeys(
      known.attributes,
      fill ? absent(known.attributes, input.attributes) : input.attributes,
    ),
    topics: mergeKeys(known.topics, fill ? absent(known.topics, input.topics) : input.topics),
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

/** Those of `input` that say something where nothing is. */
function absent<T extends Json>(
  known: { readonly [key: string]: T },
  input: { readonly [key: string]: T } | undefined,
): { readonly [key: string]: T } | undefined {
  if (input === undefined) return undefined
  const empty = (key: string) => !Object.hasOwn(known, key) || known[key] === null || known[key] === ''
  return Object.fromEntries(Object.entries(input).filter(([key]) => empty(key)))
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

/** Does leaving everything change this status? A complaint and an erasure say more than leaving does. */
export const leavesFor = (status: SubscriberStatus): boolean =>
  status !== 'unsubscribed' && status !== 'complained' && status !== 'erased'
