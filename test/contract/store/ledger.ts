import { describe } from 'vitest'
import type { OpenStore } from './fixtures.ts'
import { testIntend } from './ledger-intend.ts'
import { testLease } from './ledger-lease.ts'
import { testOnceKeys } from './ledger-once.ts'
import { testRetry } from './ledger-retry.ts'
import { testSettle } from './ledger-settle.ts'

export function testLedger(open: OpenStore): void {
  describe('ledger', () => {
    testLease(open)
    testIntend(open)
    testSettle(open)
    testOnceKeys(open)
    testRetry(open)
  })
}
