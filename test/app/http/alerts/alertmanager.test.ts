import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../../engine/support/wait.ts'
import { findAlertmanager } from '../../../servers/alertmanager.ts'
import { type AlertDaemon, openAlertDaemon } from './daemon.ts'

interface GettableAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
  receivers: { name: string }[]
  fingerprint: string
  startsAt: string
  endsAt: string
  generatorURL?: string
  status: { state: string; silencedBy: string[]; inhibitedBy: string[] }
}

const rules = {
  route: {
    receiver: 'newsroom',
    group_by: ['alertname'],
    routes: [
      {
        matchers: ['severity="critical"'],
        receiver: 'chief',
        group_by: ['...'],
        escalate: [{ after: '5m', receiver: 'newsroom' }],
      },
    ],
  },
  inhibit_rules: [
    { source_matchers: ['alertname="PowerCut"'], target_matchers: ['severity="warning"'], equal: ['site'] },
  ],
}
const receivers = { newsroom: { people: true }, chief: { people: true } }
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

let house: AlertDaemon
beforeAll(async () => {
  house = await openAlertDaemon({ store: 'memory:', alerts: { rules, receivers } })
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})
const ask = <T = unknown>(method: string, path: string, body?: unknown, headers = {}) =>
  house.ask<T>(method, `/api/v2${path}`, body, headers)
const alerts = async (query = '') => (await ask<GettableAlert[]>('GET', `/alerts${query}`)).json
const names = (found: readonly GettableAlert[]) => found.map(({ labels }) => labels.alertname)

