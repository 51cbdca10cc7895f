import type { Proof } from '../model/consent.ts'
import type { EpochMs, ImportId, Json, ListId, Page } from '../model/ids.ts'
import type { ItemInput } from '../model/item.ts'
import type { MergeRule, SubscriberRow, SuppressionReason } from './subscribers.ts'

export const importKinds = ['subscribers', 'items', 'suppressions'] as const
export type ImportKindName = (typeof importKinds)[number]

/** `interrupted`: its sender or the daemon went away in the middle; it can be resumed. */
export const importStates = ['running', 'interrupted', 'failed', 'finished'] as const
export type ImportState = (typeof importStates)[number]

/** One import, and how far it is. rows = created + updated + unchanged + rejected. */
export interface ImportJob {
  readonly id: ImportId
  readonly kind: ImportKindName
  readonly state: ImportState
  /** Of the file, where it was said. */
  readonly name: string | null
  /** Mapping, lists, merge rule ...: a resumed import has to ask for the same. */
  readonly settings: Json
  readonly rows: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly rejected: number
  /** The committed rows came from the first `bytes` bytes of the file; `digest` is their SHA-256 in hex. */
  readonly bytes: number
  readonly digest: string
  /** Why it failed. */
  readonly detail: string | null
  /** What the end of it reported: columns, first rejects. Null before. */
  readonly report: Json
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export interface ImportCounts {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
}

export type ImportBatch =
  | {
      readonly kind: 'subscribers'
      readonly rows: readonly SubscriberRow[]
      readonly lists: readonly ListId[]
      readonly merge: MergeRule
      readonly proof: Proof
    }
  | { readonly kind: 'items'; readonly rows: readonly ItemInput[] }
  | {
      readonly kind: 'suppressions'
      readonly rows: readonly {
        readonly address: string
        readonly reason: SuppressionReason
        readonly detail: string | null
      }[]
    }

/** Where an import is behind a batch. */
export interface ImportStep {
  /** `rows` of the job before this batch. */
  readonly after: number
  /** Rows of the file that this batch settles, rejected ones included. */
  readonly rows: number
  readonly rejected: number
  readonly bytes: number
  readonly digest: string
}

/** Imports that can be taken up again. Invariant: a batch and the position behind it are one transaction, so that after
 *  a crash exactly the rows up to the position are stored. */
export interface ImportStore {
  begin(input: {
    readonly kind: ImportKindName
    readonly name: string | null
    readonly settings: Json
    readonly now: EpochMs
  }): Promise<ImportJob>
  /** At most 1,000 rows, none where all were rejected; as the `upsert` or `add` of its kind. Rejects with E_CONFLICT when the
   *  job is not running at `after`: somebody else took it up. */
  commit(id: ImportId, step: ImportStep, batch: ImportBatch, now: EpochMs): Promise<ImportCounts>
  end(
    id: ImportId,
    end: {
      readonly state: Exclude<ImportState, 'running'>
      readonly detail: string | null
      readonly report: Json
    },
    now: EpochMs,
  ): Promise<void>
  /** Make it `running` again, whatever it was but `finished`: null then, and when there is none. */
  resume(id: ImportId, now: EpochMs): Promise<ImportJob | null>
  get(id: ImportId): Promise<ImportJob | null>
  /** In id order. */
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<ImportJob>>
}
