import { BroadsheetError } from '../../../engine/errors.ts'
import { type Alert, hear, isOpen, severities } from '../../../engine/model/alert.ts'
import type { Follow, FollowPreferences } from '../../../engine/model/follow.ts'
import { maxFollowsAPerson, noFollowPreferences } from '../../../engine/model/follow.ts'
import type { Heartbeat } from '../../../engine/model/heartbeat.ts'
import type {
  AlertId,
  EpochMs,
  FollowId,
  NotificationId,
  SilenceId,
  SubscriberId,
} from '../../../engine/model/ids.ts'
import type { Notification, Posting, TakenPosting } from '../../../engine/model/notification.ts'
import type { Silence } from '../../../engine/model/silence.ts'
import type { GroupRow } from '../../../engine/ports/alerts.ts'
import type { AlertPorts } from '../../../engine/ports/store.ts'
import { createCollection } from '../collection.ts'
import { type MemoryState, reasonAgainst } from '../state.ts'

interface Told {
  n: Notification
  targets: number[]
  cursor: number
  rows: Map<number, Posting & { leaseUntil: number }>
}

export function createAlertPorts(
  state: MemoryState,
  suppress: (address: string, detail: string, now: EpochMs) => Promise<void>,
): AlertPorts {
  const alerts = new Map<AlertId, Alert>()
  const heard = new Map<AlertId, number>()
  const groups = new Map<string, GroupRow>()
  const told = new Map<NotificationId, Told>()
  const threads = new Map<string, string>()
  const follows = new Map<FollowId, Follow>()
  const changes: { id: FollowId; at: number }[] = []
  const prefs = new Map<SubscriberId, FollowPreferences>()
  const silences = new Map<SilenceId, Silence>()
  const beatAt = new Map<number, { at: EpochMs; alarmed: boolean }>()
  let lastAlert = 0,
    lastNote = 0,
    lastFollow = 0,
    lastSilence = 0
  const heartbeats = createCollection<Heartbeat>('heartbeat', (id) => beatAt.delete(id))
  const person = (id: SubscriberId) => state.subscribers[id - 1]
  const placeOf = (t: Told, channel: string, to: string) => `${t.n.thread}\0${channel}\0${to}`

  function place(
    t: Told,
    target: number,
    attempt: number,
    leaseMs: number,
    now: EpochMs,
    before?: Posting,
  ): TakenPosting | null {
    const base = {
      notificationId: t.n.id,
      target,
      attempt,
      uncertain: before?.uncertain ?? 0,
      dueAt: null,
      detail: null,
      updatedAt: now,
      leaseUntil: 0,
    }
    const put = (row: Omit<Posting, keyof typeof base>) => void t.rows.set(target, { ...base, ...row })
    if (target < 0) {
      const { channel, room } = t.n.rooms[-target - 1]!
      t.rows.set(target, {
        ...base,
        channel,
        subscriberId: null,
        to: room,
        state: 'handing',
        code: null,
        leaseUntil: state.monotonic() + leaseMs,
      })
      return {
        notificationId: t.n.id,
        target,
        channel,
        to: room,
        attempt,
        earlier: threads.get(placeOf(t, channel, room)) ?? null,
        person: null,
      }
    }
    const follow = follows.get(target as FollowId)
    const row = follow && person(follow.subscriberId)
    if (!follow || !row) {
      put({ channel: before?.channel ?? '', subscriberId: null, to: '', state: 'skipped', code: 'gone' })
      return null
    }
    const to = follow.contact ?? row.address
    const common = { channel: follow.channel, subscriberId: follow.subscriberId, to }
    if (row.status !== 'active') {
      put({ ...common, state: 'suppressed', code: row.status })
      return null
    }
    const against = follow.contact === null ? reasonAgainst(state, row.address) : null
    if (against) {
      put({ ...common, state: 'suppressed', code: against })
      return null
    }
    t.rows.set(target, {
      ...base,
      ...common,
      state: 'handing',
      code: null,
      leaseUntil: state.monotonic() + leaseMs,
    })
    return {
      notificationId: t.n.id,
      target,
      channel: follow.channel,
      to,
      attempt,
      earlier: threads.get(placeOf(t, follow.channel, to)) ?? null,
      person: { subscriberId: row.id, name: row.name, language: row.language, timeZone: row.timeZone },
    }
  }
  function take(t: Told, limit: number, leaseMs: number, now: EpochMs) {
    const part = t.targets.slice(t.cursor, t.cursor + limit)
    t.cursor += part.length
    return {
      postings: part.flatMap((target) => place(t, target, 1, leaseMs, now) ?? []),
      more: t.cursor < t.targets.length,
    }
  }
  const page = <T extends { id: number }>(rows: T[], limit: number) => ({
    rows: rows.slice(0, limit),
    next: rows.length > limit ? rows[limit - 1]!.id : null,
  })

  return {
    alerts: {
      async accept(reports, { now, reopenMs }) {
        return reports.map((report) => {
          const known = [...alerts.values()].filter(({ key }) => key === report.key).at(-1) ?? null
          const { hearing, alert } = hear(known, report, now, reopenMs)
          if (alert === null) return { hearing, alert }
          const id = hearing === 'opened' ? (++lastAlert as AlertId) : known!.id
          const whole = { ...alert, id }
          alerts.set(id, whole)
          if (hearing === 'repeated' && heard.get(id) === known!.version) heard.set(id, whole.version)
          return { hearing, alert: whole }
        })
      },
      async get(ids) {
        return ids.flatMap((id) => alerts.get(id) ?? []).sort((a, b) => a.id - b.id)
      },
      async page({ after, limit, open, state: s, severity, topic, key }) {
        const rows = [...alerts.values()]
          .reverse()
          .filter(
            (a) =>
              (after === 0 || a.id < after) &&
              (open === undefined || isOpen(a.state) === open) &&
              (!s || a.state === s) &&
              (!severity || a.severity === severity) &&
              (topic === undefined || a.topic === topic) &&
              (key === undefined || a.key === key),
          )
        return page(rows, limit)
      },
      async unheard(limit) {
        return [...alerts.values()].filter(({ id, version }) => heard.get(id) !== version).slice(0, limit)
      },
      async change(id, version, change, now) {
        const known = alerts.get(id)
        if (!known) throw new BroadsheetError('E_NOT_FOUND', 'no alert')
        if (known.version !== version) throw new BroadsheetError('E_CONFLICT', 'changed')
        const next = { ...known, ...change, version: version + 1, updatedAt: now }
        alerts.set(id, next)
        return next
      },
      async remove() {
        return 0
      },
    },
    desk: {
      async commit(commit, { now, take: { limit, leaseMs } }) {
        for (const { id, version } of commit.moves)
          if (alerts.get(id)?.version !== version) return { status: 'conflict' }
        for (const { key, version } of commit.groups)
          if ((groups.get(key)?.version ?? 0) !== version) return { status: 'conflict' }
        for (const { id, version } of commit.heard)
          if (alerts.get(id)?.version === version) heard.set(id, version)
        for (const { id, version, change } of commit.moves) {
          alerts.set(id, { ...alerts.get(id)!, ...change, version: version + 1, updatedAt: now })
          heard.set(id, version + 1)
        }
        for (const { key, version, value } of commit.groups)
          if (value === null) groups.delete(key)
          else groups.set(key, { key, version: version + 1, value: structuredClone(value) })
        for (const { notificationId, target } of commit.digested) {
          const t = told.get(notificationId)!
          t.rows.set(target, { ...t.rows.get(target)!, state: 'skipped', code: 'digest', dueAt: null })
        }
        return {
          status: 'done',
          notifications: commit.notifications.map(({ people, held, ...rest }) => {
            const id = ++lastNote as NotificationId
            const targets = [...rest.rooms.map((_, i) => -i - 1), ...people]
            const t: Told = {
              n: { ...structuredClone(rest), id, audience: targets.length + held.length },
              targets,
              cursor: 0,
              rows: new Map(),
            }
            told.set(id, t)
            for (const h of held) {
              const f = follows.get(h.followId)
              t.rows.set(h.followId, {
                notificationId: id,
                target: h.followId,
                channel: f?.channel ?? '',
                subscriberId: f?.subscriberId ?? null,
                to: '',
                state: 'held',
                attempt: 0,
                uncertain: 0,
                dueAt: h.dueAt,
                code: h.code,
                detail: null,
                updatedAt: now,
                leaseUntil: 0,
              })
            }
            return { id, audience: t.n.audience, ...take(t, limit, leaseMs, now) }
          }),
        }
      },
      async groups({ after, limit }) {
        return [...groups.values()]
          .filter(({ key }) => key > after)
          .sort((a, b) => (a.key < b.key ? -1 : 1))
          .slice(0, limit)
      },
      async heldDue({ now, limit }) {
        return [...told.values()]
          .flatMap((t) =>
            [...t.rows.values()]
              .filter((r) => r.state === 'held' && r.dueAt! <= now)
              .map((posting) => ({ posting, notification: t.n })),
          )
          .slice(0, limit)
      },
    },
    postings: {
      async take(id, { limit, leaseMs, now }) {
        return take(told.get(id)!, limit, leaseMs, now)
      },
      async claim({ limit, leaseMs, now }) {
        const due = [...told.values()]
          .flatMap((t) =>
            [...t.rows.values()]
              .filter(
                (r) =>
                  (r.state === 'retry' && r.dueAt! <= now) ||
                  (r.state === 'handing' && r.leaseUntil <= state.monotonic()),
              )
              .map((r) => ({ t, r })),
          )
          .sort((a, b) => severities.indexOf(b.t.n.severity) - severities.indexOf(a.t.n.severity))
          .slice(0, limit)
        return due.flatMap(({ t, r }) => {
          const uncertain = r.uncertain + (r.state === 'handing' ? 1 : 0)
          if (t.n.retryUntil < now) {
            t.rows.set(r.target, {
              ...r,
              uncertain,
              state: uncertain > 0 ? 'unknown' : 'failed',
              code: r.code ?? 'deadline',
              dueAt: null,
            })
            return []
          }
          return place(t, r.target, r.attempt + 1, leaseMs, now, { ...r, uncertain }) ?? []
        })
      },
      async renew(refs, leaseMs) {
        for (const { notificationId, target, attempt } of refs) {
          const r = told.get(notificationId)?.rows.get(target)
          if (r?.state === 'handing' && r.attempt === attempt) r.leaseUntil = state.monotonic() + leaseMs
        }
      },
      async settle(settlements, now) {
        let n = 0
        for (const s of settlements) {
          const t = told.get(s.notificationId)
          const r = t?.rows.get(s.target)
          if (!t || r?.state !== 'handing' || r.attempt !== s.attempt) continue
          n++
          const back =
            s.state === 'unsent' || s.state === 'retry' || (s.state === 'unknown' && s.dueAt !== null)
          t.rows.set(s.target, {
            ...r,
            state: back ? 'retry' : (s.state as 'sent'),
            attempt: s.state === 'unsent' ? r.attempt - 1 : r.attempt,
            uncertain: r.uncertain + (s.state === 'unknown' ? 1 : 0),
            code: s.code,
            detail: s.detail,
            dueAt: back ? (s.dueAt ?? now) : null,
            updatedAt: now,
          })
          if (s.receipt !== null) threads.set(placeOf(t, r.channel, r.to), s.receipt)
          if (s.suppress) await suppress(r.to, s.detail ?? '', now)
        }
        return n
      },
      async unfinished(limit) {
        return [...told.values()]
          .filter((t) => t.cursor < t.targets.length)
          .slice(0, limit)
          .map((t) => t.n.id)
      },
    },
    notifications: {
      async get(ids) {
        return ids.flatMap((id) => told.get(id)?.n ?? [])
      },
      async page({ after, limit, alertId, group }) {
        return page(
          [...told.values()]
            .map((t) => t.n)
            .reverse()
            .filter(
              (n) =>
                (after === 0 || n.id < after) &&
                (alertId === undefined || n.alertIds.includes(alertId)) &&
                (group === undefined || n.group === group),
            ),
          limit,
        )
      },
      async counts(id) {
        const t = told.get(id)!
        const c = {
          handing: 0,
          sent: 0,
          failed: 0,
          retry: 0,
          unknown: 0,
          skipped: 0,
          suppressed: 0,
          held: 0,
          queued: t.targets.length - t.cursor,
          audience: t.n.audience,
        }
        for (const r of t.rows.values()) c[r.state]++
        return c
      },
      async postings(query) {
        const rows = [...told.values()]
          .flatMap((t) => [...t.rows.values()])
          .filter(
            (r) =>
              ('notificationId' in query
                ? r.notificationId === query.notificationId
                : r.subscriberId === query.subscriberId) &&
              (!query.state || r.state === query.state),
          )
        return { rows: rows.slice(0, query.limit), next: null }
      },
      async remove() {
        return 0
      },
    },
    follows: {
      async insert(subscriberId, input, now) {
        if (!person(subscriberId)) throw new BroadsheetError('E_NOT_FOUND', 'nobody')
        if ([...follows.values()].filter((f) => f.subscriberId === subscriberId).length >= maxFollowsAPerson)
          throw new BroadsheetError('E_LIMIT', 'too many')
        const id = ++lastFollow as FollowId
        const f: Follow = {
          ...structuredClone(input),
          id,
          subscriberId,
          version: 1,
          createdAt: now,
          updatedAt: now,
        }
        follows.set(id, f)
        changes.push({ id, at: state.monotonic() })
        return f
      },
      async insertMany(rows, now) {
        for (const { subscriberId, input } of rows) await this.insert(subscriberId, input, now)
        return rows.length
      },
      async update(id, version, input, now) {
        const known = follows.get(id)
        if (known === undefined) throw new BroadsheetError('E_NOT_FOUND', `There is no follow with id ${id}.`)
        if (known.version !== version)
          throw new BroadsheetError(
            'E_CONFLICT',
            `Follow ${id} is at version ${known.version}, not ${version}.`,
          )
        const f = { ...known, ...input, version: version + 1, updatedAt: now }
        follows.set(id, f)
        changes.push({ id, at: state.monotonic() })
        return f
      },
      async remove(id) {
        changes.push({ id, at: state.monotonic() })
        return follows.delete(id)
      },
      async get(ids) {
        return ids.flatMap((id) => follows.get(id) ?? [])
      },
      async page({ after, limit, subscriberId }) {
        return page(
          [...follows.values()].filter(
            (f) => f.id > after && (subscriberId === undefined || f.subscriberId === subscriberId),
          ),
          limit,
        )
      },
      async changes({ since }) {
        return {
          changes:
            since === null
              ? []
              : changes.slice(since).map(({ id }) => ({ id, follow: follows.get(id) ?? null })),
          until: changes.length,
          more: false,
        }
      },
    },
    followPreferences: {
      async get(id) {
        return prefs.get(id) ?? noFollowPreferences
      },
      async set(id, p) {
        prefs.set(id, p)
        for (const f of follows.values())
          if (f.subscriberId === id) changes.push({ id: f.id, at: state.monotonic() })
      },
      async page() {
        return {
          rows: [...prefs].map(([subscriberId, preferences]) => ({
            subscriberId,
            timeZone: person(subscriberId)?.timeZone ?? null,
            preferences,
          })),
          next: null,
        }
      },
      async of(ids) {
        return ids.flatMap((id) =>
          prefs.has(id)
            ? [{ subscriberId: id, timeZone: person(id)?.timeZone ?? null, preferences: prefs.get(id)! }]
            : [],
        )
      },
    },
    silences: {
      async insert(input, now) {
        const id = ++lastSilence as SilenceId
        const s = { ...input, id, createdAt: now, updatedAt: now }
        silences.set(id, s)
        return s
      },
      async get(id) {
        return silences.get(id) ?? null
      },
      async page({ after, limit, endsAfter }) {
        return page(
          [...silences.values()].filter(
            (s) => s.id > after && (endsAfter === undefined || s.endsAt > endsAfter),
          ),
          limit,
        )
      },
      async end(id, now) {
        const s = silences.get(id)
        if (!s) return null
        const n = s.endsAt <= now ? s : { ...s, endsAt: Math.max(now, s.startsAt), updatedAt: now }
        silences.set(id, n)
        return n
      },
      async remove() {
        return 0
      },
    },
    heartbeats: {
      ...heartbeats,
      async insert(doc, now) {
        const h = await heartbeats.insert(doc, now)
        beatAt.set(h.id, { at: now, alarmed: false })
        return h
      },
    },
    beats: {
      async beat(name, now) {
        const [h] = await heartbeats.byName([name])
        if (!h) return null
        const b = beatAt.get(h.id)!
        const alarmed = b.alarmed
        b.at = now
        return { heartbeat: h, alarmed }
      },
      async late(now) {
        const rows = (await heartbeats.page({ after: 0, limit: 1000 })).rows
        return rows.flatMap((heartbeat) => {
          const b = beatAt.get(heartbeat.id)!
          return !b.alarmed && b.at + heartbeat.everyMs < now ? [{ heartbeat, beatAt: b.at }] : []
        })
      },
      async alarm(id, alarmed) {
        const b = beatAt.get(id)
        if (b) b.alarmed = alarmed
      },
      async beats(ids) {
        return ids.flatMap((id) => {
          const b = beatAt.get(id)
          return b ? [{ id, beatAt: b.at, alarmed: b.alarmed }] : []
        })
      },
    },
  }
}
