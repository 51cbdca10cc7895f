import type { NoticeActor } from '../actors/notices.ts'
import type { SubscriptionActors } from '../actors/subscription.ts'
import type { Clock } from '../clock.ts'
import type { NoticePress } from '../delivery/notice-press.ts'
import type { Log } from '../log.ts'
import type { Proof } from '../model/consent.ts'
import type { Json, SubscriberId } from '../model/ids.ts'
import type { List } from '../model/list.ts'
import { signUpSchema } from '../model/sign-up.ts'
import type { NewNotice } from '../ports/notices.ts'
import type { Store } from '../ports/store.ts'
import type { SubscriptionChange } from '../ports/subscriptions.ts'
import { listsByName, parse } from './input.ts'
import type { SubscriptionMail } from './mail.ts'
import { hasLeft, membershipsOf, present } from './person.ts'

export interface SignUp {
  readonly address: string
  readonly name?: string | null
  readonly language?: string | null
  readonly timeZone?: string | null
  /** List names: at least one. */
  readonly lists: readonly string[]
  readonly topics?: { readonly [slug: string]: number }
  readonly attributes?: { readonly [key: string]: Json }
  /** A confirmation by mail even where the lists ask for none: nobody proved that a person filled in the form. */
  readonly confirmByMail?: boolean
}

/** Coming: a sign-up, and the answer to the mail that asks whether it was meant. */
export function createSignUps(parts: {
  readonly store: Store
  readonly actors: SubscriptionActors
  readonly notices: Pick<NoticeActor, 'kick'>
  readonly press: NoticePress
  readonly mail: SubscriptionMail
  readonly clock: Clock
  readonly log: Log
}) {
  const { store, actors, notices, press, mail, clock, log } = parts
  return {
    async signUp(input: SignUp, proof: Proof): Promise<{ readonly status: 'pending' | 'active' }> {
      const { address, lists: names, confirmByMail = false, ...given } = parse(signUpSchema, input)
      const lists = await listsByName(store, names, 'lists')
      const doubly = ({ optIn }: List) => confirmByMail || optIn === 'double'
      const status = lists.some(doubly) ? 'pending' : 'active'
      if (status === 'pending') press.sender()
      const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const { id, created } = await store.subscriptions.begin({ address, ...fields }, clock.now())
      const erased = await store.subscriptions.wasErased(address)
      let mailed: boolean | null = null
      let nothing = false
      await actors.apply(id, async (row) => {
        const known = await membershipsOf(store, id)
        const away = hasLeft(row) || (erased && row.status === 'unconfirmed')
        // Somebody else may have typed the address: who left is asked, whatever the list says.
        const asks = (list: List) => away || doubly(list) || known.get(list.id) === 'unsubscribed'
        const open = lists.filter(({ id: list }) => away || known.get(list) !== 'active')
        const ask = open.filter(asks).map((list) => list.id)
        const join = open.filter((list) => !asks(list)).map((list) => list.id)
        nothing = ask.length === 0 && join.length === 0
        if (nothing) return null
        if (ask.length > 0) mailed ??= await mail.mayMail(id, 'confirm')
        // What a stranger says of somebody known waits until they confirm it.
        const held = created ? {} : (fields as NewNotice['fields'])
        const consents: SubscriptionChange['consents'][number][] = []
        if (join.length > 0)
          consents.push({ ...proof, kind: row.status === 'unconfirmed' ? 'signUp' : 'join', lists: join })
        if (ask.length > 0) consents.push({ ...proof, kind: 'ask', lists: ask })
        return {
          event: join.length > 0 ? { type: 'signUp' } : null,
          join,
          ask,
          ...(ask.length > 0 && { notice: await mail.confirmation(id, ask, held, mailed === true) }),
          consents,
          now: clock.now(),
        }
      })
      // Who is on everything already gets a mail as others do, so that nobody can tell them apart.
      if (nothing && status === 'pending') await mail.mailManage(id)
      notices.kick()
      log.info({ subscriberId: id, status, created, source: proof.source }, 'subscription.signed_up')
      return { status }
    },

    async confirm(id: SubscriberId, proof: Proof): Promise<'done' | 'gone'> {
      const row = await present(store, id)
      if (row === null) return 'gone'
      let result: 'done' | 'gone' = 'gone'
      await actors.apply(id, async (present) => {
        const waiting = await store.notices.get(id, 'confirm')
        const waits = waiting !== null && waiting.state !== 'lapsed' && waiting.expiresAt > clock.now()
        result = waits || present.status === 'active' || present.status === 'paused' ? 'done' : 'gone'
        if (!waits) return null
        const lists = await Promise.all(waiting.lists.map((list) => store.lists.get(list)))
        const join = lists.flatMap((list) => list?.id ?? [])
        const type = hasLeft(present) ? 'rejoin' : 'confirm'
        return {
          event: { type },
          fields: waiting.fields,
          join,
          confirmed: true,
          consents: [{ ...proof, kind: type, lists: join }],
          now: clock.now(),
        }
      })
      return result
    },
  }
}
