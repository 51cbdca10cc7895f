import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { startPostgres } from '../app/demo/servers/postgres.ts'
import type { PublicationId } from '../engine/model/ids.ts'
import type { Settlement } from '../engine/ports/ledger.ts'
import type { Store } from '../engine/ports/store.ts'
import { openStore } from '../stores/open.ts'
import { intent, newList, now, settlement, startRun } from '../test/contract/store/scene.ts'
import { type Report, round } from './figure.ts'
import { makeFolder } from './newsroom.ts'

const lanes = 4
const leaseMs = 60_000
const picks = new Uint8Array(24).fill(7)

/** What the books cost a letter: permission before it, its outcome after it, on a disk that is waited for. */
export async function benchLedger(report: Report, { recipients = 60_000 } = {}): Promise<void> {
  const { file, remove } = makeFolder()
  mkdirSync(dirname(file), { recursive: true })
  // As a server of its own has it, but for the test server's carelessness.
  const settings = { fsync: 'on', synchronous_commit: 'on', shared_buffers: '512MB', max_wal_size: '2GB' }
  const server = await startPostgres({ settings })
  const rates: { [name: string]: number } = {}
  for (const [name, url] of [
    ['SQLite', `sqlite:${file}`],
    ['Postgres', server.url],
  ] as const) {
    const store = await openStore(url)
    await store.maintain(now)
    const list = await fill(store, recipients)
    for (const batch of [100, 500]) {
      const id = await startRun(store, { listIds: [list] })
      for (let done = false; !done; )
        ({ done } = await store.ledger.plan(id, { chunkSize: 1000, maxChunks: 64 }))
      const ms = await work(store, id, batch)
      rates[`${name} ${batch}`] = (recipients / ms) * 1000
      const counts = await store.deliveries.counts(id)
      if (counts.sent !== recipients) throw new Error(`${counts.sent} of ${recipients} are sent`)
    }
    await store.close()
  }
  for (const batch of [100, 500]) {
    const [sqlite, postgres] = [rates[`SQLite ${batch}`]!, rates[`Postgres ${batch}`]!]
    const what = `ledger, ${lanes} lanes, batches of ${batch}`
    const unit = 'recipients/s'
    report({ name: `${what}: SQLite`, value: round(sqlite), unit, peer: null, ratio: null })
    report({
      name: `${what}: Postgres`,
      value: round(postgres),
      unit,
      peer: 'SQLite',
      ratio: round(postgres / sqlite, 2),
    })
  }
  await server.drop()
  remove()
}

async function fill(store: Store, people: number) {
  const list = await newList(store)
  for (let from = 0; from < people; from += 1000) {
    const rows = Array.from({ length: Math.min(1000, people - from) }, (_, i) => ({
      address: `person${from + i}@example${(from + i) % 50}.org`,
      name: `Person ${from + i}`,
      attributes: { plan: (from + i) % 4 },
    }))
    await store.subscribers.upsert(rows, { lists: [list], now })
  }
  return list
}

/** How long all lanes take with everything that is due. */
async function work(store: Store, publicationId: PublicationId, batch: number): Promise<number> {
  const due = await store.ledger.due({ now, limit: 1_000_000 })
  const todo = due.filter((chunk) => chunk.publicationId === publicationId)
  const lane = async (owner: string) => {
    for (let ref = todo.shift(); ref !== undefined; ref = todo.shift()) {
      const lease = await store.ledger.lease(ref, { owner, leaseMs, now })
      if (lease === null) throw new Error(`chunk ${ref.seq} is not to be had`)
      for (let at = 0; at < lease.work.length; at += batch) {
        const ids = lease.work.slice(at, at + batch).map(({ subscriberId }) => subscriberId)
        const permission = await store.ledger.intend(
          lease,
          ids.map((id) => intent(id, { picks })),
          { leaseMs, now, caps: { maxPerDay: null, maxPerWeek: null } },
        )
        if (permission.status !== 'granted') throw new Error(permission.status)
        await store.ledger.settle(lease, permission.granted.map(sent), now)
      }
      await store.ledger.release(lease, { notBefore: null })
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: lanes }, (_, i) => lane(`lane ${i}`)))
  return performance.now() - start
}

/** As servers say it: with the name that the letter has there. */
const sent = (id: Settlement['subscriberId']): Settlement =>
  settlement(id, 'sent', {
    code: '250 2.0.0',
    detail: `Ok: queued as ${(id * 7919).toString(36).toUpperCase()}`,
  })

if (import.meta.main) {
  const recipients = Number(process.argv[2] ?? 60_000)
  await benchLedger((figure) => console.log(JSON.stringify(figure)), { recipients })
}
