import type { TrackingConsent } from '../model/consent.ts'
import type { ItemId } from '../model/ids.ts'
import { hiddenKey } from '../model/link.ts'
import type { Candidate } from '../model/publication.ts'
import type { LetterTracking } from '../template/links/tracker.ts'

/** How the letters of a publication are tracked, where their readers allow it. */
export interface TrackingPlan {
  readonly links: boolean
  readonly opens: boolean
  /** Also the letters of those who said nothing. */
  readonly unknown: boolean
  /** With a link that nobody sees. */
  readonly hiddenLink: boolean
}

/** Null: its bytes hold nothing of it. */
export function trackingOf(
  plan: TrackingPlan | null,
  consent: TrackingConsent,
  addresses: { readonly click: string; readonly pixel: string },
): LetterTracking | null {
  if (plan === null || consent === 'denied' || (consent === 'unknown' && !plan.unknown)) return null
  return {
    click: plan.links ? addresses.click : null,
    hidden: plan.links && plan.hiddenLink ? addresses.click + hiddenKey : null,
    pixel: plan.opens ? addresses.pixel : null,
  }
}

/** Which item an address leads to: its own, or its own with a query or a fragment behind it. */
export function createItemFinder(candidates: readonly Candidate[]): (url: string) => ItemId | null {
  const items = new Map(candidates.map(({ id, url }) => [url.trim(), id]))
  return (url) => {
    const whole = items.get(url)
    if (whole !== undefined) return whole
    // The longest first: one item's address may begin with another's.
    for (let end = url.length - 1; end > 0; end--) {
      if (!'?&#'.includes(url[end]!)) continue
      const item = items.get(url.slice(0, end))
      if (item !== undefined) return item
    }
    return null
  }
}
