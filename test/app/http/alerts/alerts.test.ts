import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Alert } from '../../../../engine/model/alert.ts'
import { waitFor } from '../../../engine/support/wait.ts'
import { type AlertDaemon, openAlertDaemon } from './daemon.ts'

interface Heard {
  id: number | null
  key: string
  heard: string
  state: string | null
}
interface Page<T> {
  data: T[]
  next: string | null
}

describe.each(['memory:', 'sqlite'] as const)('alerts over HTTP on %s', (store) => {
  let house: AlertDaemon
  beforeAll(async () => {
    house = await openAlertDaemon({ store })
  })
  afterAll(async () => {
    await house[Symbol.asyncDispose]()
  })
  const report = async (body: object, headers = {}) => {
    const answer = await house.ask<{ alerts: Heard[] }>('POST', '/api/v1/alerts', body, headers)
    expect([answer.status, answer.text]).toEqual([202, expect.anything()])
    return answer.json.alerts
  }

  test('are kept before they are answered, and heard for what they are', async () => {
    const down = {
      key: 'press-2',
      title: 'Press 2 is down',
      severity: 'critical',
      labels: { team: 'printing' },
    }
    const [opened] = await report(down)
    expect(opened).toMatchObject({ key: 'press-2', heard: 'opened', state: 'firing' })
    const [kept] = await house.store.alerts.get([opened!.id as Alert['id']])
    expect(kept).toMatchObject({
      title: 'Press 2 is down',
      severity: 'critical',
      labels: { team: 'printing' },
    })
    expect(await report([down, { ...down, text: 'Error 41' }, { title: 'Other' }])).toMatchObject([
      { id: opened!.id, heard: 'repeated' },
      { id: opened!.id, heard: 'changed' },
      { heard: 'opened' },
    ])
    expect(await report({ key: 'press-2', status: 'resolved' })).toMatchObject([
      { id: opened!.id, heard: 'resolved', state: 'resolved' },
    ])
    expect(await report({ key: 'nothing', status: 'resolved' })).toEqual([
      { id: null, key: 'nothing', heard: 'ignored', state: null },
    ])
    expect(await report(down)).toMatchObject([{ id: opened!.id, heard: 'reopened', state: 'firing' }])
  })

  test('are found by words and labels, newest first, page by page', async () => {
    for (const host of ['North-1', 'North-2', 'South-1'])
      await report({ title: `Printer of ${store} jams`, labels: { host } })
    const found = async (query: string) =>
      (await house.ask<Page<Alert>>('GET', `/api/v1/alerts?${query}`)).json
    const hosts = ({ data }: Page<Alert>) => data.map(({ labels }) => labels.host)
    expect(hosts(await found('text=jams%20printer'))).toEqual(['South-1', 'North-2', 'North-1'])
    expect(hosts(await found('text=host%3Dnorth-1'))).toEqual(['North-1'])
    const page = await found('text=host%3Dnorth&limit=1')
    expect(hosts(page)).toEqual(['North-2'])
    const behind = await found(`text=host%3Dnorth&limit=1&after=${page.next}`)
    expect([hosts(behind), behind.next]).toEqual([['North-1'], null])
    expect((await house.ask('GET', '/api/v1/alerts?text=%20')).status).toBe(400)
  })

  test('with an Idempotency-Key a request is done once', async () => {
    const key = { 'idempotency-key': `once-${store}` }
    const [first] = await report({ key: 'once', title: 'Once' }, key)
    expect(await report({ key: 'once', title: 'Once' }, key)).toEqual([first])
    expect(first!.heard).toBe('opened')
    const [kept] = await house.store.alerts.get([first!.id as Alert['id']])
    expect(kept!.reports).toBe(1)
    const other = await house.ask('POST', '/api/v1/alerts', { key: 'twice', title: 'Twice' }, key)
    expect(other.json).toMatchObject({ status: 409, code: 'E_IDEMPOTENCY' })
  })

  test('up to a thousand at once, and none of them where one is wrong', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ key: `many-${n}`, title: 'x' }))
    const wrong = await house.ask('POST', '/api/v1/alerts', [...many(2), { severity: 'bad', title: 'x' }])
    expect(wrong.json).toMatchObject({ code: 'E_INPUT', issues: [{ path: '[2].severity' }] })
    expect((await house.ask('POST', '/api/v1/alerts', many(1001))).status).toBe(400)
    expect((await house.ask('POST', '/api/v1/alerts', [])).status).toBe(400)
    const untitled = await house.ask('POST', '/api/v1/alerts', { severity: 'info' })
    expect(untitled.json).toMatchObject({ code: 'E_INPUT', issues: [{ path: 'title' }] })
    const heard = await report(many(1000))
    expect(heard.map(({ key }) => key)).toEqual(many(1000).map(({ key }) => key))
    expect(new Set(heard.map((each) => each.heard))).toEqual(new Set(['opened']))
  })

  test('are listed newest first, by what was asked for', async () => {
    await report([
      { key: 'a', title: 'A', topic: 'listing', severity: 'error' },
      { key: 'b', title: 'B', topic: 'listing' },
      { key: 'c', title: 'C', topic: 'listing', severity: 'error' },
    ])
    await report({ key: 'b', status: 'resolved' })
    const found = async (query: string) =>
      (await house.ask<Page<Alert>>('GET', `/api/v1/alerts?topic=listing&${query}`)).json.data.map(
        ({ key }) => key,
      )
    expect(await found('')).toEqual(['c', 'b', 'a'])
    expect(await found('open=true')).toEqual(['c', 'a'])
    expect(await found('open=false')).toEqual(['b'])
    expect(await found('state=resolved')).toEqual(['b'])
    expect(await found('severity=error')).toEqual(['c', 'a'])
    expect(await found('key=a')).toEqual(['a'])
    const page = await house.ask<Page<Alert>>('GET', '/api/v1/alerts?topic=listing&limit=2')
    expect(page.json.data.map(({ key }) => key)).toEqual(['c', 'b'])
    expect(await found(`limit=2&after=${page.json.next}`)).toEqual(['a'])
    expect((await house.ask('GET', '/api/v1/alerts?state=nope')).status).toBe(400)
  })

  test('are acknowledged, released and ended by hand, and refuse what is not possible', async () => {
    const [{ id } = { id: 0 }] = await report({ key: 'hand', title: 'By hand' })
    const act = (verb: string, body?: object) =>
      house.ask<Alert>('POST', `/api/v1/alerts/${id}/${verb}`, body)
    expect((await act('acknowledge', { by: 'Ada', comment: 'mine' })).json).toMatchObject({
      state: 'acknowledged',
      acknowledged: { by: 'Ada', comment: 'mine' },
    })
    expect((await act('acknowledge')).json.acknowledged).toMatchObject({ by: 'command line', comment: '' })
    expect((await act('release')).json).toMatchObject({ state: 'firing', acknowledged: null })
    expect((await act('resolve')).json).toMatchObject({ state: 'resolved' })
    expect((await act('acknowledge')).json).toMatchObject({ code: 'E_STATE', status: 409 })
    expect((await act('resolve')).json).toMatchObject({ code: 'E_STATE' })
    expect((await act('release', { force: true })).json).toMatchObject({ code: 'E_INPUT' })
    expect((await house.ask('POST', '/api/v1/alerts/999999/resolve')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
    const { secret } = (await house.ask<{ secret: string }>('POST', '/api/v1/keys', { name: 'night-shift' }))
      .json
    const [other] = await report({ key: 'hand-2', title: 'By key' })
    const asKey = { authorization: `Bearer ${secret}` }
    const taken = await house.ask<Alert>('POST', `/api/v1/alerts/${other!.id}/acknowledge`, {}, asKey)
    expect(taken.json.acknowledged).toMatchObject({ by: 'night-shift' })
  })

  test('tell whom they were told to, and what became of it', async () => {
    const ada = await house.follower('ada@example.org', { topics: ['telling'] })
    const [{ id } = { id: 0 }] = await report({ key: 'told', title: 'Told to Ada', topic: 'telling' })
    await house.mailed('ada@example.org', 'Told to Ada')
    const view = await waitFor('the notification to be settled', async () => {
      const { json } = await house.ask<{
        notifications: { id: number; reason: string; audience: number; counts: { sent: number } }[]
      }>('GET', `/api/v1/alerts/${id}`)
      return json.notifications[0]?.counts.sent === 1 && json
    })
    expect(view).toMatchObject({
      key: 'told',
      notifications: [{ reason: 'firing', audience: 1, alertIds: [id], rooms: [] }],
    })
    const [told] = view.notifications
    const path = `/api/v1/notifications/${told!.id}`
    expect((await house.ask('GET', path)).json).toMatchObject({
      id: told!.id,
      counts: { audience: 1, sent: 1, queued: 0 },
      note: { title: 'Told to Ada' },
    })
    const postings = await house.ask<Page<object>>('GET', `${path}/postings`)
    expect(postings.json).toMatchObject({
      data: [{ subscriberId: ada, channel: 'file', to: 'ada@example.org', state: 'sent', attempt: 1 }],
      next: null,
    })
    expect((await house.ask<Page<object>>('GET', `${path}/postings?state=failed`)).json.data).toEqual([])
    expect((await house.ask('GET', `/api/v1/subscribers/${ada}/postings`)).json).toMatchObject({
      data: [{ notificationId: told!.id }],
    })
    expect(
      (await house.ask<Page<object>>('GET', `/api/v1/notifications?alert=${id}`)).json.data,
    ).toHaveLength(1)
    for (const none of [
      'notifications/999999',
      'notifications/999999/postings',
      'subscribers/999999/postings',
    ])
      expect((await house.ask('GET', `/api/v1/${none}`)).json).toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test('show where they would go', async () => {
    const routes = await house.ask('GET', '/api/v1/alerts/routes?label=team%3Dprinting&label=a%3Db%3Dc')
    expect(routes.json).toMatchObject({
      routes: [{ receiver: 'default', groupBy: null, people: true, muted: false, silencedBy: [] }],
    })
    const wrong = await house.ask('GET', '/api/v1/alerts/routes?label=team')
    expect(wrong.json).toMatchObject({ code: 'E_INPUT', issues: [{ message: '"team" must be NAME=VALUE' }] })
  })
})