describe('Alertmanager’s API', () => {
  test('takes alerts as Prometheus sends them, and answers as there', async () => {
    const posted = [
      {
        labels: { alertname: 'PressDown', severity: 'critical', instance: 'press-2' },
        annotations: { summary: 'Press 2 is down' },
        startsAt: '2026-11-28T07:16:34.972Z',
        endsAt: '0001-01-01T00:00:00.000Z',
        generatorURL: 'https://prom.example/graph',
      },
    ]
    const answer = await ask('POST', '/alerts', posted)
    expect([answer.status, answer.text]).toEqual([200, ''])
    const [found] = await alerts('?filter=alertname%3D%22PressDown%22')
    expect(Object.keys(found!).sort()).toEqual([
      'annotations',
      'endsAt',
      'fingerprint',
      'generatorURL',
      'labels',
      'receivers',
      'startsAt',
      'status',
      'updatedAt',
    ])
    expect(found).toMatchObject({
      labels: posted[0]!.labels,
      annotations: { summary: 'Press 2 is down' },
      receivers: [{ name: 'chief' }],
      startsAt: '2026-11-28T07:16:34.972Z',
      generatorURL: 'https://prom.example/graph',
      status: { state: 'active', silencedBy: [], inhibitedBy: [] },
    })
    expect(found!.endsAt).toMatch(iso)
    const over = [{ ...posted[0], endsAt: '2026-11-28T07:17:00Z' }]
    expect((await ask('POST', '/alerts', over)).status).toBe(200)
    expect(await alerts('?filter=alertname%3D%22PressDown%22')).toEqual([])
  })

  test('takes what is valid beside what is not, and says why in a JSON text', async () => {
    const mixed = [{ labels: {} }, { labels: { alertname: 'Valid' } }]
    const answer = await ask('POST', '/alerts', mixed)
    expect([answer.status, answer.json]).toEqual([400, 'at least one label pair required'])
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(names(await alerts('?filter=alertname=Valid'))).toEqual(['Valid'])
    for (const wrong of [{}, [{ labels: { a: 1 } }], [{ labels: { a: 'b' }, startsAt: 'soon' }], '[']) {
      const refused = await ask<string>('POST', '/alerts', wrong, { 'content-type': 'application/json' })
      expect([refused.status, typeof refused.json]).toEqual([400, 'string'])
    }
    expect((await ask('POST', '/alerts', [])).status).toBe(200)
  })

  test('shows alerts of our own API with what rules see of them', async () => {
    await house.ask('POST', '/api/v1/alerts', { title: 'By hand', severity: 'error', topic: 'production' })
    const [found] = await alerts('?filter=topic=production&filter=severity=error')
    expect(found).toMatchObject({
      labels: { severity: 'error', topic: 'production' },
      annotations: { summary: 'By hand' },
    })
    expect(found).not.toHaveProperty('generatorURL')
  })

  test('selects by receiver, by state and by matchers, and refuses what it cannot read', async () => {
    await ask('POST', '/alerts', [
      { labels: { alertname: 'PowerCut', severity: 'error', site: 'north' } },
      { labels: { alertname: 'DiskFull', severity: 'warning', site: 'north' } },
      { labels: { alertname: 'DiskFull', severity: 'warning', site: 'south' } },
      { labels: { alertname: 'OnFire', severity: 'critical', site: 'south' } },
    ])
    expect(names(await alerts('?receiver=chief'))).toEqual(['OnFire'])
    expect(names(await alerts('?receiver=ch.*%7Cnobody'))).toEqual(['OnFire'])
    expect(await alerts('?receiver=chie')).toEqual([])
    const [cut] = await alerts('?filter=alertname%3DPowerCut')
    const inhibited = await alerts('?active=false')
    expect(inhibited).toMatchObject([
      {
        labels: { alertname: 'DiskFull', site: 'north' },
        status: { state: 'suppressed', inhibitedBy: [cut!.fingerprint], silencedBy: [] },
      },
    ])
    const sites = async (query: string) => (await alerts(query)).map(({ labels }) => labels.site)
    expect(await sites('?inhibited=false&filter=alertname%3D~%22Disk.*%22')).toEqual(['south'])
    expect(await sites('?filter=%7Balertname%3D%22DiskFull%22%2Csite%21%3D%22north%22%7D')).toEqual(['south'])
    const bad = await ask<string>('GET', '/alerts?filter=foo%25')
    expect([bad.status, bad.json]).toEqual([400, expect.stringContaining('bad matcher format: foo%')])
    const receiver = await ask<string>('GET', '/alerts?receiver=foo%28')
    expect([receiver.status, receiver.json]).toEqual([
      400,
      expect.stringContaining('failed to parse receiver param'),
    ])
    expect((await ask('GET', '/alerts?active=perhaps')).status).toBe(400)
  })

  test('groups as the routes do', async () => {
    interface Group {
      labels: Record<string, string>
      receiver: { name: string }
      alerts: GettableAlert[]
    }
    const groups = (await ask<Group[]>('GET', '/alerts/groups?filter=site%3D~%22north%7Csouth%22')).json
    const summary = groups.map(({ labels, receiver, alerts: inside }) => [
      receiver.name,
      labels,
      names(inside),
    ])
    expect(summary).toEqual([
      ['newsroom', { alertname: 'PowerCut' }, ['PowerCut']],
      ['newsroom', { alertname: 'DiskFull' }, ['DiskFull', 'DiskFull']],
      ['chief', { alertname: 'OnFire', severity: 'critical', site: 'south' }, ['OnFire']],
    ])
    expect((await ask<Group[]>('GET', '/alerts/groups?receiver=chief')).json).toHaveLength(1)
  })

  test('makes, replaces and ends silences, which are those of our own API', async () => {
    const silence = {
      matchers: [{ name: 'site', value: 'south', isRegex: false }],
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'ada',
      comment: 'move',
    }
    const made = await ask<{ silenceID: string }>('POST', '/silences', silence)
    expect([made.status, Object.keys(made.json)]).toEqual([200, ['silenceID']])
    const id = made.json.silenceID
    expect(id).toMatch(uuid)
    const shown = await ask<Record<string, string>>('GET', `/silence/${id}`)
    expect(shown.json).toEqual({
      id,
      status: { state: 'active' },
      updatedAt: expect.stringMatching(iso),
      comment: 'move',
      createdBy: 'ada',
      endsAt: silence.endsAt,
      matchers: [{ isEqual: true, isRegex: false, name: 'site', value: 'south' }],
      startsAt: expect.stringMatching(iso),
    })
    // One that began in the past begins now.
    expect(Date.parse(shown.json.startsAt!)).toBeGreaterThan(Date.parse(silence.startsAt))
    expect((await alerts('?filter=alertname=OnFire'))[0]!.status).toEqual({
      state: 'suppressed',
      silencedBy: [id],
      inhibitedBy: [],
    })
    expect(names(await alerts('?silenced=false'))).not.toContain('OnFire')
    const own = await house.ask<{ data: object[] }>('GET', '/api/v1/silences')
    expect(own.json.data).toMatchObject([{ matchers: [{ name: 'site', operator: '=', value: 'south' }] }])

    const replaced = await ask<{ silenceID: string }>('POST', '/silences', {
      ...silence,
      id,
      matchers: [
        { name: 'site', value: 's.*', isRegex: true },
        { name: 'alertname', value: 'OnFire', isRegex: false, isEqual: false },
      ],
    })
    const list = async (query = '') =>
      (await ask<{ id: string; status: { state: string } }[]>('GET', `/silences${query}`)).json
    expect(await list()).toMatchObject([
      {
        id: replaced.json.silenceID,
        status: { state: 'active' },
        matchers: [
          { isEqual: true, isRegex: true },
          { isEqual: false, isRegex: false },
        ],
      },
      { id, status: { state: 'expired' } },
    ])
    expect(await list('?filter=site%3Dsouth')).toMatchObject([{ id }])
    const ended = await ask('DELETE', `/silence/${replaced.json.silenceID}`)
    expect([ended.status, ended.text]).toEqual([200, ''])
    expect((await list()).map(({ status }) => status.state)).toEqual(['expired', 'expired'])

    const refusals = [
      { ...silence, matchers: [] },
      { ...silence, endsAt: '2026-01-02T00:00:00Z' },
      { ...silence, startsAt: silence.endsAt },
      { ...silence, matchers: [{ name: 'a', value: '(', isRegex: true }] },
      { ...silence, matchers: [{ name: 'a', value: '', isRegex: false }] },
    ]
    for (const wrong of refusals) {
      const refused = await ask<string>('POST', '/silences', wrong)
      expect([refused.status, typeof refused.json]).toEqual([400, 'string'])
    }
    const unknown = '10ef43b1-6fbe-4b6d-9c1a-2d1b0f4c8f00'
    for (const [method, path, body] of [
      ['GET', `/silence/${unknown}`],
      ['DELETE', `/silence/${unknown}`],
      ['POST', '/silences', { ...silence, id: unknown }],
    ] as const) {
      const refused = await ask(method, path, body)
      expect([refused.status, refused.json]).toEqual([404, 'silence not found'])
    }
  })

  test('says what runs', async () => {
    expect((await ask('GET', '/receivers')).json).toEqual([{ name: 'newsroom' }, { name: 'chief' }])
    const status = (await ask<{ config: { original: string } }>('GET', '/status')).json
    expect(status).toMatchObject({
      cluster: { peers: [], status: 'disabled' },
      uptime: expect.stringMatching(iso),
      versionInfo: { branch: 'broadsheet', revision: '1.2.3', version: '0.25.0' },
    })
    expect(status.config.original).toContain('severity="critical"')
    expect(status.config.original).not.toContain('escalate')
  })

  test.each(['/alerts', '/alerts/groups', '/silences', '/receivers', '/status'])(
    'wants a key for %s: as bearer, or as the password of HTTP Basic',
    async (path) => {
      const status = async (authorization: string | undefined) =>
        (
          await fetch(
            `${house.url}/api/v2${path}`,
            authorization === undefined ? {} : { headers: { authorization } },
          )
        ).status
      const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
      expect(await status(`Bearer ${house.token}`)).toBe(200)
      expect(await status(basic(`prometheus:${house.token}`))).toBe(200)
      expect(await status(basic(`:${house.token}`))).toBe(200)
      for (const wrong of [
        undefined,
        'Bearer x',
        basic(`${house.token}:`),
        basic(house.token.slice(1)),
        basic('a:b'),
      ])
        expect(await status(wrong), wrong).toBe(401)
    },
  )

  test('takes no password for our own API', async () => {
    const authorization = `Basic ${Buffer.from(`any:${house.token}`).toString('base64')}`
    for (const path of ['/api/v1/lists', '/api/v1/api/v2/', '/api/v1/lists?x=/api/v2/'])
      expect((await fetch(house.url + path, { headers: { authorization } })).status).not.toBe(200)
  })
})

