import { z } from 'zod'
import { escalate, nextEscalation } from '../alerts/escalation.ts'
import { flush, type GroupNotification } from '../alerts/flush.ts'
import {
  createGroup,
  type Group,
  type GroupTiming,
  isOver,
  report,
  restoreGroup,
  withdraw,
} from '../alerts/group.ts'
import { createInhibitor } from '../alerts/inhibitor.ts'
import type { Route } from '../alerts/route.ts'
import { groupKeyOf, groupLabelsOf, isMuted, type Router } from '../alerts/router.ts'
import type { AlertRules } from '../alerts/rules.ts'
import type { Silencer } from '../alerts/silencer.ts'
import { type Alert, isOpen, type Labels } from '../model/alert.ts'
import type { AlertId, EpochMs, Json } from '../model/ids.ts'
import type { PostReason } from '../model/note.ts'
import { threadOf } from '../model/notification.ts'
import type { GroupRow } from '../ports/alerts.ts'
import { createDueTimes } from './due-times.ts'

/** A group with what is needed to tell it. */
interface Kept {
  readonly key: string
  readonly route: Route
  readonly labels: Labels
  readonly thread: string
  readonly group: Group
  /** Of its row; 0: there is none. */
  version: number
}

/** Something to be told of a group. */
export interface Decision {
  readonly group: string
  readonly thread: string
  readonly reason: PostReason
  readonly receiver: string
  readonly labels: Labels
  readonly firing: readonly Alert[]
  readonly over: readonly Alert[]
  /** Whom it concerns is decided by these: what is new in it. */
  readonly news: readonly Alert[]
}

/** All that is open, in groups: what is known of alerts, and what is due. It decides and writes nothing. */
export interface Board {
  /** An alert as it is by now. Word older than what is known changes nothing. */
  take(alert: Alert, now: EpochMs): void
  /** Open alerts whose end has come. They are not due again before they are taken again. */
  ended(now: EpochMs): readonly Alert[]
  /** Tell what is due. Also says which alerts are escalated by it. */
  decide(now: EpochMs): {
    readonly decisions: readonly Decision[]
    readonly escalated: readonly Alert[]
  }
  /** Rows of groups that have changed since this was last asked. `keep` with the outcome afterwards. */
  rows(): readonly { readonly key: string; readonly version: number; readonly value: Json | null }[]
  /** The rows were written. */
  written(): void
  /** When something is due next; null: not before something comes. */
  nextAt(): EpochMs | null
  get(id: AlertId): Alert | undefined
  /** Silences changed, or one began or ended: groups look again. */
  silence(silencer: Silencer, now: EpochMs): void
  /** From its row. False: its route is gone, or it is not one; the row is removed with the next ones written. */
  restore(row: GroupRow): boolean
  /** Alerts that groups speak of and that are not here. */
  missing(): readonly AlertId[]
  size(): { readonly alerts: number; readonly groups: number }
}

const rowSchema = z.strictObject({
  route: z.string(),
  labels: z.record(z.string(), z.string()),
  thread: z.string(),
  group: z.unknown(),
})

/** What rules and silences see of an alert: its labels, and its severity and topic where it has no labels of these names. */
export const routingLabels = ({
  labels,
  severity,
  topic,
}: Pick<Alert, 'labels' | 'severity' | 'topic'>): Labels => ({
  severity,
  ...(topic === null ? {} : { topic }),
  ...labels,
})

