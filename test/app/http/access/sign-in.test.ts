import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { httpLimitsSchema } from '../../../../app/config/http.ts'
import { createMetrics, type Metrics } from '../../../../app/metrics/metrics.ts'
import { createPasswords, type Passwords } from '../../../../engine/access/password.ts'
import { totpCode } from '../../../../engine/access/totp.ts'
import { createVault } from '../../../../engine/access/vault.ts'
import type { Role } from '../../../../engine/model/scope.ts'
import { createTestClock, type TestClock } from '../../../engine/support/clock.ts'
import { type Answer, type Served, serve } from '../serve.ts'

const password = 'correct horse battery'
const vault = createVault(['a key of the vault of the test, long'])
/** Some sixty are hashed here. */
const cheap = createPasswords({ cost: { ln: 10, r: 8, p: 1 } })
let checked = 0
const counting: Passwords = {
  hash: cheap.hash,
  check(...given) {
    checked++
    return cheap.check(...given)
  },
}
const plenty = { perSecond: 1e6, burst: 1e6 }

interface Me {
  readonly name: string
  readonly scopes: readonly string[]
  readonly session: { readonly id: number } | null
}
interface Invitation {
  readonly token: string
  readonly link: string | null
}

let clock: TestClock
let served: Served
let metrics: Metrics
const start = (publicUrl?: string) =>
  serve({
    clock,
    metrics,
    config: {
      vault: async () => vault,
      passwords: counting,
      limits: httpLimitsSchema.parse({ signIn: plenty }),
      ...(publicUrl !== undefined && { publicUrl }),
    },
  })
beforeEach(async () => {
  clock = createTestClock()
  metrics = createMetrics({ version: '', role: '', store: '' }, clock)
  served = await start()
})
afterEach(async () => {
  await served[Symbol.asyncDispose]()
})

