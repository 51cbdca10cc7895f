import type { SubscriberId } from '../../engine/model/ids.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type {
  SubscriberQuery,
  SubscriberRow,
  SubscriberStore,
  UpsertOptions,
  UpsertOutcome,
} from '../../engine/ports/subscribers.ts'
import { pageOf } from '../rules/page.ts'
import { noSuch } from '../rules/refusals.ts'
import {
  joins,
  leavesFor,
  listsIn,
  lookAt,
  mergeSubscriber,
  newSubscriber,
  type Wanted,
  wantedOf,
} from '../rules/subscriber.ts'
import { appendEvent, isActiveMember, type MemoryState } from './state.ts'

export function createSubscribers(state: MemoryState): SubscriberStore {
  const at = (id: SubscriberId): Subscriber | undefined => state.subscribers[id - 1]
  const put = (row: Subscriber) => {
    state.subscribers[row.id - 1] = row
  }

  const join = ({ listId, membership, at }: Wanted, id: SubscriberId): boolean => {
    const members = state.memberships.get(listId) ?? new Map()
    state.memberships.set(listId, members)
    if (!joins(members.get(id)?.membership, membership)) return false
    members.set(id, { membership, at })
    return true
  }

  const upsertOne = (input: SubscriberRow, options: UpsertOptions): UpsertOutcome => {
    const { now, merge } = options
    const knownId = state.byAddress.get(input.address)
    const known = knownId === undefined ? undefined : at(knownId)
    if (known === undefined) {
      const id = (state.subscribers.length + 1) as SubscriberId
      const createdAt = input.createdAt ?? now
      const updatedAt = input.updatedAt ?? now
      put({ id, address: input.address, ...newSubscriber(input), createdAt, updatedAt })
      state.byAddress.set(input.address, id)
      for (const wanted of wantedOf(input, options)) join(wanted, id)
      return { id, outcome: 'created' }
    }
    if (merge === 'keep') return { id: known.id, outcome: 'unchanged' }
    const merged = mergeSubscriber(known, input, merge)
    if (merged !== null) put({ ...known, ...merged, updatedAt: now })
    const joined = wantedOf(input, options).filter((wanted) => join(wanted, known.id)).length > 0
    return { id: known.id, outcome: merged !== null || joined ? 'updated' : 'unchanged' }
  }

  const matches = (row: Subscriber, query: Pick<SubscriberQuery, 'status' | 'list' | 'search'>): boolean => {
    if (query.status !== undefined && row.status !== query.status) return false
    if (query.list !== undefined && !isActiveMember(state, [query.list], row.id)) return false
    if (query.search === undefined) return true
    const part = query.search.toLowerCase()
    return row.address.toLowerCase().includes(part) || (row.name ?? '').toLowerCase().includes(part)
  }

  return {
    async upsert(rows, options) {
      for (const list of listsIn(rows, options.lists)) if (!state.lists.has(list)) throw noSuch('list', list)
      return structuredClone(rows).map((row) => upsertOne(row, options))
    },
    async look(rows, options) {
      return lookAt(structuredClone(rows), options, (address) => {
        const row = at(state.byAddress.get(address) ?? (0 as SubscriberId))
        if (row === undefined) return null
        const { id, address: _, createdAt: _created, updatedAt: _updated, ...fields } = row
        return { fields, membership: (list) => state.memberships.get(list)?.get(id)?.membership }
      })
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
