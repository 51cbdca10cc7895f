import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AuditEntry } from '../../../../engine/model/audit.ts'
import type { User } from '../../../../engine/model/user.ts'
import { createTestClock, type TestClock } from '../../../engine/support/clock.ts'
import { type Served, serve } from '../serve.ts'
import { userOf } from './callers.ts'

let clock: TestClock
let served: Served
let owner: User
beforeEach(async () => {
  clock = createTestClock()
  served = await serve({ clock })
  owner = await userOf(served.store, 'owner')
})
afterEach(() => served[Symbol.asyncDispose]())

const path = () => `/api/v1/users/${owner.id}`
const link = async (): Promise<string> => {
  const { status, json } = await served.ask<{ token: string }>('POST', `${path()}/enter`)
  expect(status).toBe(200)
  return json.token
}
const ownPage = { authorization: '', 'sec-fetch-site': 'same-origin' }
const enter = (token: string, headers: Record<string, string> = ownPage) =>
  served.ask<{ code?: string; user?: { id: number } }>('POST', '/api/v1/access/enter', { token }, headers)

test('a link signs its user in once, with a cookie, and is written down', async () => {
  const token = await link()
  const first = await enter(token)
  expect([first.status, first.json.user?.id]).toEqual([200, owner.id])
  expect(first.headers.get('set-cookie')).toMatch(/^broadsheet=bss_.*HttpOnly; SameSite=Strict/)
  expect((await enter(token)).json.code).toBe('E_TOKEN')
  const { json } = await served.ask<{ data: AuditEntry[] }>('GET', '/api/v1/audit')
  const entered = json.data.filter(({ action }) => action === 'access.enter')
  expect(entered.map(({ outcome }) => outcome)).toEqual(expect.arrayContaining(['done', 'refused']))
  expect(JSON.stringify(json)).not.toContain(token)
})

test('it is good for five minutes, and a newer one replaces it', async () => {
  const [older, newer] = [await link(), await link()]
  expect((await enter(older)).json.code).toBe('E_TOKEN')
  clock.advance(300_001)
  expect((await enter(newer)).json.code).toBe('E_TOKEN')
})

test.each([
  ['disabled', 'PATCH', '', { disabled: true }],
  ['whose password was reset', 'POST', '/reset', undefined],
  ['removed', 'DELETE', '', undefined],
] as const)('it does not let in somebody %s', async (_who, method, rest, body) => {
  await userOf(served.store, 'owner', 'other@example.org')
  // Who can sign in stays.
  const [other] = await served.store.users.byName(['other@example.org'])
  await served.store.users.update(other!.id, other!.version, { ...other!, passwordHash: 'x' }, clock.now())
  const token = await link()
  expect((await served.ask(method, path() + rest, body)).status).toBeLessThan(300)
  expect((await enter(token)).json.code).toBe('E_TOKEN')
})

test('it is used by a page of ours only; who may make one says the table of all routes', async () => {
  const token = await link()
  expect((await enter(token, { ...ownPage, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await enter(token)).status).toBe(200)
})
