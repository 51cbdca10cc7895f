import { type Caches, policies } from '../cache/caches.ts'
import { strangerUrls } from '../compose/links.ts'
import type { DeliveryState } from '../model/delivery.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'
import type { RenderPool } from '../render/pool.ts'
import type { RenderedRendition } from '../render/task.ts'
import type { Runs } from './runs.ts'

/** A letter of a publication, not encoded for mail. `html` is as the template made it: whoever shows it keeps its
 *  scripts from running. Empty where the template has a text alone. */
export interface Rendition {
  readonly campaign: string
  readonly title: string
  readonly subject: string
  readonly preheader: string
  readonly html: string
  readonly text: string
  readonly language: string
  /** When it was made. */
  readonly at: EpochMs
}

/** Letters that went out, made again from what their publication froze. They are not kept: a million letters are
 *  30 GB. Null where there is no such letter; rejects with E_RENDER where it cannot be made any more. */
export interface Renditions {
  /** As this reader got it: the same template, items and reasons; name and attributes as they are now. */
  ofReader(publicationId: PublicationId, subscriberId: SubscriberId): Promise<Rendition | null>
  /** As somebody without name, address and interests would get it. */
  ofStranger(publicationId: PublicationId): Promise<Rendition | null>
}

/** States in which a letter was made and may have arrived. */
const wentOut: readonly DeliveryState[] = ['handing', 'sent', 'unknown']
// Of letters in UTF-16: a few hundred of them.
const maxCacheBytes = 16 * 2 ** 20
// Written as RecipientsJson: nobody.
const stranger = JSON.stringify([[0, '', null, null, null, {}, {}, 'unknown', null]])

export function createRenditions(parts: {
  readonly publicUrl: string
  readonly store: Pick<Store, 'deliveries'>
  readonly pool: Pick<RenderPool, 'rendition'>
  readonly runs: Runs
  readonly caches: Caches
}): Renditions {
  const { publicUrl, store, pool, runs, caches } = parts

  // Everyone is shown the same one, and a publication never changes.
  const strangers = caches.space<PublicationId, Rendition>({
    name: 'content.letters',
    policy: policies.content,
    maxBytes: maxCacheBytes,
    // A letter that cannot be made is nobody else's trouble.
    maxBatch: 1,
    async load([publicationId]) {
      const run = publicationId === undefined ? null : await runs.get(publicationId)
      if (publicationId === undefined || run === null) return new Map()
      const { campaign, startedAt } = run.spec
      const made = await pool.rendition({
        plan: run.plan,
        recipients: stranger,
        picks: null,
        now: startedAt,
        links: strangerUrls(publicUrl, campaign.name, publicationId),
      })
      return new Map([[publicationId, view(made, campaign, startedAt)]])
    },
  })

  return {
    async ofReader(publicationId, subscriberId) {
      const [run, delivery] = await Promise.all([
        runs.get(publicationId),
        store.deliveries.get(publicationId, subscriberId),
      ])
      if (!run || !delivery || !wentOut.includes(delivery.state)) return null
      const recipients = await store.deliveries.recipients([subscriberId])
      if (recipients === '[]') return null
      const { picks, updatedAt: now } = delivery
      const made = await pool.rendition({
        plan: run.plan,
        recipients,
        picks: picks ?? new Uint8Array(0),
        now,
        links: null,
      })
      return view(made, run.spec.campaign, now)
    },
    ofStranger: (publicationId) => strangers.get(publicationId),
  }
}

const view = (
  { subject, preheader, html, text, language }: RenderedRendition,
  campaign: { readonly name: string; readonly title: string },
  at: EpochMs,
): Rendition => ({
  campaign: campaign.name,
  title: campaign.title,
  subject,
  preheader,
  html,
  text,
  language,
  at,
})
