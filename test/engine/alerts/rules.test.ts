import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createRouter, groupKeyOf, groupLabelsOf, isMuted, mutedBy } from '../../../engine/alerts/router.ts'
import { compileRules, needRules } from '../../../engine/alerts/rules.ts'
import { BroadsheetError } from '../../../engine/errors.ts'

const example = (name: string): unknown =>
  parse(readFileSync(join(import.meta.dirname, 'examples', `${name}.yml`), 'utf8'))

/** Every receiver that the input names is there. */
function receiversOf(input: unknown): ReadonlySet<string> {
  return new Set([...JSON.stringify(input).matchAll(/"receiver":"([^"]+)"/g)].map(([, name]) => name!))
}
const routerOf = (input: unknown) => createRouter(needRules(input, { receivers: receiversOf(input) }))
const issuesOf = (input: unknown) => {
  const compiled = compileRules(input, { receivers: new Set(['desk', 'night']) })
  return 'issues' in compiled ? compiled.issues.map(({ path, message }) => `${path}: ${message}`) : []
}
const labelsOf = (text: string) =>
  Object.fromEntries(text.split(' ').map((pair) => pair.split('=') as [string, string]))

describe('the tree', () => {
  // What `amtool config routes test` says of each.
  test.each([
    ['severity=critical', 'team-X-mails'],
    ['service=foo1', 'team-X-mails'],
    ['service=foo1 severity=critical', 'team-X-pager'],
    ['service=foo12 severity=critical', 'team-X-mails'],
    ['service=files', 'team-Y-mails'],
    ['service=files severity=critical', 'team-Y-pager'],
    ['service=database', 'team-DB-pager'],
    ['service=database owner=team-X', 'team-X-pager'],
    ['service=database owner=team-Y', 'team-Y-pager'],
    ['service=database owner=team-Z severity=critical', 'team-DB-pager'],
  ])('of simple.yml takes %s to %s', (labels, receiver) => {
    const { route } = routerOf(example('simple'))
    expect(route(labelsOf(labels)).map((found) => found.receiver)).toEqual([receiver])
  })

  const minute = 60_000
  const defaults = {
    groupBy: [],
    groupWaitMs: minute / 2,
    groupIntervalMs: 5 * minute,
    repeatIntervalMs: 240 * minute,
  }
  // Alertmanager's own expectations.
  test.each([
    ['owner=team-A', [{ receiver: 'notify-A', id: '{} > {owner="team-A"}' }]],
    ['owner=team-A env=unset', [{ receiver: 'notify-A', id: '{} > {owner="team-A"}' }]],
    [
      'owner=team-C',
      [
        {
          receiver: 'notify-BC',
          groupBy: ['bar', 'foo'],
          groupWaitMs: 2 * minute,
          id: '{} > {owner=~"team-(B|C)"}',
        },
      ],
    ],
    [
      'owner=team-A env=testing',
      [{ receiver: 'notify-testing', groupBy: null, id: '{} > {owner="team-A"} > {env="testing"}' }],
    ],
    [
      'owner=team-A env=production',
      [
        {
          receiver: 'notify-productionA',
          groupWaitMs: minute,
          id: '{} > {owner="team-A"} > {env="production"}',
        },
        {
          receiver: 'notify-productionB',
          groupBy: ['job'],
          repeatIntervalMs: 60 * minute,
          id: '{} > {owner="team-A"} > {env=~"produ.*",job=~".*"}',
        },
      ],
    ],
    ['group_by=role', [{ receiver: 'notify-def', groupBy: ['role'], id: '{} > {group_by="role"}' }]],
    [
      'env=testing group_by=role',
      [{ receiver: 'notify-testing', groupBy: ['role'], id: '{} > {group_by="role"} > {env="testing"}' }],
    ],
    [
      'env=testing group_by=role wait=long',
      [
        {
          receiver: 'notify-testing',
          groupBy: ['role'],
          groupWaitMs: 2 * minute,
          id: '{} > {group_by="role"} > {env="testing"} > {wait="long"}',
        },
      ],
    ],
    ['owner=team-D', [{ receiver: 'notify-def', id: '{}' }]],
  ])('of route_test.go gives %s its way and its times', (labels, expected) => {
    const { route } = routerOf(example('tree'))
    expect(route(labelsOf(labels))).toMatchObject(expected.map((own) => ({ ...defaults, ...own })))
  })

  test.each([
    ['a Monday at nine in Sydney', '2026-11-22T22:00:00Z', ['dev-pager']],
    ['that Monday at five', '2026-11-23T06:00:00Z', ['on-call-pager']],
    ['a Sunday', '2026-11-22T02:00:00Z', ['on-call-pager']],
    ['Christmas, a Friday', '2026-12-25T01:00:00Z', ['on-call-pager']],
  ])('of the documentation tells of the inhouse service on %s', (_, at, expected) => {
    const { route } = routerOf(example('route'))
    const found = route({ service: 'inhouse-service' })
    expect(found.map(({ receiver }) => receiver)).toEqual(['dev-pager', 'on-call-pager'])
    const now = Date.parse(at)
    expect(found.filter((one) => !isMuted(one, now)).map(({ receiver }) => receiver)).toEqual(expected)
  })

  test('says which interval mutes', () => {
    const [dev, call] = routerOf(example('route')).route({ service: 'inhouse-service' })
    expect(mutedBy(dev!, Date.parse('2026-11-22T02:00:00Z'))).toEqual(['offhours'])
    expect(mutedBy(call!, Date.parse('2026-11-22T22:00:00Z'))).toEqual(['offhours', 'holidays'])
    expect(mutedBy(call!, Date.parse('2026-11-22T02:00:00Z'))).toBeNull()
  })

  test('has ids that stay when brothers come and move, also of those with the same matchers', () => {
    const a = { matchers: ['team=a'] }
    const ids = (routes: readonly object[]) => [
      ...routerOf({ route: { receiver: 'desk', routes } }).routes.keys(),
    ]
    expect(ids([a, { ...a, continue: true }, { matchers: ['x=1', 'b=2'] }])).toEqual([
      '{}',
      '{} > {team="a"}',
      '{} > {team="a"}#2',
      '{} > {b="2",x="1"}',
    ])
    expect(ids([{ match: { b: '2', x: 1 } }, a]).toSorted()).toEqual([
      '{}',
      '{} > {b="2",x="1"}',
      '{} > {team="a"}',
    ])
  })
})

describe('groups', () => {
  const group = (own: object, labels: Record<string, string>) => {
    const [route] = routerOf({ route: { receiver: 'desk', ...own } }).route(labels)
    return { labels: groupLabelsOf(route!, labels), key: groupKeyOf(route!, labels) }
  }
  test('are one without group_by, by label with it, and each alert alone with "..."', () => {
    const [one, other] = [
      { team: 'db', zone: 'eu' },
      { team: 'db', zone: 'us' },
    ]
    expect(group({}, one)).toEqual(group({}, other))
    expect(group({ group_by: ['team'] }, one)).toEqual(group({ group_by: ['team'] }, other))
    expect(group({ group_by: ['zone', 'rack'] }, one).labels).toEqual({ zone: 'eu' })
    expect(group({ group_by: ['zone'] }, one).key).not.toBe(group({ group_by: ['zone'] }, other).key)
    expect(group({ group_by: ['...'] }, one).labels).toEqual(one)
    expect(group({ group_by: ['...'] }, { zone: 'eu', team: 'db' })).toEqual(
      group({ group_by: ['...'] }, one),
    )
  })
  test('are others with another receiver', () => {
    expect(group({ receiver: 'night' }, {}).key).not.toBe(group({}, {}).key)
  })
  test('take an empty list for no word', () => {
    const { route } = routerOf({
      route: { receiver: 'desk', group_by: ['a'], routes: [{ matchers: ['x=1'], group_by: [] }] },
    })
    expect(route({ x: '1' })[0]?.groupBy).toEqual(['a'])
  })
})

test('escalation is inherited, replaced and ended', () => {
  const { route } = routerOf({
    route: {
      receiver: 'desk',
      escalate: [
        { after: '5m', receiver: 'night' },
        { after: '1h30m', receiver: 'boss' },
      ],
      routes: [
        { matchers: ['a=1'] },
        { matchers: ['a=2'], escalate: [{ after: '90s', receiver: 'boss' }] },
        { matchers: ['a=3'], escalate: [] },
      ],
    },
  })
  const steps = (a: string) => route({ a })[0]?.escalate
  expect(steps('1')).toEqual([
    { afterMs: 300_000, receiver: 'night' },
    { afterMs: 5_400_000, receiver: 'boss' },
  ])
  expect(steps('2')).toEqual([{ afterMs: 90_000, receiver: 'boss' }])
  expect(steps('3')).toEqual([])
})

describe('mistakes', () => {
  const root = (own: object, more: object = {}) => ({ route: { receiver: 'desk', ...own }, ...more })
  test.each<[unknown, string]>([
    [null, ': Invalid input: expected object, received null'],
    [{}, 'route: Invalid input: expected object, received undefined'],
    [{ route: {} }, 'route.receiver: The root must name a receiver: it takes what no other does.'],
    [root({ recv: 1 }), 'route: Unrecognized key: "recv"'],
    [
      root({ matchers: ['a=b'] }),
      'route.matchers: The root takes every alert: move its matchers into a route under it.',
    ],
    [
      root({ match: { a: 'b' } }),
      'route.matchers: The root takes every alert: move its matchers into a route under it.',
    ],
    [
      root({ active_time_intervals: ['x'] }, { time_intervals: [{ name: 'x', time_intervals: [] }] }),
      'route.active_time_intervals: The root is always active: move this into a route under it.',
    ],
    [root({ group_by: ['...', 'a'] }), 'route.group_by: "..." is all labels: it must stand alone.'],
    [root({ group_by: ['a', 'a'] }), 'route.group_by: Each label may be named once.'],
    [root({ repeat_interval: '0s' }), 'route.repeat_interval: "0s" must be longer.'],
    [
      root({ group_wait: '5 minutes' }),
      'route.group_wait: "5 minutes" must be a duration, e.g. "30s", "5m" or "1d12h".',
    ],
    [
      root({ routes: [{ receiver: 'nobody' }] }),
      'route.routes[0].receiver: There is no receiver named "nobody". There are: desk, night.',
    ],
    [
      root({ routes: [{ routes: [{ mute_time_intervals: ['x'] }] }] }),
      'route.routes[0].routes[0].mute_time_intervals[0]: There is no time interval named "x": define it in time_intervals.',
    ],
    [
      root({ routes: [{ matchers: ['a=1', 'b=~"("'] }] }),
      'route.routes[0].matchers[1]: "b=~\\"(\\"" at character 4: The pattern "(" is not a regular expression of RE2\'s syntax: missing closing ): `(`.',
    ],
    [
      root({ routes: [{ match_re: { a: '+' } }] }),
      'route.routes[0].match_re.a: The pattern "+" is not a regular expression of RE2\'s syntax: missing argument to repetition operator: `+`.',
    ],
    [
      root({
        escalate: [
          { after: '5m', receiver: 'night' },
          { after: '5m', receiver: 'desk' },
        ],
      }),
      'route.escalate[1].after: "5m" must be longer.',
    ],
    [
      root({}, { inhibit_rules: [{ source_matchers: ['a'] }] }),
      'inhibit_rules[0].source_matchers[0]: "a" at character 2: expected =, !=, =~ or !~, found the end.',
    ],
    [
      root(
        {},
        {
          mute_time_intervals: [{ name: 'x', time_intervals: [] }],
          time_intervals: [{ name: 'x', time_intervals: [] }],
        },
      ),
      'time_intervals[0].name: There is another interval named "x".',
    ],
  ])('%j', (input, expected) => {
    expect(issuesOf(input)).toEqual([expected])
  })

  test('all of them are named at once', () => {
    const input = root({ group_wait: 'x', routes: [{ receiver: 'a' }, { receiver: 'b' }] })
    expect(issuesOf(input)).toHaveLength(3)
    expect(() => needRules(input, { receivers: new Set(['desk']) })).toThrow(BroadsheetError)
  })

  test('a tree that is too deep or too large is refused before it is walked', () => {
    let deep: object = {}
    for (let i = 0; i < 100_000; i++) deep = { routes: [deep] }
    expect(issuesOf(root({ routes: [deep] }))).toEqual(['route: There may be at most 10000 routes, 32 deep.'])
    const wide = Array.from({ length: 101 }, () => ({ routes: Array.from({ length: 100 }, () => ({})) }))
    expect(issuesOf(root({ routes: wide }))).toEqual(['route: There may be at most 10000 routes, 32 deep.'])
  })
})

test('what YAML makes of texts is text, and nothing is nothing', () => {
  expect(
    issuesOf({
      route: {
        receiver: 'desk',
        group_wait: 0,
        routes: [{ match: { page: true, code: 500 }, matchers: null }],
      },
      inhibit_rules: null,
      time_intervals: [
        { name: 'y', time_intervals: [{ years: [2026], months: [1, '2:3'], days_of_month: [-1] }] },
      ],
    }),
  ).toEqual([])
})
