import type { Follow, FollowInput } from '../../../engine/model/follow.ts'
import type { EpochMs, FollowId, SubscriberId } from '../../../engine/model/ids.ts'
import type { FollowPreferenceStore, FollowStore } from '../../../engine/ports/follows.ts'
import { maxFollowsAPerson, plainPreferences, tooManyFollows } from '../../rules/follow.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import type { MemoryState } from '../state.ts'
import type { AlertState } from './state.ts'

const livesIn = ({ subscribers }: MemoryState, id: SubscriberId): boolean => {
  const row = subscribers[id - 1]
  return row !== undefined && row.status !== 'erased'
}

export function createFollows(people: MemoryState, { follows, changes }: AlertState): FollowStore {
  let lastId = 0

  function put(subscriberId: SubscriberId, input: FollowInput, now: EpochMs): Follow {
    lastId += 1
    const id = lastId as FollowId
    const follow = { ...structuredClone(input), id, subscriberId, version: 1, createdAt: now, updatedAt: now }
    follows.set(id, follow)
    changes.push(id)
    return follow
  }
  const ofPerson = (id: SubscriberId) => [...follows.values()].filter((row) => row.subscriberId === id)

  return {
    async insert(subscriberId, input, now) {
      if (!livesIn(people, subscriberId)) throw noSuch('subscriber', subscriberId)
      if (ofPerson(subscriberId).length >= maxFollowsAPerson) throw tooManyFollows(subscriberId)
      return put(subscriberId, input, now)
    },
    async insertMany(rows, now) {
      const there = rows.filter(({ subscriberId }) => livesIn(people, subscriberId))
      for (const { subscriberId, input } of there) put(subscriberId, input, now)
      return there.length
    },
    async update(id, version, input, now) {
      const known = follows.get(id)
      if (known === undefined) throw noSuch('follow', id)
      if (known.version !== version) throw versionMoved('follow', id, version, known.version)
      const next = { ...known, ...structuredClone(input), version: version + 1, updatedAt: now }
      follows.set(id, next)
      changes.push(id)
      return next
    },
    async remove(id) {
      if (!follows.delete(id)) return false
      changes.push(id)
      return true
    },
    async get(ids) {
      return ids.flatMap((id) => follows.get(id) ?? [])
    },
    async page({ after, limit, subscriberId }) {
      const rows = [...follows.values()].filter(
        (row) => row.id > after && (subscriberId === undefined || row.subscriberId === subscriberId),
      )
      return pageOf(rows, limit, ({ id }) => id)
    },
    async changes({ since, limit }) {
      if (since === null) return { changes: [], until: changes.length, more: false }
      const part = changes.slice(since, since + limit)
      const until = since + part.length
      return {
        changes: part.map((id) => ({ id, follow: follows.get(id) ?? null })),
        until,
        more: until < changes.length,
      }
    },
  }
}

export function createFollowPreferences(
  people: MemoryState,
  { preferences, follows, changes }: AlertState,
): FollowPreferenceStore {
  const all = () =>
    [...preferences]
      .map(([subscriberId, said]) => ({
        subscriberId,
        timeZone: people.subscribers[subscriberId - 1]?.timeZone ?? null,
        preferences: said,
      }))
      .sort((a, b) => a.subscriberId - b.subscriberId)
  return {
    async get(id) {
      return preferences.get(id) ?? plainPreferences
    },
    async set(id, said) {
      if (!livesIn(people, id)) throw noSuch('subscriber', id)
      preferences.set(id, structuredClone(said))
      for (const follow of follows.values()) if (follow.subscriberId === id) changes.push(follow.id)
    },
    async page({ after, limit }) {
      const rows = all().filter(({ subscriberId }) => subscriberId > after)
      return pageOf(rows, limit, ({ subscriberId }) => subscriberId)
    },
    async of(ids) {
      const wanted = new Set(ids)
      return all().filter(({ subscriberId }) => wanted.has(subscriberId))
    },
  }
}