export function createBoard(parts: {
  readonly rules: AlertRules
  readonly router: Router
  readonly sendResolved: (receiver: string) => boolean
}): Board {
  const { rules, router, sendResolved } = parts
  const alerts = new Map<AlertId, Alert>()
  const groups = new Map<string, Kept>()
  /** In which groups an alert is. */
  const places = new Map<AlertId, readonly string[]>()
  const inhibitor = createInhibitor(rules)
  const inhibits = rules.inhibitRules.length > 0
  const ends = createDueTimes<AlertId>()
  const due = createDueTimes<string>()
  const changed = new Set<string>()
  const removed = new Map<string, number>()
  /** Groups with an alert that was acknowledged, or expired, since the last decision. */
  const acknowledged = new Map<string, Alert[]>()
  const expired = new Map<string, Alert[]>()
  let silencer: Silencer | null = null

  const timingOf = ({ route }: Kept): GroupTiming => ({
    groupWaitMs: route.groupWaitMs,
    groupIntervalMs: route.groupIntervalMs,
    repeatIntervalMs: route.repeatIntervalMs,
    sendResolved: sendResolved(route.receiver),
  })

  function schedule(kept: Kept): void {
    const step = nextEscalation(kept.group, kept.route.escalate)?.dueAt ?? null
    const { dueAt } = kept.group
    due.set(kept.key, step === null || dueAt === null ? (dueAt ?? step) : Math.min(dueAt, step))
  }

  function note(map: Map<string, Alert[]>, key: string, alert: Alert): void {
    const list = map.get(key)
    if (list === undefined) map.set(key, [alert])
    else list.push(alert)
    due.set(key, 0)
  }

  function tell(kept: Kept, alert: Alert, now: EpochMs): void {
    const { group } = kept
    const { id, state, startsAt } = alert
    const key = String(id)
    const open = isOpen(state)
    const known = group.members[key]
    if (state === 'expired') {
      // Its time ran out without a word: nobody is told, and it is not waited for.
      if (known === undefined) return
      const heardOf = known.told !== 'never'
      withdraw(group, key)
      changed.add(kept.key)
      if (heardOf) note(expired, kept.key, alert)
      else due.set(kept.key, 0)
      return
    }
    const taken = state === 'acknowledged' && known?.acknowledged === false && known.told !== 'never'
    const moved = report(
      group,
      {
        key,
        state: open ? 'firing' : 'resolved',
        acknowledged: state === 'acknowledged',
        startsAt,
      },
      timingOf(kept),
      now,
    )
    if (moved) schedule(kept)
    if (taken) note(acknowledged, kept.key, alert)
  }

  function groupFor(route: Route, labels: Labels, alert: Alert, now: EpochMs): string | null {
    // Each alert alone means that, also where two have the same labels, or none.
    const key = groupKeyOf(route, route.groupBy === null ? { ...labels, 'alert key': alert.key } : labels)
    let kept = groups.get(key)
    if (kept === undefined) {
      if (!isOpen(alert.state)) return null
      const thread = threadOf(key, now)
      kept = { key, route, labels: groupLabelsOf(route, labels), thread, group: createGroup(), version: 0 }
      groups.set(key, kept)
    }
    tell(kept, alert, now)
    return key
  }

  /** Forgets an alert that is over once no group speaks of it. */
  function release(id: AlertId): void {
    const alert = alerts.get(id)
    if (alert === undefined || isOpen(alert.state)) return
    const still = (places.get(id) ?? []).filter(
      (key) => groups.get(key)?.group.members[String(id)] !== undefined,
    )
    if (still.length > 0) return
    alerts.delete(id)
    places.delete(id)
  }

  function suppressed(kept: Kept, now: EpochMs): ((key: string) => boolean) | undefined {
    if (isMuted(kept.route, now)) return () => true
    if (silencer === null && !inhibits) return undefined
    return (key) => {
      const alert = alerts.get(Number(key) as AlertId)
      if (alert === undefined) return false
      const labels = routingLabels(alert)
      return (
        (inhibits && inhibitor.inhibitedBy(labels) !== null) ||
        (silencer?.silencedBy(labels, now).length ?? 0) > 0
      )
    }
  }

  const alertsOf = (keys: readonly string[]): readonly Alert[] =>
    keys.flatMap((key) => alerts.get(Number(key) as AlertId) ?? [])

  function decisionOf(kept: Kept, told: GroupNotification): Decision {
    const firing = alertsOf(told.firing)
    const over = alertsOf(told.resolved)
    const fresh = alertsOf(told.fresh)
    const { key, thread, route, labels } = kept
    const news = told.reason === 'repeat' ? firing : told.reason === 'resolved' ? over : [...fresh, ...over]
    return { group: key, thread, reason: told.reason, receiver: route.receiver, labels, firing, over, news }
  }

  /** Those whom an escalation woke hear of the end, too. */
  function receiversOf({ route }: Kept, reached: number): readonly string[] {
    const names = route.escalate.slice(0, reached).map(({ receiver }) => receiver)
    return [...new Set(names)].filter((name) => name !== route.receiver)
  }

  function decideGroup(kept: Kept, now: EpochMs, into: Decision[], escalated: Map<AlertId, Alert>): void {
    const { key, group, route, thread, labels } = kept
    const isSuppressed = suppressed(kept, now)
    const members = Object.keys(group.members)
    const told = flush(group, timingOf(kept), now, isSuppressed)
    if (told !== null) {
      const decision = decisionOf(kept, told)
      into.push(decision)
      if (told.reason === 'resolved')
        for (const receiver of receiversOf(kept, told.reached)) into.push({ ...decision, receiver })
      changed.add(key)
    } else {
      const common = { group: key, thread, receiver: route.receiver, labels }
      const taken = acknowledged.get(key)?.filter(({ id }) => alerts.get(id)?.state === 'acknowledged')
      const gone = expired.get(key)
      if (taken !== undefined && taken.length > 0) {
        into.push({ ...common, reason: 'acknowledged', firing: taken, over: [], news: [] })
        changed.add(key)
      } else if (gone !== undefined)
        into.push({ ...common, reason: 'expired', firing: [], over: gone, news: [] })
    }
    acknowledged.delete(key)
    expired.delete(key)
    for (
      let step = escalate(group, route.escalate, now, isSuppressed);
      step !== null;
      step = escalate(group, route.escalate, now, isSuppressed)
    ) {
      const firing = alertsOf(step.unacknowledged)
      for (const alert of firing) escalated.set(alert.id, alert)
      const { receiver } = step
      into.push({ group: key, thread, labels, reason: 'escalated', receiver, firing, over: [], news: firing })
      changed.add(key)
    }
    if (isOver(group)) {
      groups.delete(key)
      changed.delete(key)
      if (kept.version > 0) removed.set(key, kept.version)
      due.set(key, null)
    } else schedule(kept)
    for (const member of members) release(Number(member) as AlertId)
  }

  return {
    take(alert, now) {
      const { id } = alert
      const before = alerts.get(id)
      if (before !== undefined && before.version >= alert.version) return
      const open = isOpen(alert.state)
      if (before === undefined && !open && !isSpokenOf(groups, id)) return
      alerts.set(id, alert)
      ends.set(id, open ? alert.endsAt : null)
      const labels = routingLabels(alert)
      if (inhibits) {
        if (open) inhibitor.fire(String(id), labels)
        else inhibitor.resolve(String(id))
      }
      const keys = router.route(labels).flatMap((route) => groupFor(route, labels, alert, now) ?? [])
      for (const key of places.get(id) ?? []) {
        const kept = groups.get(key)
        // Its labels changed: where it was, it is over.
        if (kept !== undefined && !keys.includes(key)) tell(kept, { ...alert, state: 'resolved' }, now)
      }
      places.set(id, keys)
      release(id)
    },
    ended: (now) => ends.take(now).flatMap((id) => alerts.get(id) ?? []),
    decide(now) {
      const decisions: Decision[] = []
      const escalated = new Map<AlertId, Alert>()
      for (const key of due.take(now)) {
        const kept = groups.get(key)
        if (kept !== undefined) decideGroup(kept, now, decisions, escalated)
      }
      return { decisions, escalated: [...escalated.values()] }
    },
    rows() {
      const rows = [...removed].map(([key, version]) => ({ key, version, value: null as Json }))
      for (const key of changed) {
        const kept = groups.get(key)
        if (kept === undefined) continue
        const { route, labels, thread, group, version } = kept
        rows.push({ key, version, value: { route: route.id, labels, thread, group } as unknown as Json })
      }
      return rows
    },
    written() {
      for (const key of changed) {
        const kept = groups.get(key)
        if (kept !== undefined) kept.version++
      }
      changed.clear()
      removed.clear()
    },
    nextAt() {
      const [end, group] = [ends.next(), due.next()]
      return end === null || group === null ? (end ?? group) : Math.min(end, group)
    },
    get: (id) => alerts.get(id),
    silence(next, now) {
      silencer = next
      // What was silenced may be told now, in groups that are not told by the clock.
      for (const kept of groups.values())
        if (kept.route.groupIntervalMs === 0 && kept.group.flushed) due.set(kept.key, now)
    },
    restore({ key, version, value }) {
      const row = rowSchema.safeParse(value)
      const route = row.success ? router.routes.get(row.data.route) : undefined
      if (!row.success || route === undefined) {
        removed.set(key, version)
        return false
      }
      const { labels, thread } = row.data
      const kept: Kept = { key, route, labels, thread, group: restoreGroup(row.data.group), version }
      groups.set(key, kept)
      for (const member of Object.keys(kept.group.members)) {
        const id = Number(member) as AlertId
        places.set(id, [...(places.get(id) ?? []), key])
      }
      schedule(kept)
      return true
    },
    missing: () => [...places.keys()].filter((id) => !alerts.has(id)),
    size: () => ({ alerts: alerts.size, groups: groups.size }),
  }

  function isSpokenOf(all: ReadonlyMap<string, Kept>, id: AlertId): boolean {
    return (places.get(id) ?? []).some((key) => all.get(key)?.group.members[String(id)] !== undefined)
  }
}
