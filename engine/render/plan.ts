import { assetsUrl, createRewrite } from '../compose/asset-urls.ts'
import type { DkimKey, EngineConfig } from '../config.ts'
import { domainOf } from '../model/address.ts'
import type { PublicationId } from '../model/ids.ts'
import type { PublicationSpec } from '../model/publication.ts'
import type { SharedModel } from '../personalise/model/shared.ts'
import type { TrackingPlan } from './tracking.ts'

/** All that a render thread needs to make the letters of one publication. */
export interface RenderPlan {
  /** 0 for rehearsals (preview, preflight, test) before there is a publication. */
  readonly publicationId: PublicationId | 0
  readonly spec: PublicationSpec
  readonly publicUrl: string
  /** What addresses of assets begin with. */
  readonly assetsUrl: string
  readonly secrets: readonly string[]
  readonly messageIdDomain: string
  readonly dkim: readonly DkimKey[]
  /** Mail to one person that no list sends. */
  readonly transactional: boolean
  /** Null: no letter is tracked, whatever its reader says. */
  readonly tracking: TrackingPlan | null
  readonly budgets: { maxLoops: number; maxOutputBytes: number; maxDepth: number; maxMs: number }
}

/** A plan as the threads share it: one copy of its JSON, however many threads and batches read it. */
export interface SharedPlan {
  /** Distinguishes plans in a thread's cache of prepared ones. */
  readonly key: string
  readonly json: SharedArrayBuffer
  /** Weights that its readers' items are ranked by. */
  readonly model: SharedModel | null
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
    assetsUrl: assetsUrl(config),
    secrets: config.secrets,
    messageIdDomain: config.messageIdDomain ?? domainOf(spec.sender.address),
    dkim: config.dkim,
    transactional,
    tracking: publicationId === 0 || transactional ? null : trackingPlan(config.tracking, spec),
    budgets: { maxLoops, maxOutputBytes, maxDepth, maxMs },
  }
}

function trackingPlan(
  { unknown, hiddenLink }: EngineConfig['tracking'],
  { tracking }: PublicationSpec,
): TrackingPlan | null {
  if (tracking === undefined || !(tracking.links || tracking.opens)) return null
  return { ...tracking, unknown: unknown === 'track', hiddenLink }
}

/** Whatever in it says the address of an asset (sources, pictures of items, the campaign's data) says from here on where it is
 *  served now: once a plan, and never a letter. */
export const sharePlan = (key: string, plan: RenderPlan, model: SharedModel | null = null): SharedPlan => ({
  key,
  json: share(plan, createRewrite(plan.publicUrl, plan.assetsUrl)),
  model,
})

export const readPlan = ({ json }: SharedPlan): RenderPlan => read(json) as RenderPlan

/** The only links that the letters of a publication may hold tracked, as the threads share them. */
export type SharedLinks = SharedArrayBuffer
type LinkNames = readonly { readonly key: string; readonly url: string }[]

export const shareLinks = (links: LinkNames): SharedLinks =>
  share(links.map(({ key, url }) => ({ key, url })))
export const readLinks = (links: SharedLinks): LinkNames => read(links) as LinkNames

function share(value: unknown, rewrite: ((text: string) => string) | null = null): SharedArrayBuffer {
  const text = JSON.stringify(value)
  const bytes = new TextEncoder().encode(rewrite === null ? text : rewrite(text))
  const json = new SharedArrayBuffer(bytes.length)
  new Uint8Array(json).set(bytes)
  return json
}

/** TextDecoder refuses shared memory; Buffer reads it in place. */
const read = (json: SharedArrayBuffer): unknown => JSON.parse(Buffer.from(json).toString('utf8'))
