import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Follow } from '../../../../engine/model/follow.ts'
import { waitFor } from '../../../engine/support/wait.ts'
import { type AlertDaemon, openAlertDaemon } from './daemon.ts'

interface Page<T> {
  data: T[]
  next: string | null
}

let house: AlertDaemon
beforeAll(async () => {
  house = await openAlertDaemon({ store: 'memory:' })
})
afterAll(async () => {
  await house[Symbol.asyncDispose]()
})

describe('silences', () => {
  const matchers = [{ name: 'team', operator: '=', value: 'db' }]
  const hour = 3_600_000

  test('begin now unless it is said when, and are ended', async () => {
    const made = await house.ask<{ id: number }>('POST', '/api/v1/silences', {
      matchers,
      endsAt: Date.now() + hour,
      comment: 'new disks',
    })
    expect(made.json).toMatchObject({
      state: 'active',
      createdBy: 'command line',
      comment: 'new disks',
      matchers,
    })
    expect(made.status).toBe(201)
    const { id } = made.json
    const routes = await house.ask('GET', '/api/v1/alerts/routes?label=team%3Ddb')
    expect(routes.json).toMatchObject({ routes: [{ silencedBy: [id] }] })
    const list = async (query = '') =>
      (await house.ask<Page<{ id: number; state: string }>>('GET', `/api/v1/silences${query}`)).json.data
    expect(await list()).toMatchObject([{ id, state: 'active' }])
    expect((await house.ask('DELETE', `/api/v1/silences/${id}`)).json).toMatchObject({ id, state: 'over' })
    expect((await house.ask('DELETE', `/api/v1/silences/${id}`)).json).toMatchObject({ id, state: 'over' })
    expect(await list()).toEqual([])
    expect(await list('?over=true')).toMatchObject([{ id, state: 'over' }])
    expect((await house.ask('GET', `/api/v1/silences/${id}`)).json).toMatchObject({ id, state: 'over' })
    const later = { matchers, startsAt: Date.now() + hour, endsAt: Date.now() + 2 * hour, createdBy: 'Ada' }
    expect((await house.ask('POST', '/api/v1/silences', later)).json).toMatchObject({
      state: 'pending',
      createdBy: 'Ada',
    })
  })

  test('are refused where they make no sense', async () => {
    const silence = (more: object) =>
      house.ask('POST', '/api/v1/silences', { matchers, endsAt: Date.now() + hour, ...more })
    expect((await silence({ matchers: [] })).status).toBe(400)
    expect((await silence({ endsAt: Date.now() - hour })).json).toMatchObject({
      issues: [{ path: 'endsAt' }],
    })
    expect((await silence({ startsAt: 2, endsAt: 1 })).json).toMatchObject({ issues: [{ path: 'endsAt' }] })
    expect(
      (await silence({ matchers: [{ ...matchers[0], operator: '=~', value: '(' }] })).json,
    ).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'matchers[0].value' }],
    })
    for (const all of [
      [{ name: 'team', operator: '=~', value: '.*' }],
      [{ name: 'team', operator: '!=', value: 'x' }],
    ])
      expect((await silence({ matchers: all })).json).toMatchObject({
        code: 'E_INPUT',
        issues: [{ path: 'matchers' }],
      })
    expect((await house.ask('GET', '/api/v1/silences/999')).status).toBe(404)
    expect((await house.ask('DELETE', '/api/v1/silences/999')).status).toBe(404)
  })
})

