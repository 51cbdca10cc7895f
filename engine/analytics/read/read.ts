import type { ReadClass } from '../../model/event.ts'
import type { EpochMs } from '../../model/ids.ts'

/** The request that opened or clicked, as much of it as tells who made it. */
export interface Visit {
  readonly at: EpochMs
  readonly method: 'GET' | 'HEAD'
  /** An IPv4 or IPv6 address. */
  readonly ip: string
  /** `User-Agent`; '' where there was none. */
  readonly agent: string
  /** By lower-case name, as Node.js gives them. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
}

/** An open or a click, with what is known about its letter. */
export interface Read extends Visit {
  readonly type: 'opened' | 'clicked'
  /** Of clicks: the link's number; null where nobody can see the link, and only machines follow it. */
  readonly link: number | null
  /** How many links the publication has; 0 where that is not known. */
  readonly links: number
  /** When the letter was handed over; null where that is not known, or long ago. */
  readonly sentAt: EpochMs | null
}

/** What the same person did with the same publication shortly before, in the order it came. */
export interface EarlierRead {
  readonly at: EpochMs
  readonly type: 'opened' | 'clicked'
  readonly link: number | null
  readonly class: ReadClass
  readonly reason: ReadReason
  readonly ip: string
  readonly agent: string
}

export interface Verdict {
  readonly class: ReadClass
  /** One word, as events carry it. */
  readonly reason: ReadReason
  /** Places in `earlier` of those that are now seen to have been machines, too. */
  readonly revises: readonly number[]
}

/** Why a read has its class; docs/analytics.md says each in a sentence. */
export const readReasons = [
  'agent',
  'browser',
  'burst',
  'datacentre',
  'head',
  'headers',
  'hidden',
  'instant',
  'mpp',
  'network',
  'preview',
  'program',
  'proxy',
  'silent',
  'tool',
] as const
export type ReadReason = (typeof readReasons)[number]
