import { decideAlert } from './actors/alerts/machine.ts'
import { compileMatchers, type Matcher, matchesAll } from './alerts/matchers/matcher.ts'
import type { AlertRules } from './alerts/rules.ts'
import type { Carried } from './channel/index.ts'
import type { Clock } from './clock.ts'
import type { AlertTokens } from './compose/alert-token.ts'
import type { EngineConfig } from './config.ts'
import type { Courier } from './delivery/courier.ts'
import { createDirections, type Held, type Preview, type Standing } from './desk/directions.ts'
import { type RuleBook, ruleBookOf } from './desk/rule-book.ts'
import { BroadsheetError } from './errors.ts'
import { createGatherer, createTurns, turnOver } from './gather.ts'
import { type Alert, type AlertEventType, type AlertReport, isOpen, type Labels } from './model/alert.ts'
import type { EpochMs } from './model/ids.ts'
import type { AlertChange } from './ports/alerts.ts'
import type { Store } from './ports/store.ts'
import type { Tracer } from './ports/tracer.ts'
import { currentTrace } from './trace.ts'

/** What alerts need to know of a channel. */
export type AlertWay = Pick<Courier<Carried>, 'capabilities' | 'contact'>

import type { Follow, FollowInput, FollowPreferences } from './model/follow.ts'
import type { Heartbeat, HeartbeatInput } from './model/heartbeat.ts'
import type { AlertId, FollowId, HeartbeatId, NotificationId, SilenceId, SubscriberId } from './model/ids.ts'
import type { Notification, PostingCounts } from './model/notification.ts'
import type { Fact } from './model/progress.ts'
import type { Silence, SilenceInput } from './model/silence.ts'
import type { AcceptedReport } from './ports/alerts.ts'

export type { Held, Preview, RouteView, Standing } from './desk/directions.ts'
export type { RuleBook } from './desk/rule-book.ts'

/** Who says so. */
export interface Word {
  /** A name that others recognise; at most 200 characters. */
  readonly by: string
  /** At most 2,000 characters. */
  readonly comment: string
}

/** What a node that has the desk holds. */
export interface DeskView {
  /** Open ones, and ended ones of which the end is still to be told. */
  readonly alerts: number
  readonly groups: number
  readonly follows: number
}

/** Alerts: taking them in, and everything people do about them. Reading is the store's (`engine.store.alerts`,
 *  `.notifications`, `.silences`, `.follows`, `.heartbeats`). */
export interface Alerts {
  /** When reports are written: now (null) after a quiet time, else when `alerts.gatherMs` have passed since the last ones. */
  readonly turn: () => Promise<void> | null
  /** Committed when it resolves; told by whoever runs the desk. In the reports' order. `gathered`: the turn was waited for. */
  report(
    reports: readonly AlertReport[],
    options?: { readonly gathered?: boolean },
  ): Promise<readonly AcceptedReport[]>
  /** Somebody takes care of it: no repeats, no escalation, until it is over. Refuses with E_NOT_FOUND, and with E_STATE
   *  what is over already. Acknowledging again changes who did. */
  acknowledge(id: AlertId, word: Word): Promise<Alert>
  /** Takes an acknowledgement back. */
  release(id: AlertId): Promise<Alert>
  /** By hand; refuses with E_STATE what is over already. */
  resolve(id: AlertId): Promise<Alert>
  /** Behind the link in a post: what it tells of. Null for what was not signed by us, or is forgotten by now. */
  linked(token: string): Promise<{
    readonly notification: Notification
    readonly alerts: readonly Alert[]
    /** Who it was sent to: a subscriber's name or address, or null for a room. */
    readonly person: string | null
  } | null>
  /** Acknowledges all open alerts behind a link. Null as above. */
  acknowledgeLinked(token: string, word: Word): Promise<readonly Alert[] | null>
  counts(id: NotificationId): Promise<PostingCounts>
  /** What this node holds in memory; null where another one has the desk, or none has it yet. */
  desk(): DeskView | null
  /** Where an alert would go, by the rules and silences as they are now. */
  preview(labels: Labels): Promise<Preview>
  /** The same for alerts that are open, in their order. `open` are all of them, since they may hold each other back. */
  standing(open: readonly Alert[]): Promise<readonly Standing[]>
  /** Open alerts that a silence or another alert keeps from being told. Newest first. */
  held(): Promise<readonly Held[]>
  /** Open alerts that a silence with these matchers would be on. Newest first. Refuses as `silence` does. */
  matching(matchers: SilenceInput['matchers']): Promise<readonly Alert[]>
  /** The tree, receivers, inhibitions and time intervals, as they are configured. */
  rules(): RuleBook
  /** `channel/room` of all channels, for pickers and mistakes. */
  rooms(): readonly string[]
  /** Names of those that routes lead to. */
  receivers(): readonly string[]
  silence(input: SilenceInput): Promise<Silence>
  /** Null where there is none. */
  unsilence(id: SilenceId): Promise<Silence | null>
  /** Refuses with E_CHANNEL_UNKNOWN, and with E_INPUT a contact that the channel does not take. */
  follow(subscriberId: SubscriberId, input: FollowInput): Promise<Follow>
  refollow(id: FollowId, version: number, input: FollowInput): Promise<Follow>
  unfollow(id: FollowId): Promise<boolean>
  prefer(subscriberId: SubscriberId, preferences: FollowPreferences): Promise<void>
  addHeartbeat(input: HeartbeatInput): Promise<Heartbeat>
  updateHeartbeat(id: HeartbeatId, version: number, input: HeartbeatInput): Promise<Heartbeat>
  /** Its alert goes with it. */
  removeHeartbeat(id: HeartbeatId): Promise<boolean>
  /** It lives. Refuses with E_NOT_FOUND. */
  beat(name: string): Promise<void>
}

