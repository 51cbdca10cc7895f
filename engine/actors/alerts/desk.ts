import { createRouter } from '../../alerts/router.ts'
import type { AlertRules } from '../../alerts/rules.ts'
import { createSilencer } from '../../alerts/silencer.ts'
import { type Clock, createSpacing } from '../../clock.ts'
import type { EngineConfig } from '../../config.ts'
import type { Audience } from '../../desk/audience.ts'
import { type Board, createBoard, type Decision } from '../../desk/board.ts'
import { digestsOf } from '../../desk/digest.ts'
import type { Readers } from '../../desk/readers.ts'
import type { Log } from '../../log.ts'
import { type Alert, type AlertEventType, isOpen } from '../../model/alert.ts'
import type { AlertId, EpochMs } from '../../model/ids.ts'
import type { Fact } from '../../model/progress.ts'
import type { Silence } from '../../model/silence.ts'
import type { AlertChange, DeskCommit, NewNotification } from '../../ports/alerts.ts'
import type { LeadershipStore } from '../../ports/leadership.ts'
import type { Meter } from '../../ports/meter.ts'
import type { AlertPorts } from '../../ports/store.ts'
import type { Tracer } from '../../ports/tracer.ts'
import { withoutTrace, withTrace } from '../../trace.ts'
import { createSweeper } from '../sweeper.ts'
import { decideAlert } from './machine.ts'
import { type Postman, takeLimit } from './postman.ts'

const leading = 'alerts'
/** When the node that has the desk is gone, another takes it over within this. */
const leadMs = 6000
const pageSize = 1000
/** Alerts taken in with one commit, and notifications told with one. */
const maxHeard = 500

/** A row beside those of groups, that every commit writes: of two desks, as when one slept for longer than it may lead, one
 *  finds here that the other has written. The groups' own versions are not enough: one that is over leaves no row. Their keys
 *  are hexadecimal, and come after it. */
const termKey = ' desk'

/** The one place where alerts are grouped and told: of all nodes one has it, and holds what is open in memory. What it decides
 *  is written in one transaction with what it tells; when that fails it knows nothing any more and reads everything again. */
export interface Desk {
  start(): void
  /** Alerts that were just accepted or changed, as they are now. Resolves with nothing; whoever has the desk elsewhere finds
   *  them as unheard. */
  hear(alerts: readonly Alert[]): void
  /** What it holds; null while this node does not have it. */
  view(): { readonly alerts: number; readonly groups: number; readonly follows: number } | null
  /** Follows or silences have changed: they count for every alert that is heard once it resolves. */
  look(): Promise<void>
  /** Something may have changed in the store. */
  kick(): void
  stop(): Promise<void>
}

interface House extends AlertPorts {
  readonly leadership: LeadershipStore
}

