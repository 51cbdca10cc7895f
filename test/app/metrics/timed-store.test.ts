import { Registry } from 'prom-client'
import { expect, test, vi } from 'vitest'
import { storeTimer, timePorts } from '../../../app/metrics/timed-store.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { openStore } from '../../../stores/open.ts'
import { testLedgerModel, testStore } from '../../contract/store/index.ts'

const open = async () => {
  const opened = await openStore('memory:')
  const store = timePorts(opened.kind, opened, storeTimer(new Registry()))
  return { store, close: () => store.close() }
}

testStore('memory, timed', open)
testLedgerModel('memory, timed', open, 50)

test('each call is told once it has ended, by port and method', async () => {
  const told: string[] = []
  const timer = storeTimer(new Registry())
  const gate = Promise.withResolvers<number>()
  const ports = timePorts(
    'here',
    { kind: 'here', ledger: { lease: () => gate.promise }, reports: { events: { page: async () => 2 } } },
    { ...timer, ended: (store, query) => told.push(`${store} ${query}`) },
  )
  const leased = ports.ledger.lease()
  expect(await ports.reports.events.page()).toBe(2)
  expect(told).toEqual(['here reports.events.page'])
  gate.resolve(1)
  expect(await leased).toBe(1)
  expect(told).toEqual(['here reports.events.page', 'here ledger.lease'])
  expect(ports.kind).toBe('here')
})

test('a crowd that waits is seen, a few calls and reports are not', async () => {
  const timer = storeTimer(new Registry())
  const gate = Promise.withResolvers<number>()
  const ask = () => gate.promise
  const ports = timePorts('here', { lists: { get: ask }, reports: { lists: { get: ask } } }, timer)
  const calls = Array.from({ length: 7 }, () => ports.lists.get())
  calls.push(...Array.from({ length: 20 }, () => ports.reports.lists.get()))
  await new Promise((resolve) => setImmediate(resolve))
  expect(timer.waitingMs()).toBe(0)
  calls.push(ports.lists.get())
  await vi.waitFor(() => expect(timer.waitingMs()).toBeGreaterThan(0), { timeout: 10_000, interval: 1 })
  gate.resolve(1)
  await Promise.all(calls)
  expect(timer.waitingMs()).toBe(0)
})

test('what is lost is counted, what is refused is not, and both reject as they did', async () => {
  const registry = new Registry()
  const lost = new BroadsheetError('E_STORE', 'gone')
  const refused = new BroadsheetError('E_CONFLICT', 'somebody was faster')
  const ports = timePorts(
    'here',
    { lists: { insert: () => Promise.reject(lost), update: () => Promise.reject(refused) } },
    storeTimer(registry),
  )
  await expect(ports.lists.insert()).rejects.toBe(lost)
  await expect(ports.lists.update()).rejects.toBe(refused)
  const text = await registry.metrics()
  expect(text).toContain('broadsheet_store_errors_total{store="here",code="E_STORE"} 1\n')
  expect(text).not.toContain('E_CONFLICT')
  expect(text).toContain('broadsheet_store_seconds_count{store="here",query="lists.update"} 1\n')
})