describe('follows', () => {
  test('are made, replaced by version and removed, each of its own person', async () => {
    const ada = await house.follower('ada@example.org')
    const bob = await house.follower('bob@example.org')
    const path = `/api/v1/subscribers/${ada}/follows`
    const made = await house.ask<Follow>('POST', path, {
      channel: 'file',
      topics: ['production'],
      minSeverity: 'error',
      filter: [{ name: 'site', operator: '=~', value: 'north|east' }],
    })
    expect(made.json).toMatchObject({ subscriberId: ada, contact: null, minSeverity: 'error', version: 1 })
    expect(made.headers.get('etag')).toBe('"1"')
    const own = `${path}/${made.json.id}`
    const put = (query: string, body: object) => house.ask('PUT', own + query, body)
    expect((await put('', { channel: 'file' })).json).toMatchObject({ code: 'E_INPUT' })
    expect((await put('?version=1', { channel: 'file' })).json).toMatchObject({ topics: [], version: 2 })
    expect((await put('?version=1', { channel: 'file' })).json).toMatchObject({ code: 'E_CONFLICT' })
    expect((await house.ask<Page<Follow>>('GET', path)).json.data).toHaveLength(2)
    const others = `/api/v1/subscribers/${bob}/follows/${made.json.id}`
    for (const method of ['GET', 'DELETE'])
      expect((await house.ask(method, others)).json).toMatchObject({ code: 'E_NOT_FOUND' })
    expect((await house.ask('DELETE', own)).status).toBe(204)
    expect((await house.ask('GET', own)).status).toBe(404)
  })

  test('say what is wrong with them', async () => {
    const eve = await house.follower('eve@example.org')
    const follow = (body: object, id = eve) => house.ask('POST', `/api/v1/subscribers/${id}/follows`, body)
    expect((await follow({ channel: 'slakc' })).json).toMatchObject({ code: 'E_CHANNEL_UNKNOWN' })
    expect((await follow({ channel: 'file', contact: 'x@example.org' })).json).toMatchObject({
      code: 'E_INPUT',
      issues: [{ path: 'contact' }],
    })
    const pattern = [{ name: 'a', operator: '=~', value: '[' }]
    expect((await follow({ channel: 'file', filter: pattern })).json).toMatchObject({
      issues: [{ path: 'filter[0].value' }],
    })
    expect((await follow({ channel: 'file' }, 999_999)).json).toMatchObject({ code: 'E_NOT_FOUND' })
  })

  test('have preferences for all of one person', async () => {
    const gil = await house.follower('gil@example.org')
    const path = `/api/v1/subscribers/${gil}/follow-preferences`
    const none = { quiet: null, digestAt: null, maxPerHour: null, criticalAnyway: true }
    expect((await house.ask('GET', path)).json).toEqual(none)
    const said = { ...none, quiet: { from: '22:00', until: '07:00' }, maxPerHour: 6 }
    expect((await house.ask('PUT', path, said)).json).toEqual(said)
    expect((await house.ask('GET', path)).json).toEqual(said)
    expect((await house.ask('PUT', path, { digestAt: '25:00' })).json).toMatchObject({
      issues: [{ path: 'digestAt' }],
    })
    expect((await house.ask('GET', '/api/v1/subscribers/999999/follow-preferences')).status).toBe(404)
  })
})

describe('heartbeats', () => {
  interface View {
    beatAt: number
    alarmed: boolean
  }

  test('fire when they stop, and end with the next beat', async () => {
    const made = await house.ask<View>('POST', '/api/v1/heartbeats', {
      name: 'backup',
      title: 'The backup did not run',
      everyMs: 1000,
      severity: 'error',
      labels: { site: 'north' },
    })
    expect([made.status, made.json]).toEqual([
      201,
      expect.objectContaining({ alarmed: false, severity: 'error' }),
    ])
    const open = async () =>
      (
        await house.ask<Page<{ title: string; labels: object }>>('GET', '/api/v1/alerts?open=true')
      ).json.data.find(({ title }) => title === 'The backup did not run')
    const alert = await waitFor('the heartbeat to be missed', open)
    expect(alert.labels).toMatchObject({ alertname: 'HeartbeatMissing', heartbeat: 'backup', site: 'north' })
    await waitFor('it to be marked', async () => {
      const { json } = await house.ask<View>('GET', '/api/v1/heartbeats/backup')
      return json.alarmed
    })
    // Every hour from now on, so that it does not fire again while the test looks.
    const hourly = { name: 'backup', title: 'The backup did not run', everyMs: 3_600_000 }
    expect((await house.ask('PUT', '/api/v1/heartbeats/backup?version=1', hourly)).status).toBe(200)
    expect((await house.ask('POST', '/api/v1/heartbeats/backup/beat')).status).toBe(204)
    expect(await open()).toBeUndefined()
    expect((await house.ask<View>('GET', '/api/v1/heartbeats/backup')).json.alarmed).toBe(false)
    expect((await house.ask('DELETE', '/api/v1/heartbeats/backup')).status).toBe(204)
    expect((await house.ask('POST', '/api/v1/heartbeats/backup/beat')).json).toMatchObject({
      code: 'E_NOT_FOUND',
    })
  })

  test('are heard by GET, too, but by neither HEAD nor without a key', async () => {
    const body = { name: 'wire', title: 'No wire', everyMs: 3_600_000 }
    const beatAt = async () => (await house.ask<View>('GET', '/api/v1/heartbeats/wire')).json.beatAt
    expect((await house.ask('POST', '/api/v1/heartbeats', body)).status).toBe(201)
    const first = await beatAt()
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${house.url}/api/v1/heartbeats/wire/beat`, { method })
      expect(answer.status).toBe(401)
    }
    expect((await house.ask('HEAD', '/api/v1/heartbeats/wire/beat')).status).not.toBe(204)
    expect(await beatAt()).toBe(first)
    await waitFor('the clock to go on', () => Date.now() > first)
    expect((await house.ask('GET', '/api/v1/heartbeats/wire/beat')).status).toBe(204)
    expect(await beatAt()).toBeGreaterThan(first)
  })
})
