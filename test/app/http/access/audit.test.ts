import { expect, test, vi } from 'vitest'
import { createAuditLog } from '../../../../app/access/audit.ts'
import type { Log } from '../../../../engine/log.ts'
import type { AuditEntry, NewAuditEntry } from '../../../../engine/model/audit.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { openMemoryStore } from '../../../../stores/memory/open.ts'
import { createTestClock } from '../../../engine/support/clock.ts'
import { serve } from '../serve.ts'
import { keyOf } from './callers.ts'

interface Operation {
  readonly operationId?: string
  readonly 'x-broadsheet-scope': string
}

/** Their subjects keep a history of their own. */
const unwritten = ['POST /api/v1/alerts', 'POST /api/v2/alerts', 'POST /api/v1/heartbeats/{name}/beat']

const rowsOf = async (store: Store): Promise<readonly AuditEntry[]> =>
  (await store.audit.page({ before: null, limit: 1000 })).rows

test('every route that changes something leaves one row, and no other route leaves any', async () => {
  const store = openMemoryStore()
  await using served = await serve({ store })
  const { paths } = (
    await served.ask<{ paths: Record<string, Record<string, Operation>> }>('GET', '/openapi.json')
  ).json
  const asked: { readonly id: string; readonly requestId: string; readonly action: string | null }[] = []
  for (const [path, methods] of Object.entries(paths))
    for (const [name, { operationId = '', 'x-broadsheet-scope': scope }] of Object.entries(methods)) {
      const method = name.toUpperCase()
      const id = `${method} ${path}`
      if (path === '/api/v1/stream') continue
      const changes = method !== 'GET' && method !== 'HEAD' && scope !== 'public' && !scope.endsWith(':read')
      const requestId = `request-${asked.length}`
      asked.push({ id, requestId, action: changes && !unwritten.includes(id) ? operationId : null })
      await served.ask(
        method,
        path.replace(/\{[^}]+\}/g, '999999'),
        method === 'GET' || method === 'HEAD' ? undefined : '',
        {
          'x-request-id': requestId,
          'content-type': 'application/json',
        },
      )
    }
  expect(asked.filter(({ action }) => action !== null).length).toBeGreaterThan(50)
  const rows = await vi.waitFor(
    async () => {
      const found = await rowsOf(store)
      expect(found.length).toBeGreaterThanOrEqual(asked.filter(({ action }) => action !== null).length)
      return found
    },
    { timeout: 20_000, interval: 20 },
  )
  const wrong = asked.filter(({ requestId, action }) => {
    const actions = rows.filter((row) => row.requestId === requestId).map((row) => row.action)
    return actions.join(' ') !== (action ?? '')
  })
  expect(wrong).toEqual([])
  expect(new Set(rows.map(({ caller }) => `${caller.kind} ${caller.id} ${caller.name}`))).toEqual(
    new Set(['local local command line']),
  )
})

test('a row says who did what to what, and how it went, and holds nothing of a body or an address', async () => {
  await using served = await serve()
  const { store } = served
  const { key, headers } = await keyOf(store, 'shop', { scopes: ['subscribers:read', 'subscribers:write'] })
  const list = { name: 'news', title: 'canary-title' }
  const made = await served.ask<{ id: number }>('POST', '/api/v1/lists', list, headers)
  expect(made.status).toBe(201)
  expect((await served.ask('DELETE', '/api/v1/lists/news', undefined, headers)).status).toBe(204)
  await served.ask('DELETE', '/api/v1/suppressions/canary@example.org', undefined, headers)
  await served.ask('POST', '/api/v1/topics', { name: 'no', title: 'no' }, headers)
  await served.ask('POST', '/api/v1/lists', list, { authorization: 'Bearer bs_nobody' })
  const rows = await vi.waitFor(
    async () => {
      const found = await rowsOf(store)
      expect(found).toHaveLength(4)
      return found
    },
    { timeout: 20_000, interval: 20 },
  )
  const caller = { kind: 'key', id: String(key.id), name: 'shop' }
  expect(rows.map(({ id: _id, at: _at, requestId: _request, ...row }) => row)).toEqual([
    {
      caller,
      action: 'topic.create',
      subject: null,
      outcome: 'refused',
      address: '127.0.0.1',
      detail: { status: 403 },
    },
    {
      caller,
      action: 'suppression.remove',
      subject: null,
      outcome: 'refused',
      address: '127.0.0.1',
      detail: { status: 404 },
    },
    {
      caller,
      action: 'list.remove',
      subject: 'list/news',
      outcome: 'done',
      address: '127.0.0.1',
      detail: {},
    },
    {
      caller,
      action: 'list.create',
      subject: `list/${made.json.id}`,
      outcome: 'done',
      address: '127.0.0.1',
      detail: {},
    },
  ])
  expect(JSON.stringify(rows)).not.toContain('canary')
})

