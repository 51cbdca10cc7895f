import type { NoticeActor } from './actors/notices.ts'
import type { Decision, SubscriptionActors } from './actors/subscription.ts'
import { personData } from './audience/person-data.ts'
import type { Clock } from './clock.ts'
import type { Links } from './compose/links.ts'
import type { PersonTokens } from './compose/person-token.ts'
import type { EngineConfig } from './config.ts'
import type { NoticePress } from './delivery/notice-press.ts'
import { BroadsheetError } from './errors.ts'
import type { Log } from './log.ts'
import { parseAddress } from './model/address.ts'
import type { Proof, TrackingConsent } from './model/consent.ts'
import type { EpochMs, Json, ListId, PublicationId, SubscriberId } from './model/ids.ts'
import type { List, Membership } from './model/list.ts'
import type { NoticeKind } from './model/notice.ts'
import { preferenceChangeSchema, signUpSchema } from './model/sign-up.ts'
import type { Subscriber } from './model/subscriber.ts'
import { nextStatus } from './model/subscription.ts'
import type { NewNotice } from './ports/notices.ts'
import type { Store } from './ports/store.ts'
import type { SubscriptionChange } from './ports/subscriptions.ts'

export type { Consent, ConsentKind, Proof, ProofSource, TrackingConsent } from './model/consent.ts'
export { proofSources, trackingConsents } from './model/consent.ts'

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

/** All that a preferences page shows. */
export interface PersonView {
  readonly subscriber: Subscriber
  readonly memberships: readonly {
    readonly listId: ListId
    readonly name: string
    readonly title: string
    readonly description: string
    readonly membership: Membership
    readonly at: EpochMs
  }[]
  readonly maxPerWeek: number | null
  readonly tracking: TrackingConsent
  readonly pausedUntil: EpochMs | null
}

/** Who a link speaks of. `manage` comes from a letter's own token (or one asked for by mail) and opens everything;
 *  `confirm` comes from a confirmation mail and does that alone. */
export interface PersonToken {
  readonly purpose: 'manage' | 'confirm'
  readonly subscriberId: SubscriberId
  /** The letter it stood in. */
  readonly publicationId: PublicationId | null
}

/** What people say about their own subscriptions. Every change is an event with its proof, made by the subscription's
 *  state machine; what the machine does not allow is refused with E_STATE. */
export interface Subscriptions {
  /** Null for what was not signed by us, or (confirm) is too old. */
  readToken(token: string): PersonToken | null
  manageUrl(id: SubscriberId): string
  /** `pending`: a confirmation mail is on its way. `active`: on all lists now. The answer does not tell whether the address was
   *  known before; pages say the same words for both. Refuses with E_INPUT unknown lists and addresses that mail cannot carry. */
  signUp(input: SignUp, proof: Proof): Promise<{ readonly status: 'pending' | 'active' }>
  /** Confirms everything that waits for it. `done` again when repeated. */
  confirm(id: SubscriberId, proof: Proof): Promise<'done' | 'gone'>
  /** Mail a person the link to their own page. Says nothing about whether the address is known. */
  mailManageLink(address: string, proof: Proof): Promise<void>
  person(id: SubscriberId): Promise<PersonView | null>
  change(id: SubscriberId, change: PreferenceChange, proof: Proof): Promise<PersonView>
  /** Leaves lists (ids) or everything. The reason goes into the proof's words. */
  leave(
    id: SubscriberId,
    lists: readonly ListId[] | 'all',
    publicationId: PublicationId | null,
    proof: Proof,
  ): Promise<{ readonly changed: boolean }>
  /** All that is known of one person, as plain JSON: row, memberships, consents with proofs, deliveries, events. */
  dataOf(id: SubscriberId): Promise<{ readonly [key: string]: Json } | null>
  /** For good: only a salted hash of the address stays, so that a later import does not bring the person back. */
  erase(id: SubscriberId, proof: Proof): Promise<boolean>
  /** Nothing is sent from now on, until `until` where that is said. Refuses with E_STATE who is neither active nor
   *  paused. */
  pause(id: SubscriberId, until: EpochMs | null, proof: Proof): Promise<void>
  resume(id: SubscriberId, proof: Proof): Promise<void>
}

const dayMs = 86_400_000
/** A mail with the link to one's own page is not worth sending later than this. */
const manageMs = dayMs

/** People who come back only by their own confirmed word. */
const hasLeft = (row: Subscriber): boolean => nextStatus(row.status, 'rejoin') !== null

