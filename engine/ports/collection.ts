import type { EpochMs, Page } from '../model/ids.ts'

/** What every kept document has. `name` is unique within its collection. */
export interface Kept {
  readonly id: number
  readonly name: string
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
export type Unkept<T extends Kept> = Omit<T, keyof Kept> & { readonly name: string }

/** Small named documents: lists, topics, segments, templates, API keys. Thousands at most, so a page may be scanned.
 *  Invariants: ids rise and are never reused; `version` starts at 1 and rises by 1 with each update;
 *  a write that resolves is durable. */
export interface Collection<T extends Kept> {
  /** Rejects with E_EXISTS when the name is taken. */
  insert(doc: Unkept<T>, now: EpochMs): Promise<T>
  /** Replace all but the kept fields. Rejects with E_NOT_FOUND, with E_CONFLICT when `version` is not
   *  the present one, with E_EXISTS when the new name is another's. */
  update(id: T['id'], version: number, doc: Unkept<T>, now: EpochMs): Promise<T>
  get(id: T['id']): Promise<T | null>
  byName(names: readonly string[]): Promise<readonly T[]>
  /** In id order. */
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<T>>
  /** False when there was none. */
  remove(id: T['id']): Promise<boolean>
}

/** A collection that keeps who wrote what: `author` by the name that the audit log has. Others leave it unheard. */
export interface Authored<T extends Kept> extends Collection<T> {
  insert(doc: Unkept<T>, now: EpochMs, author?: string): Promise<T>
  update(id: T['id'], version: number, doc: Unkept<T>, now: EpochMs, author?: string): Promise<T>
}
