import type { Follow } from '../model/follow.ts'
import type { FollowId, SubscriberId } from '../model/ids.ts'

/** Which person, and where, each follow is for: whoever follows an alert twice is told once in each place. */
export interface Places {
  set(follow: Pick<Follow, 'id' | 'subscriberId' | 'channel' | 'contact'>): void
  remove(id: FollowId): void
  /** Without those whose person and place came before. In the order given. */
  distinct(ids: Uint32Array): Uint32Array
  /** Those of these people. In the order given. */
  only(ids: Uint32Array, people: ReadonlySet<SubscriberId>): Uint32Array
  clear(): void
}

/** By id in typed arrays, 8 bytes a follow and 2 a person: ids are dense. */
export function createPlaces(): Places {
  let persons = new Uint32Array(1024)
  let places = new Uint32Array(1024)
  /** How many follows a person has. */
  let counts = new Uint16Array(1024)

  const room = (length: number, need: number): number => {
    let size = length
    while (size <= need) size *= 2
    return size
  }

  function remove(id: FollowId): void {
    const person = persons[id] ?? 0
    if (person === 0) return
    counts[person] = counts[person]! - 1
    persons[id] = 0
  }

  return {
    set({ id, subscriberId, channel, contact }) {
      if (id >= persons.length) {
        const size = room(persons.length, id)
        const grownPersons = new Uint32Array(size)
        grownPersons.set(persons)
        persons = grownPersons
        const grownPlaces = new Uint32Array(size)
        grownPlaces.set(places)
        places = grownPlaces
      }
      if (subscriberId >= counts.length) {
        const grown = new Uint16Array(room(counts.length, subscriberId))
        grown.set(counts)
        counts = grown
      }
      remove(id)
      persons[id] = subscriberId
      places[id] = hashOf(`${channel}\0${contact ?? ''}`)
      counts[subscriberId] = counts[subscriberId]! + 1
    },
    remove,
    distinct(ids) {
      const seen = new Set<string>()
      const kept = new Uint32Array(ids.length)
      let count = 0
      for (const id of ids) {
        const person = persons[id] ?? 0
        // Most people have one: only of the others is anything remembered.
        if ((counts[person] ?? 0) > 1) {
          const place = `${person} ${places[id]}`
          if (seen.has(place)) continue
          seen.add(place)
        }
        kept[count++] = id
      }
      return count === ids.length ? ids : kept.slice(0, count)
    },
    only: (ids, people) => ids.filter((id) => people.has((persons[id] ?? 0) as SubscriberId)),
    clear() {
      persons = new Uint32Array(1024)
      places = new Uint32Array(1024)
      counts = new Uint16Array(1024)
    },
  }
}

/** FNV-1a, 32 bits. One person's two places share it once in four milliards. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
