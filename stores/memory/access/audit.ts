import type { AuditEntry } from '../../../engine/model/audit.ts'
import type { AuditId } from '../../../engine/model/ids.ts'
import type { AuditQuery, AuditStore } from '../../../engine/ports/access.ts'
import { isActionOf } from '../../rules/access.ts'
import { pageOf } from '../../rules/page.ts'

const fits = (entry: AuditEntry, { before, from, until, caller, action, subject }: AuditQuery): boolean =>
  (before === null || entry.id < before) &&
  (from === undefined || entry.at >= from) &&
  (until === undefined || entry.at < until) &&
  (caller === undefined ||
    (entry.caller.kind === caller.kind && (caller.id === undefined || entry.caller.id === caller.id))) &&
  (action === undefined || isActionOf(entry.action, action)) &&
  (subject === undefined || entry.subject === subject)

export function createAudit(): AuditStore {
  let entries: AuditEntry[] = []
  let lastId = 0
  return {
    async append(added) {
      for (const entry of added) {
        lastId += 1
        entries.push({ ...structuredClone(entry), id: lastId as AuditId })
      }
    },
    async page(query) {
      const rows = entries.filter((entry) => fits(entry, query)).reverse()
      return pageOf(rows.slice(0, query.limit + 1), query.limit, ({ id }) => id)
    },
    async sweep({ before, limit }) {
      const old = new Set(entries.filter(({ at }) => at < before).slice(0, limit))
      entries = entries.filter((entry) => !old.has(entry))
      return old.size
    },
  }
}
