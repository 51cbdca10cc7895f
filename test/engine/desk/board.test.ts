import { describe, expect, test } from 'vitest'
import { createRouter } from '../../../engine/alerts/router.ts'
import { needRules } from '../../../engine/alerts/rules.ts'
import { createSilencer } from '../../../engine/alerts/silencer.ts'
import { type Board, createBoard, type Decision } from '../../../engine/desk/board.ts'
import type { Alert } from '../../../engine/model/alert.ts'
import type { AlertId, Json, SilenceId } from '../../../engine/model/ids.ts'

const second = 1000
const minute = 60 * second
const start = Date.UTC(2026, 10, 28, 8)

const atOnce = {
  route: { receiver: 'all', group_by: ['...'], group_wait: '0s', group_interval: '0s' },
}
const grouped = {
  route: {
    receiver: 'all',
    group_by: ['alertname'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '1h',
    escalate: [
      { after: '10m', receiver: 'boss' },
      { after: '30m', receiver: 'everybody' },
    ],
    routes: [{ receiver: 'night', matchers: ['team="night"'], mute_time_intervals: ['always'] }],
  },
  inhibit_rules: [
    { source_matchers: ['severity="critical"'], target_matchers: ['severity="info"'], equal: ['host'] },
  ],
  time_intervals: [{ name: 'always', time_intervals: [{ years: ['2020:2040'] }] }],
}

function boardOf(input: object): Board {
  const rules = needRules(input, { receivers: new Set(['all', 'boss', 'everybody', 'night']) })
  return createBoard({ rules, router: createRouter(rules), sendResolved: () => true })
}

function alertOf(id: number, change: Partial<Alert> = {}): Alert {
  return {
    id: id as AlertId,
    key: `k${id}`,
    state: 'firing',
    topic: null,
    severity: 'warning',
    labels: { alertname: 'Down', host: `h${id}` },
    annotations: {},
    title: `Down ${id}`,
    text: '',
    links: [],
    startsAt: start,
    endsAt: start + 1000 * minute,
    ends: 'resolved',
    reports: 1,
    reportedAt: start,
    acknowledged: null,
    endedAt: null,
    version: 1,
    createdAt: start,
    updatedAt: start,
    ...change,
  }
}

const said = (decisions: readonly Decision[]) =>
  decisions.map(({ reason, receiver, firing, over }) => ({
    reason,
    receiver,
    firing: firing.map(({ id }) => id),
    over: over.map(({ id }) => id),
  }))

/** What a restart leaves: rows as they were written, and alerts as they are. */
function restarted(
  board: Board,
  input: object,
  rows: Map<string, Json>,
  alerts: readonly Alert[],
  now: number,
) {
  for (const { key, value } of board.rows()) {
    if (value === null) rows.delete(key)
    else rows.set(key, JSON.parse(JSON.stringify(value)) as Json)
  }
  const next = boardOf(input)
  for (const [key, value] of rows) next.restore({ key, version: 1, value })
  for (const alert of alerts) next.take(alert, now)
  return next
}

describe('alerts one by one, at once', () => {
  test('one is told in the moment it is taken, and its end too', () => {
    const board = boardOf(atOnce)
    board.take(alertOf(1), start)
    expect(board.nextAt()).toBe(start)
    expect(said(board.decide(start).decisions)).toEqual([
      { reason: 'firing', receiver: 'all', firing: [1], over: [] },
    ])
    expect(board.decide(start + second).decisions).toEqual([])
    board.take(alertOf(1, { state: 'resolved', endedAt: start + minute, version: 2 }), start + minute)
    expect(said(board.decide(start + minute).decisions)).toEqual([
      { reason: 'resolved', receiver: 'all', firing: [], over: [1] },
    ])
    expect(board.size()).toEqual({ alerts: 0, groups: 0 })
  })

  test('threads stand in the order in which they begin, whatever their groups are', () => {
    const board = boardOf(atOnce)
    const begun = Array.from({ length: 20 }, (_, n) => {
      board.take(alertOf(n), start + n)
      return board.decide(start + n).decisions[0]!
    })
    const threads = begun.map(({ thread }) => thread)
    expect(threads.toSorted()).toEqual(threads)
    const groups = begun.map(({ group }) => group)
    expect(groups.toSorted()).not.toEqual(groups)
  })

  test('word that is older than what is known changes nothing', () => {
    const board = boardOf(atOnce)
    board.take(alertOf(1, { version: 3 }), start)
    board.decide(start)
    board.take(alertOf(1, { state: 'resolved', version: 2 }), start)
    expect(board.decide(start).decisions).toEqual([])
    expect(board.get(1 as AlertId)?.state).toBe('firing')
  })

  test('its end is due once, and later when it is heard of again', () => {
    const board = boardOf(atOnce)
    board.take(alertOf(1, { endsAt: start + minute }), start)
    board.decide(start)
    board.take(alertOf(1, { endsAt: start + 2 * minute, version: 2 }), start)
    expect(board.ended(start + minute)).toEqual([])
    expect(board.ended(start + 2 * minute).map(({ id }) => id)).toEqual([1])
    expect(board.ended(start + 2 * minute)).toEqual([])
  })

  test('an alert that expires is over without a word to people', () => {
    const board = boardOf(atOnce)
    board.take(alertOf(1), start)
    board.decide(start)
    board.take(alertOf(1, { state: 'expired', endedAt: start + minute, version: 2 }), start + minute)
    expect(said(board.decide(start + minute).decisions)).toEqual([
      { reason: 'expired', receiver: 'all', firing: [], over: [1] },
    ])
    expect(board.size()).toEqual({ alerts: 0, groups: 0 })
  })

  test('an acknowledgement is told once, also over a restart', () => {
    const rows = new Map<string, Json>()
    const board = boardOf(atOnce)
    board.take(alertOf(1), start)
    board.decide(start)
    const taken = alertOf(1, {
      state: 'acknowledged',
      acknowledged: { at: start, by: 'Ann', comment: '' },
      version: 2,
    })
    board.take(taken, start)
    expect(said(board.decide(start).decisions)).toEqual([
      { reason: 'acknowledged', receiver: 'all', firing: [1], over: [] },
    ])
    expect(board.decide(start + second).decisions).toEqual([])
    const next = restarted(board, atOnce, rows, [taken], start)
    expect(next.decide(start + second).decisions).toEqual([])
  })

  test('what is silenced is told when the silence ends, and not before', () => {
    const board = boardOf(atOnce)
    const silence = {
      id: 1 as SilenceId,
      matchers: [{ name: 'host', operator: '=' as const, value: 'h1' }],
      startsAt: start,
      endsAt: start + minute,
    }
    board.silence(createSilencer([silence]), start)
    board.take(alertOf(1), start)
    board.take(alertOf(2), start)
    expect(said(board.decide(start).decisions).map(({ firing }) => firing)).toEqual([[2]])
    expect(board.decide(start + 30 * second).decisions).toEqual([])
    board.silence(createSilencer([]), start + minute)
    expect(said(board.decide(start + minute).decisions).map(({ firing }) => firing)).toEqual([[1]])
  })
})

describe('groups by rules', () => {
  test('the first waits, others join it, and later ones wait for the interval', () => {
    const board = boardOf(grouped)
    board.take(alertOf(1), start)
    board.take(alertOf(2), start + 10 * second)
    expect(board.decide(start + 29 * second).decisions).toEqual([])
    expect(said(board.decide(start + 30 * second).decisions)).toEqual([
      { reason: 'firing', receiver: 'all', firing: [1, 2], over: [] },
    ])
    board.take(alertOf(3), start + minute)
    expect(board.decide(start + 2 * minute).decisions).toEqual([])
    const at = start + 30 * second + 5 * minute
    const { decisions } = board.decide(at)
    expect(said(decisions)).toEqual([{ reason: 'changed', receiver: 'all', firing: [1, 2, 3], over: [] }])
    expect(decisions[0]?.news.map(({ id }) => id)).toEqual([3])
  })

  test('escalates step by step while nobody acknowledges, and those who were woken hear the end', () => {
    const board = boardOf(grouped)
    board.take(alertOf(1), start)
    board.decide(start + 30 * second)
    const told = start + 30 * second
    const seen: string[] = []
    for (let at = told; at <= told + 45 * minute; at += minute)
      for (const { reason, receiver } of board.decide(at).decisions) seen.push(`${reason} ${receiver}`)
    expect(seen).toEqual(['escalated boss', 'escalated everybody'])
    board.take(alertOf(1, { state: 'resolved', endedAt: told + 46 * minute, version: 2 }), told + 46 * minute)
    const end = said(board.decide(told + 50 * minute).decisions)
    expect(end.map(({ reason, receiver }) => `${reason} ${receiver}`)).toEqual([
      'resolved all',
      'resolved boss',
      'resolved everybody',
    ])
  })

  test('an acknowledgement ends the waiting for the next step', () => {
    const board = boardOf(grouped)
    board.take(alertOf(1), start)
    board.decide(start + 30 * second)
    const acknowledged = { at: start, by: 'Ann', comment: '' }
    board.take(alertOf(1, { state: 'acknowledged', acknowledged, version: 2 }), start + minute)
    const seen: string[] = []
    for (let at = start + minute; at <= start + 100 * minute; at += minute)
      for (const { reason } of board.decide(at).decisions) seen.push(reason)
    expect(seen).toEqual(['acknowledged'])
  })

  test('a muted route and an inhibited alert are not told', () => {
    const board = boardOf(grouped)
    board.take(alertOf(1, { labels: { alertname: 'Night', team: 'night' } }), start)
    board.take(alertOf(2, { severity: 'critical', labels: { alertname: 'A', host: 'x' } }), start)
    board.take(alertOf(3, { severity: 'info', labels: { alertname: 'B', host: 'x' } }), start)
    board.take(alertOf(4, { severity: 'info', labels: { alertname: 'B', host: 'y' } }), start)
    const told = said(board.decide(start + minute).decisions).map(({ firing }) => firing)
    expect(told).toEqual(expect.arrayContaining([[2], [4]]))
    expect(told).toHaveLength(2)
  })

  test('a restart tells nothing again, and goes on where it was', () => {
    const rows = new Map<string, Json>()
    const board = boardOf(grouped)
    board.take(alertOf(1), start)
    board.decide(start + 30 * second)
    const now = start + 3 * minute
    const next = restarted(board, grouped, rows, [alertOf(1), alertOf(2)], now)
    expect(next.decide(now).decisions).toEqual([])
    const later = said(next.decide(start + 30 * second + 5 * minute).decisions)
    expect(later).toEqual([{ reason: 'changed', receiver: 'all', firing: [1, 2], over: [] }])
  })

  test('an alert that gets other labels leaves its group', () => {
    const board = boardOf(grouped)
    board.take(alertOf(1), start)
    board.decide(start + 30 * second)
    board.take(alertOf(1, { labels: { alertname: 'Up' }, version: 2 }), start + minute)
    const told = said(board.decide(start + 10 * minute).decisions)
    expect(told.map(({ reason }) => reason).sort()).toEqual(['firing', 'resolved'])
  })

  test('rows of routes that are gone are removed', () => {
    const rows = new Map<string, Json>()
    const board = boardOf({
      route: { ...grouped.route, routes: [{ receiver: 'boss', matchers: ['a="b"'] }] },
      time_intervals: [],
    })
    board.take(alertOf(1, { labels: { a: 'b' } }), start)
    board.decide(start + minute)
    for (const { key, value } of board.rows()) rows.set(key, value)
    const next = boardOf(atOnce)
    for (const [key, value] of rows) expect(next.restore({ key, version: 4, value })).toBe(false)
    expect(next.rows()).toEqual([...rows.keys()].map((key) => ({ key, version: 4, value: null })))
  })
})
