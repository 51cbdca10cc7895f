import type { DkimKey, EngineConfig } from '../config.ts'
import { domainOf } from '../model/address.ts'
import type { PublicationId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'

/** All that a render thread needs to make the letters of one publication. */
export interface RenderPlan {
  /** 0 for rehearsals (preview, preflight, test) before there is a publication. */
  readonly publicationId: PublicationId | 0
  readonly spec: PublicationSpec
  readonly publicUrl: string
  readonly secrets: readonly string[]
  readonly messageIdDomain: string
  readonly dkim: readonly DkimKey[]
  /** Mail to one person that no list sends. */
  readonly transactional: boolean
  readonly budgets: { maxLoops: number; maxOutputBytes: number; maxDepth: number; maxMs: number }
}

/** A plan as the threads share it: one copy of its JSON, however many threads and batches read it. */
export interface SharedPlan {
  /** Distinguishes plans in a thread's cache of prepared ones. */
  readonly key: string
  readonly json: SharedArrayBuffer
}

export function makePlan(
  config: EngineConfig,
  publicationId: PublicationId | 0,
  spec: PublicationSpec,
  transactional = false,
): RenderPlan {
  const { maxLoops, maxOutputBytes, maxDepth, maxMs } = config.render
  return {
    publicationId,
    spec,
    publicUrl: config.publicUrl,
    secrets: config.secrets,
    messageIdDomain: config.messageIdDomain ?? domainOf(spec.sender.address),
    dkim: config.dkim,
    transactional,
    budgets: { maxLoops, maxOutputBytes, maxDepth, maxMs },
  }
}

export function sharePlan(key: string, plan: RenderPlan): SharedPlan {
  const bytes = new TextEncoder().encode(JSON.stringify(plan))
  const json = new SharedArrayBuffer(bytes.length)
  new Uint8Array(json).set(bytes)
  return { key, json }
}

export function readPlan(shared: SharedPlan): RenderPlan {
  // TextDecoder refuses shared memory; Buffer reads it in place.
  return JSON.parse(Buffer.from(shared.json).toString('utf8')) as RenderPlan
}
