import type { Severity } from '../../../../engine/model/alert.ts'
import {
  type PostingCounts,
  type PostingState,
  postingStates,
} from '../../../../engine/model/notification.ts'
import type { PostingSettlement } from '../../../../engine/ports/notifications.ts'

// A model of what the ports say, as simply as it can be said. Its notifications, people and follows are numbers from 0; the
// names that a store gives to them are the walk's business.

export interface ModelPerson {
  readonly address: string
  status: 'active' | 'unsubscribed' | 'bounced' | 'erased'
  suppressed: string | null
}

export interface ModelFollow {
  readonly person: number
  /** Null: by mail, at the person's own address. */
  readonly contact: string | null
  gone: boolean
}

export interface ModelRow {
  state: PostingState
  attempt: number
  uncertain: number
  code: string | null
  detail: string | null
  dueAt: number | null
  channel: string
  to: string
  person: number | null
  /** Of a `handing` row: somebody has it. */
  alive: boolean
}

export interface ModelNotification {
  readonly thread: string
  readonly severity: Severity
  readonly retryUntil: number
  /** -1, -2 ... for rooms, then follows. */
  readonly targets: readonly number[]
  readonly audience: number
  taken: number
  readonly rows: Map<number, ModelRow>
}

export interface Given {
  readonly notification: number
  readonly target: number
  readonly attempt: number
  readonly to: string
  readonly earlier: string | null
}

export const roomOf = (target: number): { channel: string; room: string } => ({
  channel: 'hook',
  room: `room${target}`,
})
const receiptKey = (thread: string, channel: string, to: string): string => `${thread} ${channel} ${to}`
const isRoom = (target: number): boolean => target < 0

