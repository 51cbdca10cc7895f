import type { EpochMs, ListId, SubscriberId } from '../../engine/model/ids.ts'
import type { Subscriber, SubscriberInput } from '../../engine/model/subscriber.ts'
import type { SubscriberQuery, SubscriberStore, UpsertOutcome } from '../../engine/ports/subscribers.ts'
import { pageOf } from '../rules/page.ts'
import { noSuch } from '../rules/refusals.ts'
import { fits } from '../rules/segment.ts'
import { leavesFor, mergeSubscriber, newSubscriber } from '../rules/subscriber.ts'
import { personOf } from './audience.ts'
import { appendEvent, isActiveMember, type MemoryState } from './state.ts'

export function createSubscribers(state: MemoryState): SubscriberStore {
  const at = (id: SubscriberId): Subscriber | undefined => state.subscribers[id - 1]
  const put = (row: Subscriber) => {
    state.subscribers[row.id - 1] = row
  }

  const join = (list: ListId, id: SubscriberId, now: EpochMs): boolean => {
    const members = state.memberships.get(list) ?? new Map()
    state.memberships.set(list, members)
    const membership = members.get(id)?.membership
    if (membership === 'active' || membership === 'unsubscribed') return false
    members.set(id, { membership: 'active', at: now })
    return true
  }

  const upsertOne = (input: SubscriberInput, lists: readonly ListId[], now: EpochMs): UpsertOutcome => {
    const knownId = state.byAddress.get(input.address)
    const known = knownId === undefined ? undefined : at(knownId)
    if (known === undefined) {
      const id = (state.subscribers.length + 1) as SubscriberId
      put({ id, address: input.address, ...newSubscriber(input), createdAt: now, updatedAt: now })
      state.byAddress.set(input.address, id)
      for (const list of lists) join(list, id, now)
      return { id, outcome: 'created' }
    }
    const merged = mergeSubscriber(known, input)
    if (merged !== null) put({ ...known, ...merged, updatedAt: now })
    const joined = lists.filter((list) => join(list, known.id, now)).length > 0
    return { id: known.id, outcome: merged !== null || joined ? 'updated' : 'unchanged' }
  }

  const matches = (
    row: Subscriber,
    query: Pick<SubscriberQuery, 'status' | 'list' | 'search' | 'segment'>,
  ): boolean => {
    if (query.status !== undefined && row.status !== query.status) return false
    if (query.list !== undefined && !isActiveMember(state, [query.list], row.id)) return false
    if (query.segment !== undefined && !fits(query.segment, personOf(state, row))) return false
    if (query.search === undefined) return true
    const part = query.search.toLowerCase()
    return row.address.toLowerCase().includes(part) || (row.name ?? '').toLowerCase().includes(part)
  }

  return {
    async upsert(rows, { lists, now }) {
      for (const list of lists) if (!state.lists.has(list)) throw noSuch('list', list)
      return structuredClone(rows).map((row) => upsertOne(row, lists, now))
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
    async leave({ id, lists, publicationId, now }) {
      const row = at(id)
      if (row === undefined) return { changed: false }
      let changed = false
      for (const [listId, members] of state.memberships) {
        if (lists !== 'all' && !lists.includes(listId)) continue
        const membership = members.get(id)?.membership
        if (membership === undefined || membership === 'unsubscribed') continue
        members.set(id, { membership: 'unsubscribed', at: now })
        changed = true
      }
      if (lists === 'all' && leavesFor(row.status)) {
        put({ ...row, status: 'unsubscribed', updatedAt: now })
        changed = true
      }
      const led = publicationId === null ? undefined : state.publications.get(publicationId)?.publication
      if (changed && led !== undefined)
        appendEvent(state, {
          publicationId: led.id,
          subscriberId: id,
          channel: led.spec.channel,
          type: 'unsubscribed',
          at: now,
          code: null,
          detail: null,
        })
      return { changed }
    },
    async setStatus(ids, status, now) {
      let changed = 0
      for (const id of new Set(ids)) {
        const row = at(id)
        if (row === undefined || row.status === status) continue
        put({ ...row, status, updatedAt: now })
        changed += 1
      }
      return changed
    },
  }
}
