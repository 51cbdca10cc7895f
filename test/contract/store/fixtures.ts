import { afterAll, beforeAll, expect } from 'vitest'
import type { DeliveryCounts } from '../../../engine/model/delivery.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'

export * from './scene.ts'

/** An empty store of the kind under test, and what ends it. */
export type OpenStore = () => Promise<{ readonly store: Store; readonly close: () => Promise<void> }>

/** One store for the tests of a port: each test makes names of its own. */
export function useStore<S = Store>(
  open: () => Promise<{ readonly store: S; readonly close: () => Promise<void> }>,
): () => S {
  let opened: Awaited<ReturnType<typeof open>> | undefined
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(async () => {
    await opened?.close()
  })
  return () => {
    if (opened === undefined) throw new Error('the store is not open yet')
    return opened.store
  }
}

/** Identity I. */
export function expectIdentity(counts: DeliveryCounts): void {
  const { audience, ...states } = counts
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(audience)
  for (const count of Object.values(states)) expect(count).toBeGreaterThanOrEqual(0)
}

/** The counts of a run that are not 0, identity checked. */
export async function countsOf(store: Store, id: PublicationId): Promise<Partial<DeliveryCounts>> {
  const counts = await store.deliveries.counts(id)
  expectIdentity(counts)
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