export function createDesk(parts: {
  readonly config: EngineConfig
  readonly rules: AlertRules
  readonly store: House
  readonly readers: Readers
  readonly audience: Audience
  readonly postman: Pick<Postman, 'carry'>
  /** Looks after heartbeats; its reports come back through `hear`. */
  readonly watch: (now: EpochMs) => Promise<void>
  readonly tell: (fact: Fact) => void
  readonly meter: Pick<Meter, 'decided'>
  readonly tracer: Tracer
  readonly clock: Clock
  readonly log: Log
  readonly owner: string
}): Desk {
  const { config, rules, store, readers, audience, postman, watch, tell, meter, tracer, clock, log, owner } =
    parts
  const settings = config.alerts
  const router = createRouter(rules)
  const emptyBoard = () =>
    createBoard({
      rules,
      router,
      sendResolved: (receiver) => settings.receivers[receiver]?.sendResolved ?? true,
    })
  let board: Board | null = null
  /** Version of the row of `termKey`. */
  let term = 0
  let stopped = false
  let inbox: Alert[] = []
  let silences = ''
  let pumping = false
  let again = false
  /** What changes the board happens one after the other. */
  let tail: Promise<unknown> = Promise.resolve()
  let cancelTimer = () => {}
  // Reports come gathered. What is written late now and then must not make all that comes after it late: half of the time will do.
  const spacing = createSpacing(clock, settings.gatherMs / 2)
  let gathering = false
  let cancelGathering = () => {}

  function exclusive(action: () => Promise<void>): Promise<void> {
    const next = tail.then(action, action)
    tail = next.catch(() => {})
    return next
  }

  /** Take in, decide, write, hand out, until there is nothing more to do now. */
  function pump(): void {
    if (pumping) {
      again = true
      return
    }
    pumping = true
    cancelTimer()
    // Of all that wait, not of whoever came last.
    withoutTrace(workOff)
  }

  function workOff(): void {
    exclusive(work)
      .catch((error: unknown) => {
        log.warn({ reason: String(error) }, 'desk.failed')
        // What was decided is not written: forgotten, and decided again from what is.
        board = null
      })
      .finally(() => {
        pumping = false
        if (stopped) return
        if (again) {
          again = false
          pump()
        } else wait()
      })
  }

  function wait(): void {
    const at = board?.nextAt() ?? null
    // Further times are looked at again by a sweep.
    if (at === null || at - clock.now() >= 60_000) return
    // What falls due one after the other is gathered as what is heard is: alerts that expire, groups that are told again.
    cancelTimer = clock.after(Math.max(0, at - clock.now()), () => {
      cancelTimer = clock.after(spacing(), pump)
    })
  }

  async function work(): Promise<void> {
    for (;;) {
      if (board === null || stopped) return
      const now = clock.now()
      const heard = inbox.slice(0, maxHeard)
      inbox = inbox.slice(heard.length)
      const nextAt = board.nextAt()
      if (heard.length === 0 && (nextAt === null || nextAt > now)) return
      await turn(board, heard, now)
    }
  }

  async function turn(at: Board, heard: readonly Alert[], now: EpochMs): Promise<void> {
    for (const alert of heard) at.take(alert, now)
    const moves: Move[] = []
    for (const alert of await reallyEnded(at, now)) {
      const move = moved(alert, alert.ends === 'expired' ? 'expire' : 'resolve', { endedAt: now }, now)
      if (move === null) continue
      moves.push(move)
      at.take(move.after, now)
    }
    const { decisions, escalated } = at.decide(now)
    for (const alert of escalated) {
      const move = moved(alert, 'escalate', {}, now)
      if (move === null || alert.state === 'escalated') continue
      moves.push(move)
      at.take(move.after, now)
    }
    const notifications = await notificationsOf(decisions, now)
    await commit(at, { heard, moves, notifications, digested: [] }, now)
  }

  /** Another node may have heard meanwhile that it goes on: that alone makes nothing unheard. */
  async function reallyEnded(at: Board, now: EpochMs): Promise<readonly Alert[]> {
    const ids = at.ended(now).map(({ id }) => id)
    if (ids.length === 0) return []
    const ended: Alert[] = []
    for (let i = 0; i < ids.length; i += pageSize)
      for (const alert of await store.alerts.get(ids.slice(i, i + pageSize))) {
        at.take(alert, now)
        if (isOpen(alert.state) && alert.endsAt <= now) ended.push(alert)
      }
    return ended
  }

  async function notificationsOf(
    decisions: readonly Decision[],
    now: EpochMs,
  ): Promise<readonly NewNotification[]> {
    const made: NewNotification[] = []
    for (const decision of decisions) {
      const notification = await audience.of(decision, now)
      if (notification !== null) made.push(notification)
    }
    return made
  }

  async function commit(
    at: Board,
    { heard, moves, notifications, digested }: Work,
    now: EpochMs,
  ): Promise<void> {
    const groups = at.rows()
    const refs = heard.map(({ id, version }) => ({ id, version }))
    if (refs.length + moves.length + notifications.length + digested.length + groups.length === 0) return
    const spans = notifications.map(({ trace = null, reason, alertIds }) =>
      tracer.start('notification', {
        parent: trace,
        attributes: { 'broadsheet.notification.reason': reason, 'broadsheet.alerts': alertIds.length },
      }),
    )
    const result = await write(
      {
        heard: refs,
        moves: moves.map(({ before, change }) => ({ id: before.id, version: before.version, change })),
        groups,
        notifications: notifications.map((made, i) => ({ ...made, trace: spans[i]!.trace })),
        digested,
      },
      now,
    )
    at.written()
    if (heard.length > 0) {
      const first = Math.min(...heard.map(({ updatedAt }) => updatedAt))
      meter.decided(heard.length, Math.max(0, clock.now() - first) / 1000)
    }
    for (const [i, { id, audience: count, postings, more }] of result.notifications.entries()) {
      const { people: _people, held: _held, ...notification } = notifications[i]!
      const { reason } = notification
      const span = spans[i]!
      span.end({
        attributes: { 'broadsheet.notification.id': id, 'broadsheet.notification.audience': count },
      })
      withTrace(span.trace, { notificationId: id }, () => {
        log.debug({ reason, audience: count }, 'notification.made')
        postman.carry({ ...notification, trace: span.trace, id, audience: count }, postings, more)
      })
      tell({ type: 'notification.told', notification: { id, reason, audience: count } })
    }
    for (const alert of [...heard, ...moves.map(({ after }) => after)]) {
      const { id, key, state, severity, title, version } = alert
      tell({ type: 'alert.changed', alert: { id, key, state, severity, title, version } })
    }
  }

  async function write(what: DeskCommit, now: EpochMs) {
    const groups = [{ key: termKey, version: term, value: owner }, ...what.groups]
    const take = { limit: takeLimit, leaseMs: config.delivery.leaseMs }
    const result = await store.desk.commit({ ...what, groups }, { now, take })
    if (result.status === 'conflict') throw new Error('somebody else has changed what was decided on')
    term++
    return result
  }

  /** From now on whoever had the desk before writes nothing any more. */
  async function takeOver(now: EpochMs): Promise<void> {
    const [first] = await store.desk.groups({ after: '', limit: 1 })
    term = first?.key === termKey ? first.version : 0
    await write({ heard: [], moves: [], groups: [], notifications: [], digested: [] }, now)
  }

  /** Everything that is open, as it is written. */
  async function load(): Promise<void> {
    const now = clock.now()
    inbox = []
    await takeOver(now)
    const fresh = emptyBoard()
    await readers.load()
    await readSilences(fresh, now)
    for (let after: string | null = termKey; after !== null; ) {
      const rows = await store.desk.groups({ after, limit: pageSize })
      for (const row of rows) if (!fresh.restore(row)) log.info({ group: row.key }, 'desk.group_dropped')
      after = rows.length < pageSize ? null : rows.at(-1)!.key
    }
    for (let after: number | null = 0; after !== null; ) {
      const page = await store.alerts.page({ after, limit: pageSize, open: true })
      for (const alert of page.rows) fresh.take(alert, now)
      after = page.next
    }
    const missing = fresh.missing()
    for (let i = 0; i < missing.length; i += pageSize)
      for (const alert of await store.alerts.get(missing.slice(i, i + pageSize))) fresh.take(alert, now)
    inbox.push(...(await unheard()))
    board = fresh
    log.info({ ...fresh.size(), follows: readers.size() }, 'desk.taken_up')
  }

  /** What other nodes took in. Those who followed before that are known by then. */
  async function unheard(): Promise<readonly Alert[]> {
    const found = await store.alerts.unheard(maxHeard)
    await readers.refresh()
    return found
  }

  async function readSilences(at: Board, now: EpochMs): Promise<void> {
    const all: Silence[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page = await store.silences.page({ after, limit: pageSize, endsAfter: now })
      all.push(...page.rows)
      after = page.next
    }
    // Also when one of them begins or ends, which no row says.
    const text = JSON.stringify(
      all.map(({ id, matchers, startsAt, endsAt }) => [id, matchers, startsAt <= now, endsAt]),
    )
    if (text === silences && at === board) return
    silences = text
    at.silence(createSilencer(all), now)
  }

  async function tellDigests(at: Board, now: EpochMs): Promise<void> {
    const due = await store.desk.heldDue({ now, limit: 200 })
    if (due.length === 0) return
    const ids = [...new Set(due.flatMap(({ notification }) => notification.alertIds))]
    const alerts = new Map<AlertId, Alert>()
    for (const alert of await store.alerts.get(ids)) alerts.set(alert.id, alert)
    const { notifications, digested } = digestsOf(due, alerts, {
      now,
      publicUrl: config.publicUrl,
      retryUntil: now + settings.retryForMs,
    })
    await commit(at, { heard: [], moves: [], notifications, digested }, now)
  }

  async function sweep(): Promise<void> {
    const leads = await store.leadership.lead(leading, owner, leadMs)
    if (!leads) {
      board = null
      readers.clear()
      return
    }
    if (board === null) await exclusive(load)
    else {
      inbox.push(...(await unheard()))
      await readSilences(board, clock.now())
    }
    await watch(clock.now())
    await exclusive(async () => {
      if (board !== null) await tellDigests(board, clock.now())
    })
    pump()
  }

  const sweeper = createSweeper({
    clock,
    everyMs: settings.sweepMs,
    sweep,
    onError(error) {
      log.warn({ reason: String(error) }, 'desk.not_swept')
      board = null
    },
  })

  return {
    start: sweeper.start,
    hear(alerts) {
      if (board === null) return
      inbox.push(...alerts)
      if (gathering) return
      gathering = true
      cancelGathering = clock.after(spacing(), () => {
        gathering = false
        pump()
      })
    },
    view: () => (board === null ? null : { ...board.size(), follows: readers.size() }),
    async look() {
      await exclusive(async () => {
        if (board === null) return
        await readers.refresh()
        await readSilences(board, clock.now())
      }).catch((error: unknown) => {
        // What changed is kept: the next sweep reads it.
        log.warn({ reason: String(error) }, 'desk.not_looked')
      })
      pump()
    },
    kick: sweeper.kick,
    async stop() {
      stopped = true
      cancelGathering()
      cancelTimer()
      await sweeper.stop()
      await tail
      if (board !== null) await store.leadership.resign(leading, owner).catch(() => {})
      board = null
    },
  }
}

interface Move {
  readonly before: Alert
  readonly change: AlertChange
  readonly after: Alert
}
interface Work extends Pick<DeskCommit, 'notifications' | 'digested'> {
  readonly heard: readonly Alert[]
  readonly moves: readonly Move[]
}

/** Null: its state does not take that. */
function moved(alert: Alert, event: AlertEventType, change: AlertChange, now: EpochMs): Move | null {
  const state = decideAlert(alert.state, event)
  if (state === null) return null
  const whole = { ...change, state }
  return {
    before: alert,
    change: whole,
    after: { ...alert, ...whole, version: alert.version + 1, updatedAt: now },
  }
}
