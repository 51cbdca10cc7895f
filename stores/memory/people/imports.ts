import type { ImportId } from '../../../engine/model/ids.ts'
import type { ImportBatch, ImportCounts, ImportJob, ImportStore } from '../../../engine/ports/imports.ts'
import type { ItemStore } from '../../../engine/ports/items.ts'
import type { SubscriberStore, SuppressionStore } from '../../../engine/ports/subscribers.ts'
import { countOutcomes, notAt } from '../../rules/import.ts'
import { pageOf } from '../../rules/page.ts'

export function createImports(ports: {
  readonly subscribers: Pick<SubscriberStore, 'upsert'>
  readonly items: Pick<ItemStore, 'upsert'>
  readonly suppressions: Pick<SuppressionStore, 'add'>
}): ImportStore {
  const jobs = new Map<ImportId, ImportJob>()

  const write = async (batch: ImportBatch, now: number): Promise<ImportCounts> => {
    switch (batch.kind) {
      case 'subscribers':
        return countOutcomes(await ports.subscribers.upsert(batch.rows, { ...batch, now }))
      case 'items':
        return countOutcomes(await ports.items.upsert(batch.rows, now))
      case 'suppressions': {
        const created = await ports.suppressions.add(batch.rows, now)
        return { created, updated: 0, unchanged: batch.rows.length - created }
      }
    }
  }

  return {
    async begin({ kind, name, settings, now }) {
      const id = (jobs.size + 1) as ImportId
      const job: ImportJob = {
        id,
        kind,
        name,
        state: 'running',
        settings: structuredClone(settings),
        rows: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        rejected: 0,
        bytes: 0,
        digest: '',
        detail: null,
        report: null,
        createdAt: now,
        updatedAt: now,
      }
      jobs.set(id, job)
      return job
    },
    async commit(id, { after, rows, rejected, bytes, digest }, batch, now) {
      const at = jobs.get(id)
      if (at === undefined || at.state !== 'running' || at.rows !== after) throw notAt(id, after)
      // The position first: whoever commits at the same place meanwhile is refused.
      const moved = {
        ...at,
        rows: at.rows + rows,
        rejected: at.rejected + rejected,
        bytes,
        digest,
        updatedAt: now,
      }
      jobs.set(id, moved)
      const counts = await write(batch, now).catch((error: unknown) => {
        jobs.set(id, at)
        throw error
      })
      jobs.set(id, {
        ...moved,
        created: at.created + counts.created,
        updated: at.updated + counts.updated,
        unchanged: at.unchanged + counts.unchanged,
      })
      return counts
    },
    async end(id, { state, detail, report }, now) {
      const job = jobs.get(id)
      if (job !== undefined)
        jobs.set(id, { ...job, state, detail, report: structuredClone(report), updatedAt: now })
    },
    async resume(id, now) {
      const job = jobs.get(id)
      if (job === undefined || job.state === 'finished') return null
      const running: ImportJob = { ...job, state: 'running', detail: null, updatedAt: now }
      jobs.set(id, running)
      return running
    },
    async get(id) {
      return jobs.get(id) ?? null
    },
    async page({ after, limit }) {
      const rows = [...jobs.values()].filter((job) => job.id > after).slice(0, limit + 1)
      return pageOf(rows, limit, (job) => job.id)
    },
  }
}
