import { LRUCache } from 'lru-cache'
import type { Carried, Outcome, Post } from '../../channel/index.ts'
import { type Clock, pause } from '../../clock.ts'
import type { AlertTokens } from '../../compose/alert-token.ts'
import type { Links } from '../../compose/links.ts'
import type { EngineConfig } from '../../config.ts'
import { type AlertPress, isAsking, type PressedMails } from '../../delivery/alert-press.ts'
import type { Courier } from '../../delivery/courier.ts'
import type { Limiter } from '../../delivery/limits/limiter.ts'
import { postingSettlementOf } from '../../delivery/posting-outcome.ts'
import { createGatherer, type Gatherer } from '../../gather.ts'
import type { Log } from '../../log.ts'
import type { EpochMs, NotificationId, PublicationId, SubscriberId } from '../../model/ids.ts'
import type { Note } from '../../model/note.ts'
import type { Notification, TakenPosting } from '../../model/notification.ts'
import type { AlertLane, Meter, Settled } from '../../ports/meter.ts'
import type { PostingRef, PostingSettlement } from '../../ports/notifications.ts'
import type { AlertPorts } from '../../ports/store.ts'
import type { Tracer } from '../../ports/tracer.ts'
import { withTrace } from '../../trace.ts'
import { hurryAfterMs } from '../hurry.ts'
import { createSweeper } from '../sweeper.ts'
import { createReceipts } from './receipts.ts'

/** A channel as the postman sees it. */
export type AlertCourier = Pick<Courier<Carried>, 'capabilities' | 'via' | 'blockedUntil' | 'send'>

/** Postings taken at a time. */
export const takeLimit = 64
/** Postings of one channel that are on their way at most: the rest goes back to the store. */
export const maxOnChannel = 1000
/** Notifications to very many that are worked side by side. */
const lanes = 2
const claimed = 200

export interface Postman {
  /** Postings that were just taken, and whether their notification has more. */
  carry(notification: Notification, postings: readonly TakenPosting[], more: boolean): void
  start(): void
  /** Something may be due now. */
  kick(): void
  /** The store is written to now: outcomes that wait for more of them go along. */
  settleNow(): void
  /** Messages that were taken and are not settled, and since when the oldest of them is here; null: there is none. */
  underWay(): { readonly messages: number; readonly since: EpochMs | null }
  /** Takes nothing more; resolves when what is on the wire was answered and settled, at the deadline at the latest. */
  stop(deadlineMs: number): Promise<void>
}

/** Brings alerts out: takes postings, hands them to their channels, settles them. Every node has one. It holds nothing that
 *  its rows don't say: what it has in hand when it ends is found by the next one. */
