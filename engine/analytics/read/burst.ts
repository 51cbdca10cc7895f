import type { EarlierRead, Read } from './read.ts'

/** So many different links within so long are no person's: one a second is as fast as tabs are opened one after the other.
 *  Gateways follow all links of a letter within seconds. */
const fastest: readonly (readonly [links: number, withinMs: number])[] = [
  [2, 400],
  [3, 1500],
  [4, 3500],
  [6, 8000],
  [10, 20_000],
]
/** Slower ones give themselves away by leaving nothing out: most links of a publication, of which a letter has only some. */
const most = { share: 0.8, links: 5, withinMs: 45_000 }
/** Clicks with no longer pause between them belong together. */
const pauseMs = 10_000
/** The pictures of a letter are fetched by the same machine, before or after its links. */
const sourceMs = 600_000

type Seen = Pick<EarlierRead, 'at' | 'type' | 'link' | 'ip' | 'agent'>

const sameSource = (a: Seen, b: Seen): boolean => a.ip === b.ip && a.agent === b.agent

/** Was this one the last of too many? The places in `earlier` that belong to it; null: it was not. */
export function burstOf(read: Read, earlier: readonly EarlierRead[]): readonly number[] | null {
  if (read.type !== 'clicked') return null
  // What is known for a machine by itself says nothing about a person beside it.
  const clicks = earlier.filter((one) => one.type === 'clicked' && isOpen(one, read))
  const linksWithin = (ms: number): number =>
    new Set([read.link, ...clicks.filter(({ at }) => read.at - at <= ms).map(({ link }) => link)]).size
  const fast = fastest.some(([links, withinMs]) => linksWithin(withinMs) >= links)
  const whole = read.links >= most.links && linksWithin(most.withinMs) >= most.share * read.links
  return fast || whole ? chainOf(read, earlier, whole ? most.withinMs : pauseMs) : null
}

/** What belongs to somebody who followed a link that nobody sees. */
export const withHidden = (read: Read, earlier: readonly EarlierRead[]): readonly number[] =>
  chainOf(read, earlier, pauseMs)

/** The same machine as before, or a part of a burst that is known already. */
export const followsMachine = (read: Read, earlier: readonly EarlierRead[]): boolean =>
  earlier.some(
    (one) =>
      one.class === 'scanner' &&
      ((sameSource(one, read) && read.at - one.at <= sourceMs) ||
        (read.type === 'clicked' && isBurst(one) && read.at - one.at <= pauseMs)),
  )

const isBurst = ({ reason }: EarlierRead): boolean => reason === 'burst' || reason === 'hidden'

const isOpen = (one: EarlierRead, read: Read): boolean =>
  (one.class !== 'scanner' && one.class !== 'prefetch') || isBurst(one) || sameSource(one, read)

/** Clicks before this one without a longer pause than that, and what their machines and its own opened. */
function chainOf(read: Read, earlier: readonly EarlierRead[], longestPauseMs: number): readonly number[] {
  const chain: EarlierRead[] = []
  let at = read.at
  for (const one of earlier.toReversed()) {
    if (one.type !== 'clicked' || !isOpen(one, read)) continue
    if (at - one.at > longestPauseMs) break
    chain.push(one)
    at = one.at
  }
  const machines = [read, ...chain]
  return earlier.flatMap((one, place) => {
    if (one.class === 'scanner' || one.class === 'prefetch') return []
    const belongs =
      chain.includes(one) || (read.at - one.at <= sourceMs && machines.some((each) => sameSource(each, one)))
    return belongs ? [place] : []
  })
}
