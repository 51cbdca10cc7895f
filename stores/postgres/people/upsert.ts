import type { NewConsent } from '../../../engine/model/consent.ts'
import type { EpochMs, ListId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Membership } from '../../../engine/model/list.ts'
import type { SubscriberRow, UpsertOptions, UpsertOutcome } from '../../../engine/ports/subscribers.ts'
import {
  joins,
  listsIn,
  mergeSubscriber,
  newSubscriber,
  type SubscriberFields,
  type Wanted,
  wantedOf,
} from '../../rules/subscriber.ts'
import { bulkConsent, listsOf, upsertConsents } from '../../rules/subscription.ts'
import { type Held, holdRows } from '../database/hold.ts'
import type { Sql } from '../database/sql.ts'
import { appendConsents } from './consents.ts'
import { erasedAmong } from './erased.ts'
import { holdLists, type Member, membershipsOf, writeMemberships } from './memberships.ts'
import {
  addressesTaken,
  holdByAddress,
  insertPeople,
  type NewPerson,
  replacePeople,
} from './subscriber-rows.ts'

type Person = Held<SubscriberId, SubscriberFields>

/** `SubscriberStore.upsert` in a transaction. */
export async function upsertPeople(
  tx: Sql,
  inputs: readonly SubscriberRow[],
  options: UpsertOptions,
): Promise<readonly UpsertOutcome[]> {
  const { now, merge, proof } = options
  const lists = listsIn(inputs, options.lists)
  await holdLists(tx, lists)
  const people = await holdPeopleOf(tx, inputs, now)
  const erased = await withoutErased(tx, people)
  const known = lists.size === 0 || merge === 'keep' ? [] : idsOf(people, (person) => person.known)
  const memberships = createMemberships(await membershipsOf(tx, known))

  const consents: NewConsent[] = []
  const say = (consent: Parameters<typeof bulkConsent>[2]) => consents.push(bulkConsent(proof, now, consent))
  const outcomes = inputs.map((input): UpsertOutcome => {
    const person = people.get(input.address)
    // Unconfirmed: somebody erased who signed up again, and did not confirm it yet.
    if (person === undefined || (person.fields.status === 'unconfirmed' && erased.has(input.address)))
      return { id: 0 as SubscriberId, outcome: 'erased' }
    const { id } = person
    const from = person.fields.status
    if (person.fresh) {
      person.fresh = false
      const joined = memberships.join(id, wantedOf(input, options))
      say({ subscriberId: id, kind: 'signUp', from: null, to: from, lists: listsOf(joined, 'active') })
      return { id, outcome: 'created' }
    }
    if (merge === 'keep') return { id, outcome: 'unchanged' }
    const merged = mergeSubscriber(person.fields, input, merge)
    if (merged !== null) Object.assign(person, { fields: merged, changed: true })
    const joined = from === 'erased' ? [] : memberships.join(id, wantedOf(input, options))
    const to = person.fields.status
    for (const consent of upsertConsents(from, to, joined)) say({ subscriberId: id, from, to, ...consent })
    return { id, outcome: merged !== null || joined.length > 0 ? 'updated' : 'unchanged' }
  })

  const changed = [...people.values()].filter((person) => person.changed)
  await replacePeople(
    tx,
    changed.map(({ id, fields }) => ({ ...fields, id })),
    now,
  )
  await writeMemberships(tx, memberships.changed())
  await appendConsents(tx, consents)
  return outcomes
}

/** The row of every address, made where there is none. */
function holdPeopleOf(tx: Sql, inputs: readonly SubscriberRow[], now: EpochMs): Promise<Map<string, Person>> {
  const first = new Map<string, NewPerson>()
  for (const input of inputs) {
    const { address, createdAt = now, updatedAt = now } = input
    if (!first.has(address)) first.set(address, { ...newSubscriber(input), address, createdAt, updatedAt })
  }
  return holdRows(first, {
    present: (addresses) => addressesTaken(tx, addresses),
    insert: (people) => insertPeople(tx, people),
    take: (addresses) => holdByAddress(tx, addresses),
  })
}

/** Who was erased is not made again. Asked only now: until the transaction had the address, somebody of that address could
 *  still be erased. */
async function withoutErased(tx: Sql, people: Map<string, Person>): Promise<ReadonlySet<string>> {
  const asked = [...people].filter(([, { known, fields }]) => !known || fields.status === 'unconfirmed')
  const erased = await erasedAmong(
    tx,
    asked.map(([address]) => address),
  )
  const made = idsOf(people, ({ known }, address) => !known && erased.has(address))
  if (made.length === 0) return erased
  await tx.run('DELETE FROM subscriber WHERE id = ANY($1)', [made])
  for (const address of erased) if (people.get(address)?.known === false) people.delete(address)
  return erased
}

const idsOf = (
  people: ReadonlyMap<string, Person>,
  which: (person: Person, address: string) => boolean,
): SubscriberId[] => [...people].filter(([address, person]) => which(person, address)).map(([, { id }]) => id)

/** Memberships as they become, row by row. */
function createMemberships(known: readonly Member[]): {
  /** Those that change something. */
  join(id: SubscriberId, wanted: readonly Wanted[]): readonly Wanted[]
  changed(): readonly Member[]
} {
  const all = new Map<SubscriberId, Map<ListId, Membership>>()
  const listsOfPerson = (id: SubscriberId) => {
    const lists = all.get(id) ?? new Map<ListId, Membership>()
    all.set(id, lists)
    return lists
  }
  for (const { id, listId, membership } of known) listsOfPerson(id).set(listId, membership)
  const changed = new Map<string, Member>()
  return {
    join(id, wanted) {
      const lists = listsOfPerson(id)
      return wanted.filter((one) => {
        if (!joins(lists.get(one.listId), one.membership)) return false
        lists.set(one.listId, one.membership)
        changed.set(`${id}/${one.listId}`, { ...one, id })
        return true
      })
    },
    changed: () => [...changed.values()],
  }
}