export function createPostman(parts: {
  readonly config: EngineConfig
  readonly store: AlertPorts
  readonly courier: (channel: string) => AlertCourier | undefined
  readonly limiter: Pick<Limiter, 'pressure' | 'admit' | 'admitRooms'>
  /** Who mails are from, as their limits know it; null where nobody said. */
  readonly sender: () => string | null
  readonly press: AlertPress
  readonly links: Links
  readonly tokens: AlertTokens
  readonly meter: Pick<Meter, 'made' | 'settled' | 'held' | 'told'>
  readonly tracer: Tracer
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}): Postman {
  const { config, store, courier, limiter, sender, press, links, tokens, meter, tracer } = parts
  const { clock, random, log } = parts
  const settings = config.alerts
  const { leaseMs } = config.delivery
  const stopping = new AbortController()
  const deadline = new AbortController()
  /** Of postings that were found later. Most are told at once and never again: all of them here would outlive the young generation. */
  const known = new LRUCache<NotificationId, Notification>({ max: 500 })
  /** On the wire: prolonged while they are. */
  const held = new Set<PostingRef>()
  const onChannel = new Map<string, number>()
  /** Channels that have put something back. While they take nothing, the store keeps what waits for them: taking it out and putting
   *  it back again and again would keep the others waiting. */
  const resting = new Set<string>()
  const working = new Set<Promise<void>>()
  /** When each part was taken, the oldest first. */
  const taken = new Map<readonly TakenPosting[], EpochMs>()
  const fanning = new Set<NotificationId>()
  const receipts = createReceipts()
  const gates = new Map<string, Gatherer<string, EpochMs | null>>()
  let settleNow = () => {}
  let cancelRenewal = () => {}

  const settle = createGatherer<PostingSettlement, void>(
    async (settlements) => {
      await store.postings.settle(settlements, clock.now())
      return settlements.map(() => undefined)
    },
    { maxInputs: 1000, pause: company },
  )

  /** Nobody waits for an outcome to be written, and a transaction for each would cost a campaign beside more than the posts do. A
   *  crash meanwhile leaves them in doubt: it is short. */
  function company(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = clock.after(settings.gatherMs, () => settleNow())
      settleNow = () => {
        settleNow = () => {}
        cancel()
        resolve()
      }
    })
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => log.error({ reason: String(error) }, 'postings.failed'))
      .finally(() => working.delete(tracked))
    working.add(tracked)
  }

  /** The postings of one notification, by channel. */
  async function deliver(
    notification: Notification,
    postings: readonly TakenPosting[],
    lane: AlertLane,
  ): Promise<void> {
    if (postings.length === 0) return
    const byChannel = Map.groupBy(postings, ({ channel }) => channel)
    taken.set(postings, clock.now())
    try {
      await Promise.all(
        // The node that found it may be another one than the node that made it.
        withTrace(notification.trace ?? null, { notificationId: notification.id }, () =>
          [...byChannel].map(([channel, part]) => deliverOn(channel, { notification, lane }, part)),
        ),
      )
    } finally {
      taken.delete(postings)
    }
  }

  async function deliverOn(
    channel: string,
    errand: Errand,
    postings: readonly TakenPosting[],
  ): Promise<void> {
    const way = courier(channel)
    const under = onChannel.get(channel) ?? 0
    const refuse = (status: 'permanent' | 'unsent', code: string, detail: string, until: EpochMs | null) =>
      settleAll(
        errand,
        postings,
        () =>
          status === 'permanent'
            ? { id: 0, status, code, detail, suppress: false }
            : { id: 0, status, code, detail },
        until,
      )
    if (way === undefined)
      return refuse('permanent', 'channel', `There is no channel "${channel}" any more.`, null)
    const blockedUntil = way.blockedUntil()
    const isFull = under + postings.length > maxOnChannel && under > 0
    if (blockedUntil !== null || isFull) resting.add(channel)
    if (blockedUntil !== null)
      return refuse('unsent', 'channel', 'The channel is not to be reached.', blockedUntil)
    if (isFull)
      return refuse('unsent', 'busy', 'Too many are on their way over this channel.', clock.now() + 1000)
    onChannel.set(channel, under + postings.length)
    for (const posting of postings) held.add(posting)
    const messages = postings.length
    log.debug({ channel, lane: errand.lane, messages }, 'alert.handed')
    const span = tracer.start('alert.send', {
      parent: errand.notification.trace ?? null,
      attributes: { 'broadsheet.channel': channel, 'messaging.batch.message_count': messages },
    })
    try {
      if (way.capabilities.content === 'mime') await mail(way, errand, postings)
      else await Promise.all(postings.map((posting) => post(way, errand, posting)))
    } finally {
      span.end()
      for (const posting of postings) held.delete(posting)
      onChannel.set(channel, (onChannel.get(channel) ?? 0) - postings.length)
      if (resting.has(channel) && !rests(channel)) sweeper.kick()
    }
  }

  /** It takes nothing now, or less than is taken out at a time. */
  const rests = (channel: string): boolean =>
    (onChannel.get(channel) ?? 0) + claimed > maxOnChannel ||
    (courier(channel)?.blockedUntil() ?? null) !== null

  async function mail(way: AlertCourier, errand: Errand, all: readonly TakenPosting[]): Promise<void> {
    const { notification } = errand
    const via = way.via()
    const now = clock.now()
    let postings = all
    const from = sender()
    if (from !== null && limiter.pressure(via, from, now) !== 'none') {
      const { admitted, nextAt } = await limiter.admit(
        via,
        from,
        all.map(({ to }) => to),
        now,
      )
      const may = new Set(admitted)
      postings = all.filter((_, i) => may.has(i))
      const later = all.filter((_, i) => !may.has(i))
      if (later.length > 0) {
        meter.held(via, later.length, Math.max(0, (nextAt ?? now) - now) / 1000)
        await settleAll(errand, later, () => overLimit, nextAt)
      }
      if (postings.length === 0) return
    }
    let pressed: PressedMails
    const startedAt = performance.now()
    try {
      pressed = await press.press(notification, postings, clock.now())
    } catch (error) {
      // Not these mails' fault: no sender, a thread that ended. They are tried again while they may be.
      const detail = error instanceof Error ? error.message : String(error)
      log.error({ notificationId: notification.id, reason: detail }, 'alert.not_made')
      return settleAll(errand, postings, () => ({ ...notMade, detail }), null)
    }
    const { messages, failed } = pressed
    meter.made('alert', {
      letters: messages.length,
      failed: failed.length,
      skipped: 0,
      seconds: (performance.now() - startedAt) / 1000,
    })
    const outcomes = new Map<number, Outcome>()
    for (const { target, detail } of failed)
      outcomes.set(target, { id: target, status: 'permanent', code: 'render', detail, suppress: false })
    if (messages.length > 0)
      for (const outcome of await way.send(messages, deadline.signal, via)) outcomes.set(outcome.id, outcome)
    await settleAll(errand, postings, ({ target }) => outcomes.get(target), way.blockedUntil())
  }

  async function post(way: AlertCourier, errand: Errand, posting: TakenPosting): Promise<void> {
    const { notification } = errand
    const place = `${notification.thread}\0${posting.channel}\0${posting.to}`
    const { earlier, done } = await receipts.turn(place, posting.earlier)
    let receipt = earlier
    try {
      const notBefore = limits(posting.channel) ? await gateOf(posting.channel).add(posting.to) : null
      if (notBefore !== null) {
        meter.held(posting.channel, 1, Math.max(0, notBefore - clock.now()) / 1000)
        return await settleAll(errand, [posting], () => overLimit, notBefore)
      }
      const [outcome] = await way.send([postOf(notification, posting, earlier)], deadline.signal)
      if (outcome?.status === 'sent') receipt = outcome.receipt ?? earlier
      await settleAll(errand, [posting], () => outcome, way.blockedUntil())
    } finally {
      done(receipt)
    }
  }

  /** Retry-After is the channel's own to heed; these are the operator's. */
  const limits = (channel: string): boolean =>
    Object.hasOwn(config.limits.channel, channel) ||
    Object.keys(config.limits.room).some((room) => room.startsWith(`${channel}/`))

  /** Asked by many at once, the buckets are asked once: when a post to a room may go, null for now. */
  function gateOf(channel: string): Gatherer<string, EpochMs | null> {
    let gate = gates.get(channel)
    if (gate === undefined) {
      gate = createGatherer(
        async (rooms) => {
          const now = clock.now()
          const { admitted, nextAt } = await limiter.admitRooms(channel, rooms, now)
          const may = new Set(admitted)
          return rooms.map((_, i) => (may.has(i) ? null : (nextAt ?? now)))
        },
        { maxInputs: 200 },
      )
      gates.set(channel, gate)
    }
    return gate
  }

  function postOf(notification: Notification, { target, to }: TakenPosting, earlier: string | null): Post {
    const { id, note, reason, data, thread, createdAt } = notification
    return {
      id: 1,
      to,
      note: isAsking(notification) ? withLink(note, tokens.url(id, target)) : note,
      reason,
      data,
      at: createdAt,
      thread,
      earlier,
      // The same over every try. The space keeps it apart from those of campaigns.
      key: links
        .messageId(id as unknown as PublicationId, target as SubscriberId, 'an alert', 'x')
        .slice(1, 33),
      urgent: true,
    }
  }

  async function settleAll(
    { notification, lane }: Errand,
    postings: readonly TakenPosting[],
    outcomeOf: (posting: TakenPosting) => Outcome | undefined,
    blockedUntil: EpochMs | null,
  ): Promise<void> {
    const now = clock.now()
    const { retryUntil, createdAt } = notification
    const settlements = postings.map((posting) =>
      postingSettlementOf(outcomeOf(posting) ?? forgotten, {
        posting,
        retryUntil,
        config: settings,
        blockedUntil,
        now,
        random,
      }),
    )
    const tally: { [state in Settled]?: number } = {}
    for (const { state } of settlements) tally[state] = (tally[state] ?? 0) + 1
    await Promise.all(settlements.map((settlement) => settle.add(settlement)))
    const { channel } = postings[0]!
    meter.settled('alert', channel, tally)
    if (tally.sent !== undefined) meter.told(channel, lane, Math.max(0, now - createdAt) / 1000)
  }

  /** All that is left of one notification to very many. */
  async function fan(notification: Notification): Promise<void> {
    const { id } = notification
    if (fanning.has(id)) return
    fanning.add(id)
    const lane = async () => {
      while (!stopping.signal.aborted) {
        const { postings, more } = await store.postings.take(id, {
          limit: takeLimit,
          leaseMs,
          now: clock.now(),
        })
        await deliver(notification, postings, 'fan')
        if (!more) return
      }
    }
    try {
      await Promise.all(Array.from({ length: lanes }, lane))
    } finally {
      fanning.delete(id)
    }
  }

  async function notificationOf(ids: readonly NotificationId[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !known.has(id))
    if (missing.length === 0) return
    for (const notification of await store.notifications.get(missing))
      known.set(notification.id, notification)
  }

  async function sweep(): Promise<void> {
    while (!stopping.signal.aborted) {
      for (const channel of resting) if (!rests(channel)) resting.delete(channel)
      const now = clock.now()
      const postings = await store.postings.claim({
        limit: claimed,
        leaseMs,
        now,
        // What is too old by now is closed all the same.
        resting: { channels: [...resting], since: now - settings.retryForMs },
      })
      await notificationOf(postings.map(({ notificationId }) => notificationId))
      for (const [id, part] of Map.groupBy(postings, ({ notificationId }) => notificationId)) {
        const notification = known.get(id)
        if (notification !== undefined) track(deliver(notification, part, 'later'))
      }
      if (postings.length < claimed) break
    }
    const unfinished = (await store.postings.unfinished(lanes * 4)).filter((id) => !fanning.has(id))
    await notificationOf(unfinished)
    for (const id of unfinished) {
      const notification = known.get(id)
      if (notification !== undefined && fanning.size < lanes) track(fan(notification))
    }
  }

  const sweeper = createSweeper({
    clock,
    everyMs: settings.sweepMs,
    sweep,
    onError: (error) => log.warn({ reason: String(error) }, 'postings.not_swept'),
  })

  function renew(): void {
    const again = () => {
      if (!deadline.signal.aborted) cancelRenewal = clock.after(leaseMs / 4, renew)
    }
    if (held.size === 0) {
      again()
      return
    }
    store.postings
      .renew([...held], leaseMs)
      .catch((error: unknown) => log.warn({ reason: String(error) }, 'postings.not_renewed'))
      .finally(again)
  }

  return {
    carry(notification, postings, more) {
      if (postings.length > 0) track(deliver(notification, postings, 'direct'))
      if (more && fanning.size < lanes) track(fan(notification))
    },
    start() {
      renew()
      sweeper.start()
    },
    kick: sweeper.kick,
    settleNow: () => settleNow(),
    underWay() {
      let messages = 0
      for (const part of taken.keys()) messages += part.length
      const [since = null] = taken.values()
      return { messages, since }
    },
    async stop(deadlineMs) {
      stopping.abort()
      settleNow()
      const over = new AbortController()
      const drained = (async () => {
        await sweeper.stop()
        while (working.size > 0) await Promise.all(working)
      })()
      const hurry = clock.after(hurryAfterMs(deadlineMs), () => deadline.abort())
      const late = pause(clock, deadlineMs, over.signal)
      await Promise.race([drained, late])
      hurry()
      over.abort()
      deadline.abort()
      cancelRenewal()
    },
  }
}

/** What is brought out together, and how it came here. */
interface Errand {
  readonly notification: Notification
  readonly lane: AlertLane
}

const notMade = {
  id: 0,
  status: 'transient',
  code: 'render',
  scope: 'recipient',
  retryAfterMs: null,
} as const

const overLimit: Outcome = {
  id: 0,
  status: 'unsent',
  code: 'limit',
  detail: 'A limit holds it back.',
}

const forgotten: Outcome = {
  id: 0,
  status: 'unknown',
  code: 'no_outcome',
  detail: 'The channel gave no outcome for it.',
}

/** A note with the button that acknowledges it, among the links it has. */
function withLink(note: Note, url: string): Note {
  const link = { title: 'Acknowledge', url, style: 'primary' } as const
  const last = note.blocks.at(-1)
  const blocks =
    last?.type === 'links'
      ? [...note.blocks.slice(0, -1), { ...last, links: [link, ...last.links] }]
      : [...note.blocks, { type: 'links', links: [link] } as const]
  return { ...note, blocks }
}
