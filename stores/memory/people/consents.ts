import type { ConsentStore } from '../../../engine/ports/consents.ts'
import { pageOf } from '../../rules/page.ts'
import { appendConsent, type MemoryState } from '../state.ts'

export function createConsents(state: MemoryState): ConsentStore {
  return {
    async append(consents) {
      for (const consent of consents) appendConsent(state, consent)
    },
    async page({ subscriberId, after, limit }) {
      const rows = (state.consents.get(subscriberId) ?? []).slice(after, after + limit + 1)
      return pageOf(rows, limit, (row) => row.seq)
    },
    async forget({ before, limit }) {
      let count = 0
      for (const [id, known] of state.consents) {
        const next = known.map((row) => {
          if (count === limit || row.at >= before || (row.ip === null && row.userAgent === null)) return row
          count += 1
          return { ...row, ip: null, userAgent: null }
        })
        state.consents.set(id, next)
      }
      return count
    },
  }
}
