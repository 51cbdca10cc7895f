import { Client, Pool, types } from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'
import { makeDatabase } from './database.ts'

// What does not wait by then waits for nothing.
const waitMs = 30_000

export interface Nodes {
  readonly url: string
  /** Two that share the database, each with connections of its own. */
  readonly a: Store
  readonly b: Store
  /** A look past them, on a connection of its own. */
  rows<R>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** Hold what this statement locks until the returned function is called. */
  gate(text: string, values?: readonly unknown[]): Promise<() => Promise<void>>
  /** Until so many wait for locks. */
  waiting(count: number): Promise<void>
}

/** Two stores over one database, for the tests of a file. */
export function useNodes(): () => Nodes {
  let nodes: Nodes | undefined
  let close = async () => {}
  beforeAll(async () => {
    const { url, drop } = await makeDatabase()
    const [a, b] = [await openStore(url), await openStore(url)]
    const own = new Pool(optionsOf(url))
    // Its end does not wait until its connections are gone: the drop may be what ends them.
    own.on('error', () => {})
    const gates: Client[] = []
    const rows = async <R>(text: string, values: readonly unknown[] = []) =>
      (await own.query(text, [...values])).rows as R[]
    nodes = {
      url,
      a,
      b,
      rows,
      async gate(text, values = []) {
        const client = await connected(url)
        gates.push(client)
        await client.query('BEGIN')
        await client.query(text, [...values])
        return async () => {
          await client.query('COMMIT')
        }
      },
      waiting: (count) =>
        expect
          .poll(
            async () => {
              const [row] = await rows<{ count: number }>(
                `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
              )
              return row?.count ?? 0
            },
            { timeout: waitMs },
          )
          .toBeGreaterThanOrEqual(count),
    }
    close = async () => {
      await own.end()
      for (const client of gates) await client.end()
      for (const store of [a, b]) await store.close()
      await drop()
    }
  })
  afterAll(() => close())
  return () => {
    if (nodes === undefined) throw new Error('the stores are not open yet')
    return nodes
  }
}

async function connected(url: string): Promise<Client> {
  const client = new Client(optionsOf(url))
  await client.connect()
  return client
}

const int8 = 20
const optionsOf = (url: string) => ({
  connectionString: url,
  types: { getTypeParser: ((oid: number) => (oid === int8 ? Number : types.getTypeParser(oid))) as never },
})
