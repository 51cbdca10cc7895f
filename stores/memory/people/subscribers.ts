import type { EpochMs, ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import { forcedStatus } from '../../../engine/model/subscription.ts'
import type {
  SubscriberQuery,
  SubscriberRow,
  SubscriberStore,
  UpsertOptions,
  UpsertOutcome,
} from '../../../engine/ports/subscribers.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import { fits } from '../../rules/segment.ts'
import {
  hashOfAddress,
  joins,
  leftStatus,
  listsIn,
  lookAt,
  mergeSubscriber,
  newSubscriber,
  type Wanted,
  wantedOf,
} from '../../rules/subscriber.ts'
import { bulkConsent, listsOf, upsertConsents } from '../../rules/subscription.ts'
import { personOf } from '../audience.ts'
import { appendConsent, appendEvent, isActiveMember, type MemoryState } from '../state.ts'

/** The event of a letter that led to leaving; null: none did. */
export function leftBy(
  state: MemoryState,
  publicationId: PublicationId | null,
  id: SubscriberId,
  now: EpochMs,
): void {
  const led = publicationId === null ? undefined : state.publications.get(publicationId)?.publication
  if (led !== undefined)
    appendEvent(state, {
      publicationId: led.id,
      subscriberId: id,
      channel: led.spec.channel,
      type: 'unsubscribed',
      at: now,
      code: null,
      detail: null,
    })
}

export function createSubscribers(state: MemoryState): SubscriberStore {
  const at = (id: SubscriberId): Subscriber | undefined => state.subscribers[id - 1]
  const put = (row: Subscriber) => {
    state.subscribers[row.id - 1] = row
  }

  const join = ({ listId, membership, at: since }: Wanted, id: SubscriberId): boolean => {
    const members = state.memberships.get(listId) ?? new Map()
    state.memberships.set(listId, members)
    if (!joins(members.get(id)?.membership, membership)) return false
    members.set(id, { membership, at: since })
    return true
  }

  const isErased = (address: string): boolean =>
    state.erased.size > 0 && state.erased.has(hashOfAddress(state.salt, address))

  const upsertOne = (input: SubscriberRow, options: UpsertOptions): UpsertOutcome => {
    const { now, merge, proof } = options
    const knownId = state.byAddress.get(input.address)
    const known = knownId === undefined ? undefined : at(knownId)
    // Unconfirmed: somebody erased who signed up again, and did not confirm it yet.
    if ((known === undefined || known.status === 'unconfirmed') && isErased(input.address))
      return { id: 0 as SubscriberId, outcome: 'erased' }
    if (known === undefined) {
      const id = (state.subscribers.length + 1) as SubscriberId
      const fields = newSubscriber(input)
      const createdAt = input.createdAt ?? now
      put({ id, address: input.address, ...fields, createdAt, updatedAt: input.updatedAt ?? now })
      state.byAddress.set(input.address, id)
      const wanted = wantedOf(input, options).filter((one) => join(one, id))
      const born = { subscriberId: id, kind: 'signUp', from: null, to: fields.status } as const
      appendConsent(state, bulkConsent(proof, now, { ...born, lists: listsOf(wanted, 'active') }))
      return { id, outcome: 'created' }
    }
    const { id, status: from } = known
    if (merge === 'keep') return { id, outcome: 'unchanged' }
    const merged = mergeSubscriber(known, input, merge)
    if (merged !== null) put({ ...known, ...merged, updatedAt: now })
    const changed = from === 'erased' ? [] : wantedOf(input, options).filter((one) => join(one, id))
    const to = merged?.status ?? from
    for (const consent of upsertConsents(from, to, changed))
      appendConsent(state, bulkConsent(proof, now, { subscriberId: id, from, to, ...consent }))
    return { id, outcome: merged !== null || changed.length > 0 ? 'updated' : 'unchanged' }
  }

  const matches = (
    row: Subscriber,
    query: Pick<SubscriberQuery, 'status' | 'list' | 'search' | 'segment'>,
  ): boolean => {
    if (query.status !== undefined && row.status !== query.status) return false
    if (query.list !== undefined && !isActiveMember(state, [query.list], row.id)) return false
    if (query.segment !== undefined && !fits(query.segment, personOf(state, row))) return false
    if (query.search === undefined) return true
    const part = foldText(query.search)
    return foldText(row.address).includes(part) || foldText(row.name ?? '').includes(part)
  }

  return {
    async upsert(rows, options) {
      for (const list of listsIn(rows, options.lists)) if (!state.lists.has(list)) throw noSuch('list', list)
      return structuredClone(rows).map((row) => upsertOne(row, options))
    },
    async look(rows, options) {
      const find = (address: string) => {
        const row = at(state.byAddress.get(address) ?? (0 as SubscriberId))
        if (row === undefined) return null
        const { id, address: _, createdAt: _created, updatedAt: _updated, ...fields } = row
        return { fields, membership: (list: ListId) => state.memberships.get(list)?.get(id)?.membership }
      }
      return lookAt(structuredClone(rows), options, find, isErased)
    },
    async get(ids) {
      return ids.map(at).filter((row) => row !== undefined)
    },
    async byAddress(address) {
      const id = state.byAddress.get(address)
      return id === undefined ? null : (at(id) ?? null)
    },
    async page(query) {
      const rows: Subscriber[] = []
      for (let i = query.after; i < state.subscribers.length && rows.length <= query.limit; i += 1) {
        const row = state.subscribers[i]
        if (row !== undefined && matches(row, query)) rows.push(row)
      }
      return pageOf(rows, query.limit, (row) => row.id)
    },
    async count(query) {
      return state.subscribers.filter((row) => matches(row, query)).length
    },
    async memberships(id) {
      const found = []
      for (const [listId, members] of state.memberships) {
        const member = members.get(id)
        if (member !== undefined) found.push({ listId, ...member })
      }
      return found.sort((a, b) => a.listId - b.listId)
    },
    async membershipsOf(ids) {
      const found = []
      for (const id of [...new Set(ids)].sort((a, b) => a - b))
        for (const membership of await this.memberships(id)) found.push({ id, ...membership })
      return found
    },
    async leave({ id, lists, publicationId, now, proof }) {
      const row = at(id)
      if (row === undefined) return { changed: false }
      const left: ListId[] = []
      for (const [listId, members] of state.memberships) {
        if (lists !== 'all' && !lists.includes(listId)) continue
        const membership = members.get(id)?.membership
        if (membership === undefined || membership === 'unsubscribed') continue
        members.set(id, { membership: 'unsubscribed', at: now })
        left.push(listId)
      }
      const { status: from } = row
      const to = lists === 'all' ? leftStatus(from) : from
      if (to !== from) put({ ...row, status: to, updatedAt: now })
      if (lists === 'all') state.notices.delete(`${id}/confirm`)
      if (to === from && left.length === 0) return { changed: false }
      const kind = lists === 'all' ? 'unsubscribe' : 'leave'
      appendConsent(state, bulkConsent(proof, now, { subscriberId: id, kind, from, to, lists: left }))
      leftBy(state, publicationId, id, now)
      return { changed: true }
    },
    async setStatus(ids, status, now, proof) {
      let changed = 0
      for (const id of new Set(ids)) {
        const row = at(id)
        const to = row === undefined ? null : forcedStatus(row.status, status)
        if (row === undefined || to === null || row.status === to) continue
        put({ ...row, status: to, updatedAt: now })
        const move = { subscriberId: id, kind: 'setStatus', from: row.status, to, lists: [] } as const
        appendConsent(state, bulkConsent(proof, now, move))
        changed += 1
      }
      return changed
    },
  }
}
