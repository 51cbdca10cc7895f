import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AlertDaemon, openAlertDaemon } from './daemon.ts'

let house: AlertDaemon
beforeAll(async () => {
  house = await openAlertDaemon({
    store: 'memory:',
    alerts: {
      receivers: { everybody: { people: true }, duty: { lists: ['on-call'] } },
      rules: {
        route: {
          receiver: 'everybody',
          group_by: ['site'],
          group_wait: '10s',
          routes: [
            {
              matchers: ['severity="critical"'],
              group_wait: '0s',
              escalate: [{ after: '5m', receiver: 'duty' }],
              mute_time_intervals: ['always'],
              continue: true,
            },
          ],
        },
        inhibit_rules: [
          {
            source_matchers: ['alertname="PowerCut"'],
            target_matchers: ['severity="info"'],
            equal: ['site'],
          },
        ],
        time_intervals: [
          { name: 'always', time_intervals: [{ times: [{ start_time: '00:00', end_time: '24:00' }] }] },
        ],
      },
    },
  })
  await house.follower('ada@example.org', { topics: ['press'], minSeverity: 'error' })
  await house.follower('bob@example.org', { minSeverity: 'info' })
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})

const report = async (alert: object): Promise<number> =>
  (await house.ask<{ alerts: { id: number }[] }>('POST', '/api/v1/alerts', alert)).json.alerts[0]!.id

const labels = (given: Readonly<Record<string, string>>): string =>
  new URLSearchParams(
    Object.entries(given).map(([name, value]): [string, string] => ['label', `${name}=${value}`]),
  ).toString()

test('a preview says the group, the ladder, what mutes, and how many would hear of it', async () => {
  const preview = async (given: Readonly<Record<string, string>>) =>
    (await house.ask('GET', `/api/v1/alerts/routes?${labels(given)}`)).json
  await expect
    .poll(async () => preview({ severity: 'critical', topic: 'press', site: 'north' }), { timeout: 20_000 })
    .toMatchObject({
      routes: [
        {
          receiver: 'everybody',
          group: { site: 'north' },
          groupWaitMs: 0,
          escalate: [{ afterMs: 300_000, receiver: 'duty' }],
          muted: true,
          mutedBy: ['always'],
          followers: 2,
        },
      ],
      inhibitedBy: [],
      silencedBy: [],
    })
  expect(await preview({ severity: 'error', topic: 'other' })).toMatchObject({
    routes: [{ groupWaitMs: 10_000, muted: false, mutedBy: [], followers: 1 }],
  })
})

test('what a silence or another alert holds back is named, and a silence says beforehand what it would be on', async () => {
  const power = await report({
    key: 'power',
    title: 'Power cut',
    labels: { alertname: 'PowerCut', site: 'north' },
  })
  const fan = await report({ key: 'fan', title: 'Fan', severity: 'info', labels: { site: 'north' } })
  const other = await report({ key: 'other', title: 'Other', severity: 'info', labels: { site: 'south' } })
  const held = async () => (await house.ask<{ data: object[] }>('GET', '/api/v1/alerts/held')).json.data
  expect(await held()).toEqual([{ alertId: fan, silencedBy: [], inhibitedBy: [power] }])
  expect(
    (await house.ask('GET', `/api/v1/alerts/routes?${labels({ severity: 'info', site: 'north' })}`)).json,
  ).toMatchObject({ inhibitedBy: [{ id: power, title: 'Power cut' }] })

  const matchers = [{ name: 'site', operator: '=~', value: 'sou.*' }]
  const preview = (body: object) => house.ask('POST', '/api/v1/silences/preview', body)
  expect((await preview({ matchers })).json).toMatchObject({ count: 1, alerts: [{ id: other }] })
  expect(
    (await preview({ matchers: [{ name: 'severity', operator: '=', value: 'info' }] })).json,
  ).toMatchObject({ count: 2 })
  expect((await preview({ matchers: [{ name: 'site', operator: '=~', value: '(' }] })).json).toMatchObject({
    code: 'E_INPUT',
    issues: [{ path: 'matchers[0].value' }],
  })
  const { id } = (
    await house.ask<{ id: number }>('POST', '/api/v1/silences', { matchers, endsAt: Date.now() + 3_600_000 })
  ).json
  expect(await held()).toEqual([
    { alertId: other, silencedBy: [id], inhibitedBy: [] },
    { alertId: fan, silencedBy: [], inhibitedBy: [power] },
  ])
})

test('the rules can be read as they are configured', async () => {
  expect((await house.ask('GET', '/api/v1/alerts/rules')).json).toMatchObject({
    rules: [
      { route: '{}', depth: 0, matchers: [], receiver: 'everybody', groupBy: ['site'], groupWaitMs: 10_000 },
      {
        depth: 1,
        matchers: [{ name: 'severity', operator: '=', value: 'critical' }],
        receiver: 'everybody',
        groupWaitMs: 0,
        continue: true,
        escalate: [{ afterMs: 300_000, receiver: 'duty' }],
        mute: ['always'],
        muted: true,
      },
    ],
    receivers: [
      { name: 'everybody', people: true, sendResolved: true },
      { name: 'duty', people: false, lists: ['on-call'] },
    ],
    inhibitions: [{ source: [{ value: 'PowerCut' }], target: [{ value: 'info' }], equal: ['site'] }],
    intervals: [{ name: 'always', parts: [{ times: [{ start_time: '00:00', end_time: '24:00' }] }] }],
  })
})
