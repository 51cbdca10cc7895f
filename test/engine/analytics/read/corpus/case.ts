import type { ReadClass } from '../../../../../engine/model/event.ts'

/** One request, and who made it in truth. */
export interface Labelled {
  readonly truth: ReadClass
  readonly type: 'opened' | 'clicked'
  /** Since the first request of its case. */
  readonly atMs: number
  readonly method?: 'GET' | 'HEAD'
  readonly agent: string
  readonly ip: string
  readonly headers: Readonly<Record<string, string>>
  /** Null: the one that nobody sees. */
  readonly link: number | null
}

/** Requests for one letter of one person, by hand, with what says who it was. */
export interface Case {
  readonly name: string
  readonly why: string
  /** How long before the first request the letter was handed over; null: long ago. */
  readonly sentMs: number | null
  /** Links of the publication. */
  readonly links: number
  readonly reads: readonly Labelled[]
}

/** A browser that follows a link. */
export const navigation = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.9',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
}
/** The same over http, or from a browser without `Sec-Fetch-*`. */
export const plainNavigation = { accept: navigation.accept, 'accept-language': 'de-DE,de;q=0.8' }
/** A picture. */
export const picture = {
  accept: 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.9',
}
export const bare = { accept: '*/*' }
export const none = {}

type Way = Partial<Pick<Labelled, 'headers' | 'method'>>

/** By whom: its agent and its network. */
export const by = (truth: ReadClass, agent: string, ip: string, usual: Way = {}) => ({
  opens: (atMs = 0, way: Way = {}): Labelled => ({
    truth,
    type: 'opened',
    atMs,
    agent,
    ip,
    headers: picture,
    link: null,
    ...usual,
    ...way,
  }),
  clicks: (link: number | null, atMs = 0, way: Way = {}): Labelled => ({
    truth,
    type: 'clicked',
    atMs,
    agent,
    ip,
    headers: navigation,
    link,
    ...usual,
    ...way,
  }),
})

export const alone = (name: string, why: string, read: Labelled, sentMs: number | null = null): Case => ({
  name,
  why,
  sentMs,
  links: 12,
  reads: [read],
})
export const sequence = (
  name: string,
  why: string,
  reads: readonly Labelled[],
  { sentMs = null, links = 12 }: { readonly sentMs?: number | null; readonly links?: number } = {},
): Case => ({ name, why, sentMs, links, reads: reads.toSorted((a, b) => a.atMs - b.atMs) })