test('a change of access is not answered as done before it is written down', async () => {
  const store = openMemoryStore()
  const lost: string[] = []
  let full = true
  const failing: Store = {
    ...store,
    audit: {
      ...store.audit,
      append: (rows) => (full ? Promise.reject(new Error('no room')) : store.audit.append(rows)),
    },
  }
  await using served = await serve({ store: failing, log: logOf((event) => lost.push(event)) })
  const refused = await served.ask('POST', '/api/v1/keys', { name: 'one' })
  expect(refused.json).toMatchObject({ status: 503, code: 'E_STORE' })
  expect(refused.text).not.toContain('bs_')
  expect(lost).toContain('audit.lost')
  full = false
  expect((await served.ask('POST', '/api/v1/keys', { name: 'two' })).status).toBe(201)
  expect((await rowsOf(store)).map(({ action }) => action)).toEqual(['key.create'])
})

const entry = (action: string): NewAuditEntry => ({
  at: 1,
  caller: { kind: 'local', id: 'local', name: '' },
  action,
  subject: null,
  outcome: 'done',
  requestId: null,
  address: null,
  detail: {},
})
const logOf = (hear: (event: string, fields: { readonly action?: string }) => void): Log => {
  const say = (fields: object, event: string) => hear(event, fields)
  const log: Log = { debug: say, info: say, warn: say, error: say, child: () => log }
  return log
}

test('what the store does not take is tried again, in its order', async () => {
  const store = openMemoryStore()
  const clock = createTestClock()
  const said: string[] = []
  let full = true
  const audit = createAuditLog(
    {
      ...store.audit,
      append: (rows) => (full ? Promise.reject(new Error('no room')) : store.audit.append(rows)),
    },
    clock,
    logOf((event) => said.push(event)),
  )
  for (const action of ['a.one', 'a.two']) audit.note(entry(action))
  clock.advance(500)
  await vi.waitFor(() => expect(said).toEqual(['audit.not_written']), { timeout: 5000, interval: 5 })
  full = false
  audit.note(entry('a.three'))
  await vi.waitFor(
    async () => {
      clock.advance(1000)
      expect((await rowsOf(store)).map(({ action }) => action)).toEqual(['a.three', 'a.two', 'a.one'])
    },
    { timeout: 5000, interval: 5 },
  )
})

test('what cannot be written before the end is told to the log, row by row', async () => {
  const store = openMemoryStore()
  const said: string[] = []
  const audit = createAuditLog(
    { ...store.audit, append: () => Promise.reject(new Error('no room')) },
    createTestClock(),
    logOf((event, { action }) => said.push(`${event} ${action}`)),
  )
  audit.note(entry('a.one'))
  audit.note(entry('a.two'))
  await audit.close()
  expect(said.filter((line) => line.startsWith('audit.lost'))).toEqual([
    'audit.lost a.one',
    'audit.lost a.two',
  ])
})