const amtool = findAlertmanager('amtool')

describe.skipIf(amtool === null)('amtool', () => {
  const run = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const url = `--alertmanager.url=http://any:${house.token}@${new URL(house.url).host}`
      execFile(amtool!, [url, ...args], (error, out, err) =>
        error === null ? resolve(out) : reject(new Error(`${err}${out}`)),
      )
    })
  const query = async (...args: string[]) =>
    JSON.parse(await run('alert', 'query', '--output=json', ...args)) as GettableAlert[]

  test('adds and queries alerts', async () => {
    await run('alert', 'add', 'FromAmtool', 'severity=critical', 'node=a', '--annotation=summary=Hello there')
    expect(await query('alertname=FromAmtool')).toMatchObject([
      {
        labels: { alertname: 'FromAmtool', node: 'a' },
        annotations: { summary: 'Hello there' },
        receivers: [{ name: 'chief' }],
      },
    ])
    expect(await query('--receiver=newsroom', 'alertname=FromAmtool')).toEqual([])
    expect(await run('alert', 'query', 'alertname=~"From.*"')).toContain('Hello there')
  })

  test('adds, queries, updates and expires silences', async () => {
    const args = ['--author=ada', '--comment=new rollers', '--duration=1h']
    const id = (await run('silence', 'add', 'alertname=FromAmtool', ...args)).trim()
    expect(id).toMatch(uuid)
    expect(await query('alertname=FromAmtool')).toEqual([])
    expect(await query('--silenced', 'alertname=FromAmtool')).toMatchObject([
      { status: { silencedBy: [id] } },
    ])
    expect(await run('silence', 'query', 'alertname=FromAmtool')).toContain('new rollers')
    await run('silence', 'update', id, '--comment=more rollers')
    const [now] = (await run('silence', 'query', '-q', 'alertname=FromAmtool')).trim().split('\n')
    await run('silence', 'expire', now!)
    expect((await run('silence', 'query', '-q', 'alertname=FromAmtool')).trim()).toBe('')
    expect(await run('silence', 'query', '--expired', 'alertname=FromAmtool')).toContain('more rollers')
    await waitFor('the alert to be active', async () => (await query('alertname=FromAmtool')).length === 1)
  })

  test('shows and tests the routes', async () => {
    expect(await run('config', 'routes')).toContain('{severity="critical"}  receiver: chief')
    expect((await run('config', 'routes', 'test', 'severity=critical')).trim()).toBe('chief')
    expect((await run('config', 'routes', 'test', 'severity=error')).trim()).toBe('newsroom')
  })
})
