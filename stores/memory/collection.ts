import type { EpochMs } from '../../engine/model/ids.ts'
import type { Collection, Kept, Unkept } from '../../engine/ports/collection.ts'
import { pageOf } from '../rules/page.ts'
import { nameTaken, noSuch, versionMoved } from '../rules/refusals.ts'

export interface MemoryCollection<T extends Kept> extends Collection<T> {
  readonly docs: ReadonlyMap<T['id'], T>
}

/** `what` names a document in refusals; `onRemove` ends what hangs on it. */
export function createCollection<T extends Kept>(
  what: string,
  onRemove: (id: T['id']) => void = () => {},
): MemoryCollection<T> {
  const docs = new Map<T['id'], T>()
  const names = new Map<string, T['id']>()
  let lastId = 0

  const kept = (doc: Unkept<T>, id: number, version: number, createdAt: EpochMs, updatedAt: EpochMs): T =>
    ({ ...structuredClone(doc), id, version, createdAt, updatedAt }) as unknown as T

  const put = (doc: T) => {
    docs.set(doc.id, doc)
    names.set(doc.name, doc.id)
    return doc
  }

  return {
    docs,
    async insert(doc, now) {
      if (names.has(doc.name)) throw nameTaken(what, doc.name)
      lastId += 1
      return put(kept(doc, lastId, 1, now, now))
    },
    async update(id, version, doc, now) {
      const present = docs.get(id)
      if (present === undefined) throw noSuch(what, id)
      if (present.version !== version) throw versionMoved(what, id, version, present.version)
      const holder = names.get(doc.name)
      if (holder !== undefined && holder !== id) throw nameTaken(what, doc.name)
      names.delete(present.name)
      return put(kept(doc, id, version + 1, present.createdAt, now))
    },
    async get(id) {
      return docs.get(id) ?? null
    },
    async byName(wanted) {
      const ids = new Set(wanted.map((name) => names.get(name)))
      return [...docs.values()].filter((doc) => ids.has(doc.id))
    },
    async page({ after, limit }) {
      const rows = [...docs.values()].filter((doc) => doc.id > after).slice(0, limit + 1)
      return pageOf(rows, limit, (doc) => doc.id)
    },
    async remove(id) {
      const present = docs.get(id)
      if (present === undefined) return false
      docs.delete(id)
      names.delete(present.name)
      onRemove(id)
      return true
    },
  }
}
