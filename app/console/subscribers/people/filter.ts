import type { Answer } from '../../api/client.ts'

export type Subscriber = Answer<'GET /subscribers/{id}'>
export type Status = Subscriber['status']

/** As they are offered: those who receive first. */
export const statuses: readonly Status[] = [
  'active',
  'unconfirmed',
  'paused',
  'unsubscribed',
  'bounced',
  'complained',
  'erased',
]

/** What the address says of who is shown; an absent part asks for nothing. */
export interface SubscriberFilter {
  readonly search?: string
  readonly status?: Status
  readonly list?: string
  readonly segment?: string
  /** A rule that has no name. */
  readonly rule?: string
}

export function subscriberFilter(search: { readonly [key: string]: unknown }): SubscriberFilter {
  const text = (key: string): { readonly [k: string]: string } => {
    const value = search[key]
    // The router reads `?search=42` as a number.
    return (typeof value === 'string' && value !== '') || typeof value === 'number'
      ? { [key]: String(value) }
      : {}
  }
  const status = statuses.find((each) => each === search.status)
  return {
    ...text('search'),
    ...text('list'),
    ...text('segment'),
    ...text('rule'),
    ...(status !== undefined && { status }),
  }
}

/** What an address that is typed looks like, before the daemon says more. */
export const looksLikeAddress = (text: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim())
