import type { NoticeActor } from '../actors/notices.ts'
import type { Decision, SubscriptionActors } from '../actors/subscription.ts'
import type { Clock } from '../clock.ts'
import { BroadsheetError } from '../errors.ts'
import type { Proof, TrackingConsent } from '../model/consent.ts'
import type { EpochMs, ListId, PublicationId, SubscriberId } from '../model/ids.ts'
import type { List } from '../model/list.ts'
import { preferenceChangeSchema } from '../model/sign-up.ts'
import type { Store } from '../ports/store.ts'
import type { SubscriptionChange } from '../ports/subscriptions.ts'
import { definedOf, listsByName, parse } from './input.ts'
import type { SubscriptionMail } from './mail.ts'
import { hasLeft, membershipsOf, type PersonView, present, viewOf } from './person.ts'

/** A person's own settings. Absent fields stay as they are. */
export interface PreferenceChange {
  readonly name?: string | null
  readonly language?: string | null
  readonly timeZone?: string | null
  readonly topics?: { readonly [slug: string]: number }
  /** Lists to be on and to be off; names. A list with double opt-in that one was never on asks for confirmation. */
  readonly join?: readonly string[]
  readonly leave?: readonly string[]
  /** Most letters a week, all campaigns together; null: no limit. */
  readonly maxPerWeek?: number | null
  readonly tracking?: Exclude<TrackingConsent, 'unknown'>
  /** Nothing is sent until then; null: go on now. */
  readonly pausedUntil?: EpochMs | null
}

/** What was said, and in which words of the page. */
const saying = (what: string, { words }: Proof): string => (words === null ? what : `${what}: ${words}`)

/** Staying, resting and leaving: what somebody known says of their own settings. */
export function createPreferences(parts: {
  readonly store: Store
  readonly actors: SubscriptionActors
  readonly notices: Pick<NoticeActor, 'kick'>
  readonly mail: SubscriptionMail
  readonly clock: Clock
}) {
  const { store, actors, notices, mail, clock } = parts

  async function pause(id: SubscriberId, until: EpochMs | null, proof: Proof): Promise<void> {
    await actors.apply(id, () => ({
      event: { type: 'pause' },
      settings: { pausedUntil: until },
      consents: [{ ...proof, kind: 'pause', lists: [] }],
      now: clock.now(),
    }))
  }

  async function resume(id: SubscriberId, proof: Proof): Promise<void> {
    await actors.apply(id, () => ({
      event: { type: 'resume' },
      settings: { pausedUntil: null },
      consents: [{ ...proof, kind: 'resume', lists: [] }],
      now: clock.now(),
    }))
  }

  return {
    async change(id: SubscriberId, given: PreferenceChange, proof: Proof): Promise<PersonView> {
      const {
        join: joins = [],
        leave: leaves = [],
        maxPerWeek,
        tracking,
        pausedUntil,
        ...fields
      } = parse(preferenceChangeSchema, given)
      if ((await present(store, id)) === null)
        throw new BroadsheetError('E_NOT_FOUND', `There is no subscriber with id ${id}.`)
      const now = clock.now()
      if (typeof pausedUntil === 'number' && pausedUntil <= now)
        throw new BroadsheetError('E_INPUT', 'pausedUntil must be in the future.', {
          issues: [{ path: 'pausedUntil', message: 'must be in the future' }],
        })
      const wanted = await listsByName(store, joins, 'join')
      const left = (await listsByName(store, leaves, 'leave')).map((list) => list.id)
      let mailed: boolean | null = null
      await actors.apply(id, async (row) => {
        const known = await membershipsOf(store, id)
        const said = await store.subscriptions.settings(id)
        const asks = (list: List) => {
          const membership = known.get(list.id)
          const never = membership === undefined || membership === 'unconfirmed'
          return hasLeft(row) || (list.optIn === 'double' && never)
        }
        const open = wanted.filter(({ id: list }) => hasLeft(row) || known.get(list) !== 'active')
        const ask = open.filter(asks).map((list) => list.id)
        const join = open.filter((list) => !asks(list)).map((list) => list.id)
        const leave = left.filter((list) => known.has(list) && known.get(list) !== 'unsubscribed')
        if (ask.length > 0) mailed ??= await mail.mayMail(id, 'confirm')
        // The link came by mail: who follows it has shown that the address is theirs.
        const shown = join.length > 0 && row.status === 'unconfirmed'
        const consents: SubscriptionChange['consents'][number][] = []
        if (join.length > 0) consents.push({ ...proof, kind: shown ? 'confirm' : 'join', lists: join })
        if (ask.length > 0) consents.push({ ...proof, kind: 'ask', lists: ask })
        if (leave.length > 0) consents.push({ ...proof, kind: 'leave', lists: leave })
        if (tracking !== undefined && tracking !== said?.tracking)
          consents.push({ ...proof, words: saying(tracking, proof), kind: 'tracking', lists: [] })
        if (maxPerWeek !== undefined && maxPerWeek !== said?.maxPerWeek) {
          const words = saying(maxPerWeek === null ? 'no limit' : `${maxPerWeek} a week`, proof)
          consents.push({ ...proof, words, kind: 'frequency', lists: [] })
        }
        const decision: Decision = {
          event: shown ? { type: 'confirm' } : null,
          fields: definedOf(fields),
          settings: definedOf({ maxPerWeek, tracking }),
          join,
          ask,
          ...(leave.length > 0 && { leave }),
          ...(ask.length > 0 && { notice: await mail.confirmation(id, ask, {}, mailed === true) }),
          consents,
          now,
        }
        return decision
      })
      if (typeof pausedUntil === 'number') await pause(id, pausedUntil, proof)
      else if (pausedUntil === null && (await present(store, id))?.status === 'paused')
        await resume(id, proof)
      notices.kick()
      return (await viewOf(store, id))!
    },

    async leave(
      id: SubscriberId,
      lists: readonly ListId[] | 'all',
      publicationId: PublicationId | null,
      proof: Proof,
    ): Promise<{ readonly changed: boolean }> {
      if ((await present(store, id)) === null) return { changed: false }
      const { changed } = await actors.apply(id, async () => {
        const known = await membershipsOf(store, id)
        const ids = (lists === 'all' ? [...known.keys()] : lists).filter((list) => {
          const membership = known.get(list)
          return membership !== undefined && membership !== 'unsubscribed'
        })
        return {
          event: lists === 'all' ? { type: 'unsubscribe' } : null,
          leave: lists === 'all' ? 'all' : ids,
          publicationId,
          consents: [{ ...proof, kind: lists === 'all' ? 'unsubscribe' : 'leave', lists: ids }],
          now: clock.now(),
        }
      })
      return { changed }
    },

    pause,
    resume,
  }
}
