import { describe } from 'vitest'
import type { OpenStore } from '../fixtures.ts'
import { testIntend } from './intend.ts'
import { testLease } from './lease.ts'
import { testOnceKeys } from './once.ts'
import { testRetry } from './retry.ts'
import { testSettle } from './settle.ts'

export function testLedger(open: OpenStore): void {
  describe('ledger', () => {
    testLease(open)
    testIntend(open)
    testSettle(open)
    testOnceKeys(open)
    testRetry(open)
  })
}
