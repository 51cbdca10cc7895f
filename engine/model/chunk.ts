import type { EpochMs, PublicationId, SubscriberId } from './ids.ts'

/** open: has recipients nobody worked yet. waiting: only retries are left, the first due at `dueAt`.
 *  leased: a lane works it. done: every recipient has a final row. */
export const chunkStates = ['open', 'leased', 'waiting', 'done'] as const
export type ChunkState = (typeof chunkStates)[number]

export interface ChunkRef {
  readonly publicationId: PublicationId
  readonly seq: number
}

/** The right to work a chunk. Every later write names it and is refused once a newer epoch exists. */
export interface ChunkLease extends ChunkRef {
  readonly owner: string
  readonly epoch: number
}

/** One recipient still to be worked. */
export interface ChunkWork {
  readonly subscriberId: SubscriberId
  /** The attempt that comes next: 1 where there is no row yet. */
  readonly attempt: number
}

export interface LeasedChunk extends ChunkLease {
  /** In id order; first the recipients without a row, and the retries that are due. */
  readonly work: readonly ChunkWork[]
  /** Rows found `handing` from an earlier epoch, now `unknown` or `retry` by the publication's policy. */
  readonly recovered: number
}

/** How far the cutting of an audience into chunks has come. */
export interface PlanProgress {
  readonly chunks: number
  readonly recipients: number
  readonly done: boolean
}

export interface DueChunk extends ChunkRef {
  readonly dueAt: EpochMs
}