export function createModel(people: readonly ModelPerson[], follows: readonly ModelFollow[]) {
  const notifications: ModelNotification[] = []
  const receipts = new Map<string, string>()
  /** Posts that may have left: each attempt of a posting at most once, unless nothing of it left. */
  const permitted = new Set<string>()

  const fresh = (): ModelRow => ({
    state: 'handing',
    attempt: 1,
    uncertain: 0,
    code: null,
    detail: null,
    dueAt: null,
    channel: '',
    to: '',
    person: null,
    alive: false,
  })

  /** As it stands now. `before`: the row there is. */
  function place(target: number, before: ModelRow | null, alive: boolean): ModelRow {
    const row: ModelRow = { ...(before ?? fresh()), dueAt: null, detail: null, alive: false }
    const attempt = before === null ? 1 : before.attempt + 1
    const hand = (channel: string, to: string, person: number | null): ModelRow => ({
      ...row,
      state: 'handing',
      code: null,
      attempt,
      channel,
      to,
      person,
      alive,
    })
    if (isRoom(target)) return hand(roomOf(target).channel, roomOf(target).room, null)
    const follow = follows[target]!
    if (follow.gone) return { ...row, state: 'skipped', code: 'gone' }
    const person = people[follow.person]!
    const channel = follow.contact === null ? 'smtp' : 'slack'
    const to = follow.contact ?? person.address
    const against = person.status === 'active' ? null : person.status
    const code = against ?? (follow.contact === null ? person.suppressed : null)
    if (code === null) return hand(channel, to, follow.person)
    return { ...row, state: 'suppressed', code, channel, to, person: follow.person }
  }

  function given(at: number, target: number): Given[] {
    const { thread, rows } = notifications[at]!
    const { state, attempt, channel, to } = rows.get(target)!
    if (state !== 'handing') return []
    const key = `${at}/${target}/${attempt}`
    if (permitted.has(key)) throw new Error(`${key} may leave a second time`)
    permitted.add(key)
    return [
      {
        notification: at,
        target,
        attempt,
        to,
        earlier: receipts.get(receiptKey(thread, channel, to)) ?? null,
      },
    ]
  }

  return {
    notifications,
    tell(one: Omit<ModelNotification, 'taken' | 'rows'>, held: readonly [follow: number, dueAt: number][]) {
      const rows = new Map(
        held.map(([follow, dueAt]): [number, ModelRow] => {
          const { gone, contact, person } = follows[follow]!
          const channel = gone ? '' : contact === null ? 'smtp' : 'slack'
          const whose = gone ? null : person
          return [
            follow,
            { ...fresh(), state: 'held', attempt: 0, code: 'quiet', dueAt, channel, person: whose },
          ]
        }),
      )
      notifications.push({ ...one, taken: 0, rows })
    },
    take(at: number, limit: number, alive: boolean): Given[] {
      const one = notifications[at]!
      const targets = one.targets.slice(one.taken, one.taken + limit)
      one.taken += targets.length
      for (const target of targets) one.rows.set(target, place(target, null, alive))
      return targets.flatMap((target) => given(at, target))
    },
    claimable(at: number, target: number, now: number): boolean {
      const row = notifications[at]!.rows.get(target)!
      return row.state === 'handing' ? !row.alive : row.state === 'retry' && (row.dueAt ?? 0) <= now
    },
    /** What a claim makes of a row that is claimable. */
    claimed(at: number, target: number, now: number, alive: boolean): ModelRow {
      const { rows, retryUntil } = notifications[at]!
      const row = rows.get(target)!
      const lost = row.state === 'handing'
      const before = { ...row, uncertain: row.uncertain + (lost ? 1 : 0) }
      if (retryUntil >= now) return place(target, before, alive)
      const code = row.code ?? (lost ? 'interrupted' : 'deadline')
      return { ...before, state: before.uncertain > 0 ? 'unknown' : 'failed', code, dueAt: null }
    },
    write(at: number, target: number, row: ModelRow): Given[] {
      notifications[at]!.rows.set(target, row)
      return given(at, target)
    },
    renew(at: number, target: number, attempt: number) {
      const row = notifications[at]!.rows.get(target)!
      if (row.state === 'handing' && row.attempt === attempt) row.alive = true
    },
    /** Is it written? */
    settle(
      { notification: at, target, attempt }: Pick<Given, 'notification' | 'target' | 'attempt'>,
      said: Pick<PostingSettlement, 'state' | 'code' | 'detail' | 'dueAt' | 'receipt' | 'suppress'>,
      now: number,
    ): boolean {
      const { rows, thread } = notifications[at]!
      const row = rows.get(target)!
      if (row.state !== 'handing' || row.attempt !== attempt) return false
      const { state, code, dueAt, receipt } = said
      const again = state === 'retry' || state === 'unsent' || (state === 'unknown' && dueAt !== null)
      rows.set(target, {
        ...row,
        state: again ? 'retry' : state,
        attempt: attempt - (state === 'unsent' ? 1 : 0),
        uncertain: row.uncertain + (state === 'unknown' ? 1 : 0),
        code,
        detail: row.to === '' ? null : said.detail,
        dueAt: again ? (dueAt ?? now) : null,
        alive: false,
      })
      if (state === 'unsent') permitted.delete(`${at}/${target}/${attempt}`)
      if (receipt !== null && row.to !== '') receipts.set(receiptKey(thread, row.channel, row.to), receipt)
      const person = row.person === null ? undefined : people[row.person]
      if (said.suppress && person !== undefined && person.status !== 'erased' && row.to === person.address) {
        person.suppressed ??= 'bounce'
        if (person.status === 'active') person.status = 'bounced'
      }
      return true
    },
    heldDue(now: number): { at: number; target: number }[] {
      return notifications
        .flatMap(({ rows }, at) => [...rows].map(([target, row]) => ({ at, target, row })))
        .filter(({ row }) => row.state === 'held' && (row.dueAt ?? 0) <= now)
        .map(({ at, target }) => ({ at, target }))
        .toSorted((a, b) => a.target - b.target || a.at - b.at)
    },
    digest(at: number, target: number) {
      const { rows } = notifications[at]!
      rows.set(target, { ...rows.get(target)!, state: 'skipped', code: 'digest', dueAt: null })
    },
    erase(who: number) {
      people[who]!.status = 'erased'
      for (const follow of follows) if (follow.person === who) follow.gone = true
      for (const { thread, rows } of notifications)
        for (const [target, row] of rows) {
          if (row.person !== who) continue
          receipts.delete(receiptKey(thread, row.channel, row.to))
          rows.set(target, { ...row, to: '', detail: null })
        }
    },
    counts(at: number): PostingCounts {
      const { rows, targets, taken, audience } = notifications[at]!
      const count = (state: PostingState) => [...rows.values()].filter((row) => row.state === state).length
      const states = Object.fromEntries(postingStates.map((state) => [state, count(state)]))
      return { ...(states as { [state in PostingState]: number }), queued: targets.length - taken, audience }
    },
  }
}
export type Model = ReturnType<typeof createModel>
