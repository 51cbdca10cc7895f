import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { openStore } from '../../../stores/open.ts'
import { longMs, now } from '../../contract/store/scene.ts'
import { linesUntil, startChild } from '../support/child.ts'
import { tempFolder } from '../support/folder.ts'

describe('a store whose process was killed', () => {
  test('has all that was acknowledged, and what was in flight is settled by the policy at once', async () => {
    const file = join(tempFolder(), 'store.db')
    const acknowledged: string[] = []
    for (const round of [1, 2, 3]) {
      const child = startChild('./write-until-killed.ts', [file, String(round)])
      const lines = await linesUntil(child, `acknowledged kept-${round}-${40 * round}@`)
      const [, leasedId = '0', epoch = '0'] = (lines[0] ?? '').split(' ')
      await child.kill()
      // What it said between being read and being killed counts as well.
      for (let line = await child.line(); line !== null; line = await child.line()) lines.push(line)
      const addresses = lines
        .filter((line) => line.startsWith('acknowledged '))
        .map((line) => line.split(' ')[1] ?? '')
      acknowledged.push(...addresses)
      expect(addresses.length).toBeGreaterThan(10)

      const store = await openStore(`sqlite:${file}`)
      try {
        for (const address of acknowledged)
          expect(await store.subscribers.byAddress(address), address).not.toBeNull()
        const id = Number(leasedId) as PublicationId
        const due = await store.ledger.due({ now, limit: 100 })
        expect(due.filter((chunk) => chunk.publicationId === id).map((chunk) => chunk.seq)).toEqual([0, 1])
        // The lease of the dead process is void, whoever still holds on to it.
        const old = { publicationId: id, seq: 0, owner: 'child', epoch: Number(epoch) }
        expect(await store.ledger.settle(old, [], now)).toEqual({ status: 'stale' })
        const lease = await store.ledger.lease(old, { owner: 'next', leaseMs: longMs, now })
        expect(lease).toMatchObject({ recovered: 4, epoch: Number(epoch) + 1 })
        expect(lease?.work).toHaveLength(6)
        expect(await store.deliveries.counts(id)).toMatchObject({ audience: 20, unknown: 4, queued: 16 })
        const [first] = lease?.work ?? []
        expect(first?.subscriberId as SubscriberId).toBeGreaterThan(0)
      } finally {
        await store.close()
      }
    }
  })
})
