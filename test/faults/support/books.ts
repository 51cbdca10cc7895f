import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../../../app/cli/daemon/client.ts'
import { lines } from '../../../app/cli/daemon/streams.ts'
import type { DeliveryCounts, DeliveryState } from '../../../engine/model/delivery.ts'
import type { SubscriberId } from '../../../engine/model/ids.ts'
import type { Progress } from '../../../engine/model/progress.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { openStore } from '../../../stores/open.ts'
import type { House } from './house.ts'

/** A row of the ledger, by its recipient. */
export interface Row {
  readonly address: string
  readonly state: DeliveryState
  readonly attempt: number
  readonly uncertain: number
  readonly code: string | null
  readonly detail: string | null
}

/** What the ledger says of one campaign: its counters, and its rows one by one. */
export interface Books {
  readonly counts: DeliveryCounts
  readonly rows: readonly Row[]
}

/** As a running daemon tells. */
export async function booksOf(client: Client, campaign: string): Promise<Books> {
  const { counts } = await client.get<Progress>(`/campaigns/${campaign}/progress`)
  const rows: Row[] = []
  const stream = await client.download(`/campaigns/${campaign}/deliveries`, {}, 'application/x-ndjson')
  for await (const line of lines(stream)) rows.push(JSON.parse(line) as Row)
  return { counts, rows }
}

/** As they lie in a store. */
export async function booksIn(store: Store, campaign: string): Promise<Books> {
  const { publicationId } = (await store.campaigns.byName(campaign))!
  const rows: Row[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<Store['deliveries']['page']>> = await store.deliveries.page({
      publicationId: publicationId!,
      after,
      limit: 1000,
    })
    const people = await store.subscribers.get(page.rows.map(({ subscriberId }) => subscriberId))
    const addresses = new Map<SubscriberId, string>(people.map(({ id, address }) => [id, address]))
    for (const row of page.rows) rows.push({ ...row, address: addresses.get(row.subscriberId)! })
    after = page.next
  }
  return { counts: await store.deliveries.counts(publicationId!), rows }
}

/** As a daemon that is gone left them on the disk. */
export const booksLeft = (house: House, campaign: string): Promise<Books> =>
  readLeft(house, (store) => booksIn(store, campaign))

/** What a daemon that is gone left on the disk. Reads a copy: the file stays as the fault left it. */
export async function readLeft<T>(house: House, read: (store: Store) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-books-'))
  try {
    const file = join(folder, 'copy.db')
    copyFileSync(house.database, file)
    if (existsSync(`${house.database}-wal`)) copyFileSync(`${house.database}-wal`, `${file}-wal`)
    const store = await openStore(`sqlite:${file}`)
    try {
      return await read(store)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
