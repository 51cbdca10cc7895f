import { createFollowIndex } from '../alerts/follow-index.ts'
import type { Alert, Severity } from '../model/alert.ts'
import { noFollowPreferences } from '../model/follow.ts'
import type { EpochMs, FollowId, Page, SubscriberId } from '../model/ids.ts'
import type { HeldTarget } from '../model/notification.ts'
import type { FollowChange, PersonPreferences } from '../ports/follows.ts'
import type { Store } from '../ports/store.ts'
import { wantedAt } from './hours.ts'
import { createPlaces } from './places.ts'

const pageSize = 5000
const hourMs = 3_600_000

/** Who gets a notification: some now, some later. */
export interface Readership {
  /** Ascending. */
  readonly people: Uint32Array
  /** Ascending. */
  readonly held: readonly HeldTarget[]
}

/** Everybody who follows alerts, in memory, and how they want to be told. */
export interface Readers {
  /** Reads all of them. */
  load(): Promise<void>
  /** Reads what changed since. */
  refresh(): Promise<void>
  /** Those who follow one of these alerts, as they are now; with `lists`, only the active members of one of them. */
  of(
    alerts: readonly Alert[],
    severity: Severity,
    now: EpochMs,
    lists?: readonly string[],
  ): Promise<Readership>
  /** How many follows an alert is for, whenever they want to hear of it; lists as above. */
  count(alert: Pick<Alert, 'topic' | 'severity' | 'labels'>, lists: readonly string[]): Promise<number>
  size(): number
  clear(): void
}

export function createReaders(parts: {
  readonly store: Pick<Store, 'follows' | 'followPreferences' | 'buckets' | 'lists' | 'deliveries'>
  /** Of people who did not say theirs. */
  readonly timeZone: string
}): Readers {
  const { store, timeZone } = parts
  let index = createFollowIndex()
  /** Of people who want to be told in a way of their own, by follow: most have none. */
  let wishes = new Map<FollowId, PersonPreferences>()
  let since: number | null = null

  const places = createPlaces()

  function put({ id, follow }: FollowChange): void {
    if (follow === null) {
      index.remove(id)
      places.remove(id)
      wishes.delete(id)
    } else {
      index.add(id, follow)
      places.set(follow)
    }
  }

  return {
    async load() {
      index = createFollowIndex()
      wishes = new Map()
      places.clear()
      // What changes while the pages are read is told afterwards.
      since = (await store.follows.changes({ since: null, limit: 1 })).until
      const persons = new Map<SubscriberId, PersonPreferences>()
      for (let after: number | null = 0; after !== null; ) {
        const page = await store.followPreferences.page({ after, limit: pageSize })
        for (const person of page.rows) persons.set(person.subscriberId, person)
        after = page.next
      }
      const read = (after: number) => store.follows.page({ after, limit: pageSize })
      for (let coming: ReturnType<typeof read> | null = read(0); coming !== null; ) {
        const page: Awaited<ReturnType<typeof read>> = await coming
        // The store reads on while these are put in their places.
        coming = page.next === null ? null : read(page.next)
        coming?.catch(() => {})
        for (const follow of page.rows) {
          put({ id: follow.id, follow })
          const person = persons.get(follow.subscriberId)
          if (person !== undefined) wishes.set(follow.id, person)
        }
      }
    },
    async refresh() {
      for (let more = true; more; ) {
        const page = await store.follows.changes({ since, limit: pageSize })
        for (const change of page.changes) put(change)
        const there = page.changes.flatMap(({ follow }) => (follow === null ? [] : [follow]))
        if (there.length > 0) {
          const ids = [...new Set(there.map(({ subscriberId }) => subscriberId))]
          const persons = new Map(
            (await store.followPreferences.of(ids)).map((person) => [person.subscriberId, person]),
          )
          for (const { id, subscriberId } of there) {
            const person = persons.get(subscriberId)
            if (person === undefined) wishes.delete(id)
            else wishes.set(id, person)
          }
        }
        since = page.until
        more = page.more
      }
    },
    async of(alerts, severity, now, lists = []) {
      const found = await matching(alerts, lists)
      if (wishes.size === 0) return { people: found, held: [] }
      return dealt(found, severity, now)
    },
    count: async (alert, lists) => (await matching([alert], lists)).length,
    size: () => index.size,
    clear() {
      index = createFollowIndex()
      wishes = new Map()
      places.clear()
    },
  }

  async function matching(
    alerts: readonly Pick<Alert, 'topic' | 'severity' | 'labels'>[],
    lists: readonly string[],
  ): Promise<Uint32Array> {
    const all = places.distinct(unionOf(alerts.map((alert) => index.match(alert))))
    return lists.length === 0 ? all : places.only(all, await membersOf(lists))
  }

  async function membersOf(names: readonly string[]): Promise<ReadonlySet<SubscriberId>> {
    const lists = (await store.lists.byName(names)).map(({ id }) => id)
    const members = new Set<SubscriberId>()
    for (let after: number | null = lists.length === 0 ? null : 0; after !== null; ) {
      const page: Page<SubscriberId> = await store.deliveries.audience({
        lists,
        excludeLists: [],
        after,
        limit: pageSize,
      })
      for (const id of page.rows) members.add(id)
      after = page.next
    }
    return members
  }

  /** Parts them by what they wish. */
  async function dealt(found: Uint32Array, severity: Severity, now: EpochMs): Promise<Readership> {
    const people: number[] = []
    const held: HeldTarget[] = []
    const counted: { readonly id: FollowId; readonly person: PersonPreferences }[] = []
    for (const id of found as unknown as readonly FollowId[]) {
      const person = wishes.get(id)
      if (person === undefined) {
        people.push(id)
        continue
      }
      const { preferences } = person
      const later = wantedAt(preferences, severity, now, person.timeZone, timeZone)
      if (later !== null) held.push({ followId: id, dueAt: later.at, code: later.code })
      else if (
        preferences.maxPerHour === noFollowPreferences.maxPerHour ||
        (preferences.criticalAnyway && severity === 'critical')
      )
        people.push(id)
      else counted.push({ id, person })
    }
    if (counted.length > 0) {
      const requests = counted.map(({ person }) => ({
        key: `follower:${person.subscriberId}`,
        perSecond: (person.preferences.maxPerHour ?? 1) / (hourMs / 1000),
        burst: person.preferences.maxPerHour ?? 1,
        want: 1,
      }))
      const grants = await store.buckets.take(requests, now)
      for (const [i, { id }] of counted.entries()) {
        const { granted, nextAt } = grants[i]!
        if (granted > 0) people.push(id)
        else held.push({ followId: id, dueAt: nextAt, code: 'frequency' })
      }
    }
    held.sort((a, b) => a.followId - b.followId)
    return { people: Uint32Array.from(people).sort(), held }
  }
}

/** Ascending, each once. */
function unionOf(lists: readonly Uint32Array[]): Uint32Array {
  const [first = new Uint32Array(), ...rest] = lists
  if (rest.length === 0) return first.sort()
  const all = new Set<number>()
  for (const list of lists) for (const id of list) all.add(id)
  return Uint32Array.from(all).sort()
}