const byId = (rows: readonly { listId: ListId; membership: Membership }[]): ReadonlyMap<ListId, Membership> =>
  new Map(rows.map(({ listId, membership }) => [listId, membership]))

export function createSubscriptions(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly actors: SubscriptionActors
  /** Also wakes the other nodes. */
  readonly notices: Pick<NoticeActor, 'kick'>
  readonly press: NoticePress
  readonly links: Links
  readonly tokens: PersonTokens
  readonly clock: Clock
  readonly log: Log
}): Subscriptions {
  const { config, store, actors, notices, press, links, tokens, clock, log } = parts
  const settings = config.subscriptions
  const confirmMs = settings.confirmDays * dayMs

  async function listsByName(names: readonly string[], path: string): Promise<readonly List[]> {
    const found = new Map((await store.lists.byName(names)).map((list) => [list.name, list]))
    const issues = names.flatMap((name, i) =>
      found.has(name) ? [] : [{ path: `${path}[${i}]`, message: `There is no list named "${name}".` }],
    )
    if (issues.length > 0)
      throw new BroadsheetError('E_INPUT', issues.map(({ message }) => message).join(' '), { issues })
    return [...new Set(names)].flatMap((name) => found.get(name) ?? [])
  }

  /** Refuses with E_INPUT, naming every place. */
  function parse<T>(
    schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: ZodIssues } },
    value: unknown,
  ): T {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    const issues = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    throw new BroadsheetError(
      'E_INPUT',
      `${issues.map(({ path, message }) => `${path || 'the input'} ${message}`).join('; ')}.`,
      { issues },
    )
  }

  async function present(id: SubscriberId): Promise<Subscriber | null> {
    const [row] = await store.subscribers.get([id])
    return row === undefined || row.status === 'erased' ? null : row
  }

  /** Does this address get one more mail of that kind today? */
  async function mayMail(id: SubscriberId, kind: NoticeKind): Promise<boolean> {
    const { mailsPerDay } = settings
    const bucket = {
      key: `notice:${kind}:${id}`,
      perSecond: mailsPerDay / 86_400,
      burst: mailsPerDay,
      want: 1,
    }
    const [grant] = await store.buckets.take([bucket], clock.now())
    return grant !== undefined && grant.granted > 0
  }

  /** A confirmation of these lists, and of what still waits for one. */
  async function confirmation(
    id: SubscriberId,
    lists: readonly ListId[],
    fields: NewNotice['fields'],
    mailNow: boolean,
  ): Promise<NewNotice> {
    const now = clock.now()
    const known = await store.notices.get(id, 'confirm')
    const waits = known !== null && known.state !== 'lapsed' && known.expiresAt > now
    return {
      subscriberId: id,
      kind: 'confirm',
      askedAt: now,
      expiresAt: now + confirmMs,
      // Over the limit of a day: it is said with the next reminder.
      dueAt: mailNow ? now : now + settings.reminderDays * dayMs,
      lists: waits ? [...new Set([...known.lists, ...lists])] : lists,
      fields: waits ? { ...known.fields, ...fields } : fields,
    }
  }

  async function mailManage(id: SubscriberId): Promise<void> {
    if (!(await mayMail(id, 'manage'))) return
    const now = clock.now()
    const series = { askedAt: now, expiresAt: now + manageMs, dueAt: now, lists: [], fields: {} }
    await store.notices.put({ subscriberId: id, kind: 'manage', ...series })
    notices.kick()
  }

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

  async function viewOf(id: SubscriberId): Promise<PersonView | null> {
    const subscriber = await present(id)
    const said = await store.subscriptions.settings(id)
    if (subscriber === null || said === null) return null
    const rows = await store.subscribers.memberships(id)
    const lists = await Promise.all(rows.map(({ listId }) => store.lists.get(listId)))
    return {
      subscriber,
      memberships: rows.flatMap((row, i) => {
        const list = lists[i]
        return list ? [{ ...row, name: list.name, title: list.title, description: list.description }] : []
      }),
      ...said,
    }
  }

  return {
    readToken(token) {
      const person = tokens.read(token)
      if (person !== null) {
        const { purpose, subscriberId, issuedAt } = person
        if (purpose === 'confirm' && issuedAt + confirmMs <= clock.now()) return null
        return { purpose, subscriberId, publicationId: null }
      }
      const letter = links.read(token)
      return letter === null ? null : { purpose: 'manage', ...letter }
    },

    manageUrl: (id) => tokens.manageUrl(id),

    async signUp(input, proof) {
      const { address, lists: names, confirmByMail = false, ...given } = parse(signUpSchema, input)
      const lists = await listsByName(names, 'lists')
      const doubly = ({ optIn }: List) => confirmByMail || optIn === 'double'
      const status = lists.some(doubly) ? 'pending' : 'active'
      if (status === 'pending') press.sender()
      const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const { id, created } = await store.subscriptions.begin({ address, ...fields }, clock.now())
      const erased = await store.subscriptions.wasErased(address)
      let mailed: boolean | null = null
      let nothing = false
      await actors.apply(id, async (row) => {
        const known = byId(await store.subscribers.memberships(id))
        const away = hasLeft(row) || (erased && row.status === 'unconfirmed')
        // Somebody else may have typed the address: who left is asked, whatever the list says.
        const asks = (list: List) => away || doubly(list) || known.get(list.id) === 'unsubscribed'
        const open = lists.filter(({ id: list }) => away || known.get(list) !== 'active')
        const ask = open.filter(asks).map((list) => list.id)
        const join = open.filter((list) => !asks(list)).map((list) => list.id)
        nothing = ask.length === 0 && join.length === 0
        if (nothing) return null
        if (ask.length > 0) mailed ??= await mayMail(id, 'confirm')
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
          ...(ask.length > 0 && { notice: await confirmation(id, ask, held, mailed === true) }),
          consents,
          now: clock.now(),
        }
      })
      // Who is on everything already gets a mail as others do, so that nobody can tell them apart.
      if (nothing && status === 'pending') await mailManage(id)
      notices.kick()
      log.info({ subscriberId: id, status, created, source: proof.source }, 'subscription.signed_up')
      return { status }
    },

    async confirm(id, proof) {
      const row = await present(id)
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

    async mailManageLink(address, _proof) {
      const parsed = parseAddress(address)
      if ('error' in parsed)
        throw new BroadsheetError('E_INPUT', `The address ${parsed.error}.`, {
          issues: [{ path: 'address', message: parsed.error }],
        })
      const row = await store.subscribers.byAddress(parsed.ok)
      if (row !== null) await mailManage(row.id)
    },

    person: viewOf,

    async change(id, given, proof) {
      const {
        join: joins = [],
        leave: leaves = [],
        maxPerWeek,
        tracking,
        pausedUntil,
        ...fields
      } = parse(preferenceChangeSchema, given)
      if ((await present(id)) === null)
        throw new BroadsheetError('E_NOT_FOUND', `There is no subscriber with id ${id}.`)
      const now = clock.now()
      if (typeof pausedUntil === 'number' && pausedUntil <= now)
        throw new BroadsheetError('E_INPUT', 'pausedUntil must be in the future.', {
          issues: [{ path: 'pausedUntil', message: 'must be in the future' }],
        })
      const wanted = await listsByName(joins, 'join')
      const left = (await listsByName(leaves, 'leave')).map((list) => list.id)
      let mailed: boolean | null = null
      await actors.apply(id, async (row) => {
        const known = byId(await store.subscribers.memberships(id))
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
        if (ask.length > 0) mailed ??= await mayMail(id, 'confirm')
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
          ...(ask.length > 0 && { notice: await confirmation(id, ask, {}, mailed === true) }),
          consents,
          now,
        }
        return decision
      })
      if (typeof pausedUntil === 'number') await pause(id, pausedUntil, proof)
      else if (pausedUntil === null && (await present(id))?.status === 'paused') await resume(id, proof)
      notices.kick()
      return (await viewOf(id))!
    },

    async leave(id, lists, publicationId, proof) {
      if ((await present(id)) === null) return { changed: false }
      const { changed } = await actors.apply(id, async () => {
        const known = byId(await store.subscribers.memberships(id))
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

    dataOf: (id) => personData(store, id),

    async erase(id, proof) {
      const erased = await store.subscriptions.erase({ id, remember: true, proof, now: clock.now() })
      if (erased) log.info({ subscriberId: id, source: proof.source }, 'subscription.erased')
      return erased
    },

    pause,
    resume,
  }
}

interface ZodIssues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
}

/** What was said, and in which words of the page. */
const saying = (what: string, { words }: Proof): string => (words === null ? what : `${what}: ${words}`)

/** Without the keys that say nothing. */
const definedOf = <T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