const moveTries = 5
/** Reports that one transaction takes. */
const maxReports = 500
/** Of a heartbeat that is silent: it is over when it is heard again. */
const foreverMs = 100 * 365 * 86_400_000

export function createAlerts(parts: {
  readonly config: EngineConfig
  readonly rules: AlertRules
  readonly store: Store
  readonly tokens: AlertTokens
  readonly channels: ReadonlyMap<string, AlertWay>
  readonly tracer: Tracer
  readonly clock: Clock
  /** Reports are about to be written. */
  readonly writing: () => void
  /** Alerts that were just accepted or changed. */
  readonly heard: (alerts: readonly Alert[]) => void
  /** Follows or silences have changed. Where this node has the desk, it knows them when this resolves. */
  readonly look: () => Promise<void>
  readonly tell: (fact: Fact) => void
  readonly desk: () => DeskView | null
  /** How many follows an alert is for. Null: this node does not know them. */
  readonly followers: Parameters<typeof createDirections>[0]['followers']
}): Alerts & { readonly watch: (now: EpochMs) => Promise<void> } {
  const {
    config,
    rules,
    store,
    tokens,
    channels,
    tracer,
    clock,
    writing,
    heard,
    look,
    tell,
    desk,
    followers,
  } = parts
  const settings = config.alerts
  const { matching, ...directions } = createDirections({
    rules,
    settings,
    silences: store.silences,
    alerts: store.alerts,
    followers,
    clock,
  })

  const turn = createTurns(clock, settings.gatherMs)
  const intake = createGatherer<AlertReport, AcceptedReport>(
    async (reports) => {
      writing()
      const accepted = await store.alerts.accept(reports, {
        now: clock.now(),
        reopenMs: settings.reopenMs,
      })
      heard(accepted.flatMap(({ alert }) => alert ?? []))
      return accepted
    },
    { maxInputs: maxReports, pause: turnOver },
  )
  async function report(
    reports: readonly AlertReport[],
    { gathered = false }: { readonly gathered?: boolean } = {},
  ): Promise<readonly AcceptedReport[]> {
    if (!gathered) await turn()
    const span = tracer.start('alert.accept', {
      parent: currentTrace(),
      attributes: { 'broadsheet.alert.reports': reports.length },
    })
    try {
      const accepted = await Promise.all(reports.map((one) => intake.add({ ...one, trace: span.trace })))
      span.end()
      return accepted
    } catch (error) {
      span.end({ error: 'not accepted' })
      throw error
    }
  }

  async function alertOf(id: AlertId): Promise<Alert> {
    const [alert] = await store.alerts.get([id])
    if (alert === undefined) throw new BroadsheetError('E_NOT_FOUND', `There is no alert with id ${id}.`)
    return alert
  }

  async function apply(
    id: AlertId,
    event: AlertEventType,
    changeOf: (now: EpochMs) => AlertChange,
  ): Promise<Alert> {
    for (let tries = 1; ; tries++) {
      const alert = await alertOf(id)
      const state = decideAlert(alert.state, event)
      // By hand nothing is done to what is over; its source may say again that it is.
      if (state === null || !isOpen(alert.state))
        throw new BroadsheetError('E_STATE', `Alert ${id} is ${alert.state}: "${event}" is not possible now.`)
      const now = clock.now()
      try {
        const changed = await store.alerts.change(id, alert.version, { ...changeOf(now), state }, now)
        heard([changed])
        return changed
      } catch (error) {
        const moved = error instanceof BroadsheetError && error.code === 'E_CONFLICT'
        if (!moved || tries === moveTries) throw error
      }
    }
  }

  const acknowledge = (id: AlertId, { by, comment }: Word) =>
    apply(id, 'acknowledge', (at) => ({ acknowledged: { at, by, comment } }))

  async function checkFollow({ channel, contact, filter }: FollowInput): Promise<void> {
    const way = channels.get(channel)
    if (way === undefined)
      throw new BroadsheetError(
        'E_CHANNEL_UNKNOWN',
        `There is no channel named "${channel}". Configured: ${[...channels.keys()].join(', ') || 'none'}.`,
      )
    const compiled = compileMatchers(filter)
    if ('issues' in compiled)
      throw new BroadsheetError('E_INPUT', 'The filter cannot be read.', {
        issues: compiled.issues.map(({ path, message }) => ({ path: `filter${path}`, message })),
      })
    const refuse = (message: string) =>
      new BroadsheetError('E_INPUT', `Channel "${channel}" cannot reach that contact: it ${message}.`, {
        issues: [{ path: 'contact', message }],
      })
    if (way.capabilities.content === 'mime') {
      if (contact !== null) throw refuse("goes to the subscriber's own address: leave it out")
      return
    }
    if (way.contact === undefined) throw refuse('reaches rooms only, no single people')
    if (contact === null) throw refuse('is needed for this channel')
    const problem = await way.contact(contact)
    if (problem !== null) throw refuse(problem)
  }

  async function seen<T>(write: Promise<T>): Promise<T> {
    const result = await write
    await look()
    return result
  }

  async function linked(token: string) {
    const subject = tokens.read(token)
    if (subject === null) return null
    const [notification] = await store.notifications.get([subject.notificationId])
    if (notification === undefined) return null
    const alerts = await store.alerts.get(notification.alertIds)
    const [follow] = subject.target > 0 ? await store.follows.get([subject.target as FollowId]) : []
    const [person] = follow === undefined ? [] : await store.subscribers.get([follow.subscriberId])
    const known = person === undefined || person.status === 'erased' ? null : person
    return { notification, alerts, person: known === null ? null : (known.name ?? known.address) }
  }

  const heartbeatReport = (
    { name, title, topic, severity, labels }: Heartbeat,
    text: string,
    now: EpochMs,
    endsAt: EpochMs,
  ): AlertReport => ({
    key: `heartbeat:${name}`,
    topic,
    severity,
    labels: { alertname: 'HeartbeatMissing', heartbeat: name, ...labels },
    annotations: {},
    title,
    text,
    links: [],
    startsAt: Math.min(now, endsAt),
    endsAt,
    ends: 'resolved',
  })
  const comeBack = (heartbeat: Heartbeat, now: EpochMs) =>
    report([heartbeatReport(heartbeat, 'It is heard again.', now, now)])

  const tellOfSilence = ({ id, startsAt, endsAt }: Silence): void =>
    tell({ type: 'silence.changed', silence: { id, startsAt, endsAt } })
  const tellOfHeartbeat = (
    { id, name }: Heartbeat,
    change: Extract<Fact, { readonly type: 'heartbeat.changed' }>['change'],
  ): void => tell({ type: 'heartbeat.changed', heartbeat: { id, name }, change })

  return {
    turn,
    report,
    acknowledge,
    release: (id) => apply(id, 'release', () => ({ acknowledged: null })),
    resolve: (id) => apply(id, 'resolve', (endedAt) => ({ endedAt, endsAt: endedAt })),
    linked,
    async acknowledgeLinked(token, word) {
      const found = await linked(token)
      if (found === null) return null
      const by = word.by === '' ? (found.person ?? 'somebody') : word.by
      return Promise.all(
        found.alerts.map(async (alert) =>
          isOpen(alert.state) ? acknowledge(alert.id, { ...word, by }).catch(overMeanwhile(alert)) : alert,
        ),
      )
    },
    counts: (id) => store.notifications.counts(id),
    desk,
    ...directions,
    rooms: () =>
      [...channels].flatMap(([name, { capabilities }]) =>
        (capabilities.rooms ?? []).map((room) => `${name}/${room}`),
      ),
    matching: async (matchers) => matching(silencing(matchers)),
    rules: () => ruleBookOf(rules, settings, clock.now()),
    async silence(input) {
      silencing(input.matchers)
      if (input.endsAt <= clock.now())
        throw new BroadsheetError('E_INPUT', 'The silence would be over already.', {
          issues: [{ path: 'endsAt', message: 'must be later than now' }],
        })
      const made = await seen(store.silences.insert(input, clock.now()))
      tellOfSilence(made)
      return made
    },
    async unsilence(id) {
      const ended = await seen(store.silences.end(id, clock.now()))
      if (ended !== null) tellOfSilence(ended)
      return ended
    },
    async follow(subscriberId, input) {
      await checkFollow(input)
      return seen(store.follows.insert(subscriberId, input, clock.now()))
    },
    async refollow(id, version, input) {
      await checkFollow(input)
      return seen(store.follows.update(id, version, input, clock.now()))
    },
    unfollow: (id) => seen(store.follows.remove(id, clock.now())),
    prefer: (subscriberId, preferences) =>
      seen(store.followPreferences.set(subscriberId, preferences, clock.now())),
    async addHeartbeat(input) {
      const made = await store.heartbeats.insert(input, clock.now())
      tellOfHeartbeat(made, 'made')
      return made
    },
    async updateHeartbeat(id, version, input) {
      const updated = await store.heartbeats.update(id, version, input, clock.now())
      tellOfHeartbeat(updated, 'changed')
      return updated
    },
    async removeHeartbeat(id) {
      const heartbeat = await store.heartbeats.get(id)
      const [beat] = await store.beats.beats([id])
      const removed = await store.heartbeats.remove(id)
      if (!removed || heartbeat === null) return removed
      if (beat?.alarmed === true) await comeBack(heartbeat, clock.now())
      tellOfHeartbeat(heartbeat, 'removed')
      return true
    },
    async beat(name) {
      const now = clock.now()
      const beat = await store.beats.beat(name, now)
      if (beat === null)
        throw new BroadsheetError('E_NOT_FOUND', `There is no heartbeat named "${name}": add it first.`)
      if (!beat.alarmed) return
      await comeBack(beat.heartbeat, now)
      await store.beats.alarm(beat.heartbeat.id, false)
      tellOfHeartbeat(beat.heartbeat, 'back')
    },
    async watch(now) {
      for (const { heartbeat, beatAt } of await store.beats.late(now)) {
        const text = `Nothing was heard of "${heartbeat.name}" since ${new Date(beatAt).toISOString().slice(0, 19).replace('T', ' ')} UTC.`
        // The alert first: a crash between the two raises it again, which changes nothing.
        await report([heartbeatReport(heartbeat, text, now, now + foreverMs)])
        await store.beats.alarm(heartbeat.id, true)
        tellOfHeartbeat(heartbeat, 'late')
      }
    },
  }
}

/** Refuses with E_INPUT what cannot be read, and what every alert would match. */
function silencing(matchers: SilenceInput['matchers']): readonly Matcher[] {
  const compiled = compileMatchers(matchers)
  if ('issues' in compiled)
    throw new BroadsheetError('E_INPUT', 'The matchers cannot be read.', {
      issues: compiled.issues.map(({ path, message }) => ({ path: `matchers${path}`, message })),
    })
  // As there: one that every alert matches is a mistake.
  if (matchesAll(compiled.ok, {}))
    throw new BroadsheetError('E_INPUT', 'The silence would match every alert.', {
      issues: [{ path: 'matchers', message: 'must not all match the empty text: name what is silenced' }],
    })
  return compiled.ok
}

/** It ended between looking and acknowledging. */
const overMeanwhile =
  (alert: Alert) =>
  (error: unknown): Alert => {
    if (error instanceof BroadsheetError && error.code === 'E_STATE') return alert
    throw error
  }