/** A browser on a page of ours: without a key, with the cookie that it has. */
function browser(
  of: Served = served,
  from: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
) {
  let cookie = ''
  let lastSet = ''
  return {
    cookie: () => cookie,
    lastSet: () => lastSet,
    take(other: string) {
      cookie = other
    },
    async ask<T = unknown>(method: string, path: string, body?: unknown, headers = from): Promise<Answer<T>> {
      const response = await fetch(`${of.url}/api/v1${path}`, {
        method,
        headers: {
          ...headers,
          ...(cookie !== '' && { cookie }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      lastSet = response.headers.get('set-cookie') ?? ''
      if (lastSet !== '') cookie = lastSet.split(';', 1)[0]!
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        get json() {
          return JSON.parse(text) as T
        },
      }
    },
  }
}

/** Somebody with a password, by the ways that people go. */
async function person(role: Role, name = `${role}@example.org`): Promise<string> {
  const { invitation } = (
    await served.ask<{ invitation: Invitation }>('POST', '/api/v1/users', { name, role })
  ).json
  const { token } = invitation
  expect((await browser().ask('POST', '/access/accept', { token, password })).status).toBe(200)
  return name
}
async function signedIn(role: Role, name?: string) {
  const own = await person(role, name)
  const page = browser()
  expect((await page.ask('POST', '/access/login', { name: own, password })).status).toBe(200)
  return { name: own, page }
}

test('an invitation is a link to the console, where it is known where that is', async () => {
  const path = '/api/v1/users'
  const unknown = (
    await served.ask<{ invitation: Invitation }>('POST', path, { name: 'a@example.org', role: 'editor' })
  ).json
  expect(unknown.invitation.link).toBeNull()
  await using known = await start('https://news.example/')
  const { user, invitation } = (
    await known.ask<{ user: { id: number }; invitation: Invitation }>('POST', path, {
      name: 'a@example.org',
      role: 'editor',
    })
  ).json
  expect(invitation.link).toBe(`https://news.example/#/accept?token=${invitation.token}`)
  const again = (await known.ask<{ invitation: Invitation }>('POST', `${path}/${user.id}/reset`)).json
  expect(again.invitation.link).toBe(`https://news.example/#/accept?token=${again.invitation.token}`)
  const first = (await known.ask<Invitation>('POST', `${path}/first`)).json
  expect(first.link).toBe(`https://news.example/#/accept?token=${first.token}`)
})

describe('the first owner', () => {
  test('is made with a token that works once, and then there is none to be had', async () => {
    const { token } = (await served.ask<Invitation>('POST', '/api/v1/users/first')).json
    const page = browser()
    const name = 'First@Example.org'
    const weak = await page.ask('POST', '/access/accept', { token, name, password: 'password123456' })
    expect(weak.json).toMatchObject({ code: 'E_PASSWORD', status: 422 })
    const made = await page.ask('POST', '/access/accept', { token, name, password, fullName: 'First' })
    expect(made.json).toMatchObject({ name: 'first@example.org', role: 'owner', invited: false })
    expect(made.text).not.toMatch(/scrypt|passwordHash/)
    expect(
      (await page.ask('POST', '/access/accept', { token, name: 'b@example.org', password })).json,
    ).toMatchObject({
      code: 'E_TOKEN',
    })
    expect((await served.ask('POST', '/api/v1/users/first')).json).toMatchObject({ code: 'E_STATE' })
  })

  test('of two tokens only the last is good, and of two people with it only one', async () => {
    const before = (await served.ask<Invitation>('POST', '/api/v1/users/first')).json.token
    const { token } = (await served.ask<Invitation>('POST', '/api/v1/users/first')).json
    const accept = (name: string, secret: string) =>
      browser().ask('POST', '/access/accept', { token: secret, name, password })
    expect((await accept('a@example.org', before)).status).toBe(404)
    const both = await Promise.all([accept('a@example.org', token), accept('b@example.org', token)])
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 404])
  })

  test('a token is over when its time is', async () => {
    const { token } = (await served.ask<Invitation>('POST', '/api/v1/users/first')).json
    clock.advance(72 * 3_600_000)
    expect(
      (await browser().ask('POST', '/access/accept', { token, name: 'a@example.org', password })).status,
    ).toBe(404)
  })
})

describe('signing in', () => {
  test('gives a cookie that scripts cannot read, no other site sends, and is kept as a hash', async () => {
    const { name, page } = await signedIn('editor')
    expect(page.lastSet()).toMatch(
      /^broadsheet=bss_[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/,
    )
    const me = (await page.ask<Me>('GET', '/access/me')).json
    expect(me).toMatchObject({ kind: 'user', name })
    expect(me.scopes).toContain('content:write')
    expect(me.scopes).not.toContain('access:write')
    const [user] = await served.store.users.byName([name])
    const [session] = await served.store.sessions.ofUser(user!.id, clock.now())
    expect(session!.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('over https the cookie is bound to the host', async () => {
    await using secure = await start('https://news.example.org')
    const { token } = (await secure.ask<Invitation>('POST', '/api/v1/users/first')).json
    const page = browser(secure)
    await page.ask('POST', '/access/accept', { token, name: 'a@example.org', password })
    await page.ask('POST', '/access/login', { name: 'a@example.org', password })
    expect(page.lastSet()).toMatch(/^__Host-broadsheet=bss_[\w-]{43}; Path=\/; .*; Secure$/)
    expect((await page.ask('GET', '/access/me')).status).toBe(200)
    page.take(page.cookie().replace('__Host-', '__Host-broadsheet=bss_no; '))
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
  })

  test('draws a new secret, and the one from before is worth nothing', async () => {
    const { name, page } = await signedIn('editor')
    const before = page.cookie()
    await page.ask('POST', '/access/login', { name, password })
    expect(page.cookie()).not.toBe(before)
    const old = browser()
    old.take(before)
    expect((await old.ask('GET', '/access/me')).status).toBe(401)
    expect((await page.ask('GET', '/access/me')).status).toBe(200)
  })

  test('says the same of an unknown name, a wrong password and somebody who is disabled', async () => {
    const name = await person('editor')
    const gone = await person('editor', 'gone@example.org')
    await served.ask('PATCH', `/api/v1/users/${gone}`, { disabled: true })
    const before = checked
    const answers = await Promise.all(
      [
        { name, password: 'wrong horse battery' },
        { name: 'nobody@example.org', password },
        { name: gone, password },
      ].map((body) => browser().ask<{ requestId: string; traceId: string }>('POST', '/access/login', body)),
    )
    const bodies = answers.map(({ json: { requestId: _id, traceId: _trace, ...rest } }) => rest)
    expect(bodies[0]).toMatchObject({ code: 'E_SIGN_IN', status: 401 })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
    // And after the same work: a password is hashed for each.
    expect(checked - before).toBe(3)
  })

  test('five wrong passwords from one address, then one has to wait, and others do not', async () => {
    const name = await person('editor')
    const other = await person('analyst')
    const wrong = { name, password: 'wrong horse battery' }
    for (let index = 0; index < 5; index++)
      expect((await browser().ask('POST', '/access/login', wrong)).status).toBe(401)
    const held = await browser().ask('POST', '/access/login', { name, password })
    expect(held.json).toMatchObject({ code: 'E_LIMIT', status: 429 })
    expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(60)
    expect((await browser().ask('POST', '/access/login', { name: other, password })).status).toBe(200)
    clock.advance(5 * 60_000)
    expect((await browser().ask('POST', '/access/login', { name, password })).status).toBe(200)
  })

  test('how it went is counted, and who it was is not', async () => {
    const name = await person('editor')
    const page = browser()
    const login = (body: object) => page.ask('POST', '/access/login', { name, ...body })
    await login({ password })
    for (let i = 0; i < 5; i++) await login({ password: 'wrong' })
    await login({ password: 'wrong' })
    await page.ask('POST', '/access/login', { name: 'nobody@example.org', password })
    const text = await metrics.text()
    expect(text.match(/^broadsheet_sign_ins_total.* [1-9]\d*$/gm)?.toSorted()).toEqual([
      'broadsheet_sign_ins_total{outcome="held"} 1',
      'broadsheet_sign_ins_total{outcome="in"} 1',
      'broadsheet_sign_ins_total{outcome="wrong"} 6',
    ])
  })

  test('right ones do not count', async () => {
    const name = await person('editor')
    for (let index = 0; index < 8; index++)
      expect((await browser().ask('POST', '/access/login', { name, password })).status).toBe(200)
  })

  test('is written down, and so is what failed; a name that is nobody’s is not', async () => {
    const { name, page } = await signedIn('owner')
    await browser().ask('POST', '/access/login', { name, password: 'wrong horse battery' })
    await browser().ask('POST', '/access/login', { name: 'my-password@example.org', password })
    await page.ask('POST', '/access/logout')
    const { rows } = await served.store.audit.page({ before: null, limit: 10, action: 'access' })
    expect(
      rows.map(({ action, outcome, caller, subject, detail }) => [
        action,
        outcome,
        caller.kind,
        caller.name,
        subject,
        detail,
      ]),
    ).toEqual([
      ['access.logout', 'done', 'user', name, null, {}],
      ['access.login', 'refused', 'nobody', '', null, { why: 'name' }],
      ['access.login', 'refused', 'nobody', '', 'user/1', { why: 'password' }],
      ['access.login', 'done', 'user', name, 'user/1', {}],
      ['access.accept', 'done', 'user', name, 'user/1', {}],
    ])
  })
})

describe('a session', () => {
  test('ends without requests after an hour, and with them after a day', async () => {
    const { page } = await signedIn('editor')
    for (let hour = 0; hour < 24; hour++) {
      clock.advance(59 * 60_000)
      expect((await page.ask('GET', '/access/me')).status, `after ${hour + 1}`).toBe(200)
    }
    // A day and half an hour, never idle.
    clock.advance(59 * 60_000)
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
    await page.ask('POST', '/access/login', { name: 'editor@example.org', password })
    clock.advance(61 * 60_000)
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
  })

  test('ends when its owner ends it, leaves or signs out, here at once', async () => {
    const { name, page } = await signedIn('editor')
    const phone = browser()
    await phone.ask('POST', '/access/login', { name, password })
    const { data } = (await page.ask<{ data: { id: number; present: boolean }[] }>('GET', '/access/sessions'))
      .json
    expect(data.map(({ present }) => present)).toEqual([false, true])
    expect((await page.ask('DELETE', `/access/sessions/${data[0]!.id}`)).status).toBe(204)
    expect((await phone.ask('GET', '/access/me')).status).toBe(401)
    const cookie = page.cookie()
    expect((await page.ask('POST', '/access/logout')).status).toBe(204)
    expect(page.lastSet()).toContain('Max-Age=0')
    page.take(cookie)
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
  })

  test('is nobody else’s to end', async () => {
    const { page } = await signedIn('editor')
    const other = await signedIn('analyst')
    const mine = (await page.ask<Me>('GET', '/access/me')).json.session!.id
    expect((await other.page.ask('DELETE', `/access/sessions/${mine}`)).status).toBe(404)
    expect((await page.ask('GET', '/access/me')).status).toBe(200)
  })

  test('a new password ends the others, and gives this one a new secret', async () => {
    const { name, page } = await signedIn('editor')
    const phone = browser()
    await phone.ask('POST', '/access/login', { name, password })
    const before = page.cookie()
    const change = { password, newPassword: 'another horse battery' }
    expect(
      (await page.ask('POST', '/access/password', { ...change, password: 'not the one it is' })).status,
    ).toBe(401)
    expect((await page.ask('POST', '/access/password', change)).status).toBe(200)
    expect((await phone.ask('GET', '/access/me')).status).toBe(401)
    expect((await page.ask('GET', '/access/me')).status).toBe(200)
    page.take(before)
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
    expect((await browser().ask('POST', '/access/login', { name, password })).status).toBe(401)
  })

  test('another role is for a new sign-in', async () => {
    const { name, page } = await signedIn('editor')
    await served.ask('PATCH', `/api/v1/users/${name}`, { role: 'sender' })
    expect((await page.ask('GET', '/access/me')).status).toBe(401)
  })
})

describe('what another site causes', () => {
  const list = { name: 'news', title: 'News' }
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 201],
  ])('%j: %d', async (headers, status) => {
    const { page } = await signedIn('owner')
    expect((await page.ask('POST', '/lists', list, headers as Record<string, string>)).status).toBe(status)
  })

  test('an origin of ours is believed where the browser says no more', async () => {
    const { page } = await signedIn('owner')
    expect((await page.ask('POST', '/lists', list, { origin: served.url })).status).toBe(201)
  })

  test('no answer lets another origin read it', async () => {
    const { page } = await signedIn('owner')
    const { headers } = await page.ask('GET', '/lists', undefined, { origin: 'https://evil.example' })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('nobody is signed in by it', async () => {
    const name = await person('owner')
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
      expect(
        (await browser().ask('POST', '/access/login', { name, password }, headers as Record<string, string>))
          .status,
      ).toBe(403)
    expect((await browser().ask('POST', '/access/login', { name, password }, {})).status).toBe(200)
  })
})

describe('a second factor', () => {
  const secretOf = (uri: string): Buffer => {
    const text = new URL(uri).searchParams.get('secret')!
    let bits = ''
    for (const letter of text)
      bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')
    return Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)))
  }
  async function enrolled() {
    const { name, page } = await signedIn('owner')
    const { uri } = (await page.ask<{ uri: string }>('POST', '/access/totp/begin', { password })).json
    expect(uri).toMatch(/^otpauth:\/\/totp\/Broadsheet:owner%40example\.org\?secret=[A-Z2-7]+&/)
    const code = () => totpCode(secretOf(uri), Math.floor(clock.now() / 30_000))
    const before = page.cookie()
    expect((await page.ask('POST', '/access/totp/confirm', { code: '000000' })).status).toBe(401)
    const confirmed = await page.ask<{ recoveryCodes: string[] }>('POST', '/access/totp/confirm', {
      code: code(),
    })
    expect(confirmed.status).toBe(200)
    expect(page.cookie()).not.toBe(before)
    return { name, page, code, recoveryCodes: confirmed.json.recoveryCodes }
  }

  test('is asked for once its first code was confirmed, and takes each code once', async () => {
    const { name, code } = await enrolled()
    const login = (more: object) => browser().ask('POST', '/access/login', { name, password, ...more })
    expect((await login({})).json).toMatchObject({ code: 'E_SECOND_FACTOR', status: 401 })
    expect((await login({ code: code() })).json).toMatchObject({ code: 'E_SIGN_IN' })
    clock.advance(30_000)
    const both = await Promise.all([login({ code: code() }), login({ code: code() })])
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401])
    const [user] = await served.store.users.byName([name])
    expect(user!.totp!.secret).toMatch(/^v1\./)
  })

  test('without the device each recovery code opens once', async () => {
    const { name, recoveryCodes } = await enrolled()
    expect(recoveryCodes).toHaveLength(10)
    const login = (code: string) => browser().ask('POST', '/access/login', { name, password, code })
    expect((await login(recoveryCodes[3]!)).status).toBe(200)
    expect((await login(recoveryCodes[3]!)).status).toBe(401)
    expect((await login(recoveryCodes[4]!)).status).toBe(200)
  })

  test('wrong codes count as wrong passwords do', async () => {
    const { name } = await enrolled()
    const login = () => browser().ask('POST', '/access/login', { name, password, code: '000000' })
    const statuses: number[] = []
    for (let index = 0; index < 6; index++) statuses.push((await login()).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test('goes with the password only, or by an owner’s reset', async () => {
    const { name, page } = await enrolled()
    expect((await page.ask('POST', '/access/totp/begin', { password })).json).toMatchObject({
      code: 'E_STATE',
    })
    expect((await page.ask('POST', '/access/totp/remove', { password: 'wrong horse battery' })).status).toBe(
      401,
    )
    expect((await page.ask('POST', '/access/totp/remove', { password })).status).toBe(204)
    expect((await browser().ask('POST', '/access/login', { name, password })).status).toBe(200)
  })
})

describe('owners', () => {
  test('invite, change, disable, reset and remove others', async () => {
    const { page } = await signedIn('owner')
    const made = await page.ask<{ user: { id: number }; invitation: Invitation }>('POST', '/users', {
      name: 'ed@example.org',
      fullName: 'Ed',
      role: 'editor',
    })
    expect(made.status).toBe(201)
    expect(made.json.user).toMatchObject({ invited: true })
    const path = `/users/${made.json.user.id}`
    await browser().ask('POST', '/access/accept', { token: made.json.invitation.token, password })
    const ed = browser()
    await ed.ask('POST', '/access/login', { name: 'ed@example.org', password })
    const reset = (await page.ask<{ invitation: Invitation }>('POST', `${path}/reset`)).json
    expect((await ed.ask('GET', '/access/me')).status).toBe(401)
    expect((await ed.ask('POST', '/access/login', { name: 'ed@example.org', password })).status).toBe(401)
    const { token } = reset.invitation
    await ed.ask('POST', '/access/accept', { token, password: 'yet another horse' })
    expect(
      (await ed.ask('POST', '/access/login', { name: 'ed@example.org', password: 'yet another horse' }))
        .status,
    ).toBe(200)
    expect((await page.ask('PATCH', path, { disabled: true })).status).toBe(200)
    expect((await ed.ask('GET', '/access/me')).status).toBe(401)
    expect((await page.ask('DELETE', '/users/ed@example.org')).status).toBe(204)
    expect((await page.ask('GET', path)).status).toBe(404)
  })

  test('the last one stays', async () => {
    const { name, page } = await signedIn('owner')
    for (const change of [{ role: 'editor' }, { disabled: true }])
      expect((await page.ask('PATCH', `/users/${name}`, change)).json).toMatchObject({ code: 'E_STATE' })
    expect((await page.ask('DELETE', `/users/${name}`)).json).toMatchObject({ code: 'E_STATE' })
    expect((await page.ask('GET', '/access/me')).status).toBe(200)
  })

  test('a key that may manage users makes nobody, and no key, that may do more than itself', async () => {
    await person('owner')
    const keyed = await served.ask<{ secret: string }>('POST', '/api/v1/keys', {
      name: 'robot',
      scopes: ['access:write', 'alerts:read', 'alerts:write', 'system:read'],
    })
    const headers = { authorization: `Bearer ${keyed.json.secret}` }
    const ask = (method: string, path: string, body?: unknown) =>
      served.ask(method, `/api/v1${path}`, body, headers)
    expect((await ask('POST', '/users', { name: 'a@example.org', role: 'owner' })).status).toBe(403)
    expect((await ask('POST', '/users', { name: 'a@example.org', role: 'alert-duty' })).status).toBe(201)
    expect((await ask('PATCH', '/users/a@example.org', { role: 'editor' })).status).toBe(403)
    expect((await ask('POST', '/users/owner@example.org/reset')).status).toBe(403)
    expect((await ask('DELETE', '/users/owner@example.org')).status).toBe(403)
    expect((await ask('POST', '/users/first')).status).toBe(403)
    expect((await ask('POST', '/keys', { name: 'more' })).status).toBe(403)
    expect((await ask('POST', '/keys', { name: 'more', scopes: ['content:read'] })).status).toBe(403)
    expect((await ask('POST', '/keys', { name: 'less', scopes: ['alerts:read'] })).status).toBe(201)
  })
})

describe('the audit log', () => {
  test('is read by filters, in pages, and as CSV', async () => {
    await person('owner')
    for (const name of ['one', 'two']) await served.ask('POST', '/api/v1/lists', { name, title: name })
    await served.ask('DELETE', '/api/v1/lists/one')
    const read = async (query: string) =>
      (await served.ask<{ data: { action: string }[]; next: string | null }>('GET', `/api/v1/audit?${query}`))
        .json
    expect((await read('action=list')).data.map(({ action }) => action)).toEqual([
      'list.remove',
      'list.create',
      'list.create',
    ])
    expect((await read('subject=list/one')).data.map(({ action }) => action)).toEqual(['list.remove'])
    expect((await read('caller=user')).data.map(({ action }) => action)).toEqual(['access.accept'])
    expect((await read('caller=local/local&action=list.create')).data).toHaveLength(2)
    const first = await read('limit=2')
    expect(first.data).toHaveLength(2)
    expect((await read(`limit=2&after=${first.next}`)).data.map(({ action }) => action)).toEqual([
      'list.create',
      'access.accept',
    ])
    const csv = await served.ask('GET', '/api/v1/audit?action=list', undefined, { accept: 'text/csv' })
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(csv.text.split('\r\n')).toHaveLength(5)
    expect(csv.text).toContain(',local/local,command line,list.remove,list/one,done,')
  })
})
