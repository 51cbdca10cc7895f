import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import { noticeKinds } from '../../../engine/model/notice.ts'
import type { Subscriber } from '../../../engine/model/subscriber.ts'
import type { SubscriptionSettings, SubscriptionStore } from '../../../engine/ports/subscriptions.ts'
import { erasedAddress, hashOfAddress, mergeFields, newSubscriber } from '../../rules/subscriber.ts'
import {
  bulkConsent,
  changedMemberships,
  changedSettings,
  consentsOf,
  noSettings,
} from '../../rules/subscription.ts'
import { type AlertState, forgetFollower } from '../alerts/state.ts'
import { forgetReader } from '../analytics/state.ts'
import { appendConsent, type MemoryState } from '../state.ts'
import { putNotice } from './notices.ts'
import { leftBy } from './subscribers.ts'

/** One person's decisions. */
export function createSubscriptions(state: MemoryState, alerts: AlertState): SubscriptionStore {
  const at = (id: SubscriberId): Subscriber | undefined => state.subscribers[id - 1]
  const put = (row: Subscriber) => {
    state.subscribers[row.id - 1] = row
  }
  const settingsOf = (id: SubscriberId): SubscriptionSettings => state.settings.get(id) ?? noSettings
  const membershipsOf = (id: SubscriberId): ReadonlyMap<ListId, Membership> =>
    new Map(
      [...state.memberships]
        .sort(([a], [b]) => a - b)
        .flatMap(([list, members]) => {
          const member = members.get(id)
          return member === undefined ? [] : [[list, member.membership] as const]
        }),
    )

  const forgetDetails = (id: SubscriberId): void => {
    for (const run of state.publications.values()) {
      const row = run.deliveries.get(id)
      if (row !== undefined) run.deliveries.set(id, { ...row, detail: null, picks: null })
    }
    state.events.forEach((event, i) => {
      if (event.subscriberId === id) state.events[i] = { ...event, detail: null }
    })
    const consents = state.consents.get(id) ?? []
    state.consents.set(
      id,
      consents.map((row) => ({ ...row, ip: null, userAgent: null, words: null })),
    )
  }

  return {
    async settings(id) {
      return at(id) === undefined ? null : settingsOf(id)
    },
    async begin(input, now) {
      const known = state.byAddress.get(input.address)
      if (known !== undefined) return { id: known, created: false }
      const id = (state.subscribers.length + 1) as SubscriberId
      const fields = { ...newSubscriber(structuredClone(input)), status: 'unconfirmed' as const }
      put({ id, address: input.address, ...fields, createdAt: now, updatedAt: now })
      state.byAddress.set(input.address, id)
      return { id, created: true }
    },
    async persist(given) {
      const change = structuredClone(given)
      const { id, now } = change
      const row = at(id)
      if (row === undefined || row.status !== change.from) return { status: 'moved' }
      const merged = mergeFields(row, change.fields ?? {}, change.to)
      if (merged !== null) put({ ...row, ...merged, updatedAt: now })
      const settings = changedSettings(settingsOf(id), change.settings)
      if (settings !== null) state.settings.set(id, settings)
      if (settings?.tracking === 'denied') state.affinities.delete(id)
      const memberships = changedMemberships(membershipsOf(id), change)
      for (const [list, membership] of memberships) {
        const members = state.memberships.get(list) ?? new Map()
        state.memberships.set(list, members.set(id, { membership, at: now }))
      }
      if (change.confirmed === true || change.leave === 'all') state.notices.delete(`${id}/confirm`)
      if (change.confirmed === true) state.erased.delete(hashOfAddress(state.salt, row.address))
      if (change.notice !== undefined) putNotice(state, change.notice)
      const changed = merged !== null || settings !== null || memberships.size > 0
      if (changed || change.notice !== undefined)
        for (const consent of consentsOf(change)) appendConsent(state, consent)
      if (change.leave !== undefined && (merged !== null || memberships.size > 0))
        leftBy(state, change.publicationId ?? null, id, now)
      return { status: 'done', changed }
    },
    async erase({ id, remember, proof, now }) {
      const row = at(id)
      if (row === undefined || row.status === 'erased') return false
      if (remember) state.erased.set(hashOfAddress(state.salt, row.address), now)
      state.byAddress.delete(row.address)
      const address = erasedAddress(id)
      state.byAddress.set(address, id)
      const bare = newSubscriber({ address })
      put({ id, address, ...bare, status: 'erased', createdAt: row.createdAt, updatedAt: now })
      state.suppressions.delete(row.address)
      state.softBounces.delete(id)
      for (const members of state.memberships.values()) members.delete(id)
      state.settings.delete(id)
      state.affinities.delete(id)
      for (const kind of noticeKinds) state.notices.delete(`${id}/${kind}`)
      forgetDetails(id)
      forgetReader(state.rollups, id)
      forgetFollower(alerts, id)
      const move = { subscriberId: id, kind: 'erase', from: row.status, to: 'erased', lists: [] } as const
      const bareWords = { ...proof, ip: null, userAgent: null, words: null }
      appendConsent(state, bulkConsent(bareWords, now, move))
      return true
    },
    async wasErased(address) {
      return state.erased.has(hashOfAddress(state.salt, address))
    },
    async duePauses({ now, limit }) {
      return [...state.settings]
        .filter(([id, { pausedUntil }]) => {
          return pausedUntil !== null && pausedUntil <= now && at(id)?.status === 'paused'
        })
        .sort(([, a], [, b]) => (a.pausedUntil ?? 0) - (b.pausedUntil ?? 0))
        .slice(0, limit)
        .map(([id]) => id)
    },
    async unconfirmed({ before, limit }) {
      return state.subscribers
        .filter(({ id, status, updatedAt }) => {
          const waits = (state.notices.get(`${id}/confirm`)?.dueAt ?? null) !== null
          return status === 'unconfirmed' && updatedAt < before && !waits
        })
        .slice(0, limit)
        .map(({ id }) => id)
    },
    async forget(what, { before, limit }) {
      let count = 0
      if (what === 'hashes')
        for (const [hash, since] of state.erased) {
          if (count === limit || since >= before) continue
          state.erased.delete(hash)
          count += 1
        }
      else
        for (const members of state.memberships.values())
          for (const [id, { membership, at: since }] of members) {
            if (count === limit || membership !== 'unconfirmed' || since >= before) continue
            members.delete(id)
            count += 1
          }
      return count
    },
  }
}
