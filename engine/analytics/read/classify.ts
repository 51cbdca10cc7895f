import { BroadsheetError } from '../../errors.ts'
import type { ReadClass } from '../../model/event.ts'
import { type Agent, agentOf } from './agents.ts'
import { burstOf, followsMachine, withHidden } from './burst.ts'
import { knownNetworks, type NetworkKind } from './network-table.ts'
import { createNetworkFinder, type NetworkFinder } from './networks.ts'
import type { EarlierRead, Read, ReadReason, Verdict } from './read.ts'

// Handed over and read: nobody is that fast, and a mailbox that tells its program at once takes longer.
const instantMs = 2000
// Gateways look before they deliver, or soon after.
const freshMs = 120_000

interface Sign {
  readonly class: ReadClass
  readonly reason: ReadReason
}
const sign = (by: ReadClass, reason: ReadReason): Sign => ({ class: by, reason })

/** Tells reads by what is known of networks and programs. */
export interface ReadClassifier {
  /** True where the request alone decides, whenever its letter was sent. */
  tellsByItself(read: Read): boolean
  /** Who it was, by what is known when it comes. Pure: the same for the same read and the same earlier ones. */
  classify(read: Read, earlier: readonly EarlierRead[]): Verdict
}

/** In CIDR notation. */
export interface OwnNetworks {
  readonly scanners: readonly string[]
  readonly people: readonly string[]
}

/** `own`: networks that the operator knows; where they overlap with known ones, the smaller network counts.
 *  Throws E_CONFIG where one is none. Takes 15 ms. */
export function createReadClassifier(own: OwnNetworks = { scanners: [], people: [] }): ReadClassifier {
  const networkOf = finderOf(own)
  return {
    tellsByItself: (read) => requestSign(read, agentOf(read.agent), networkOf(read.ip)) !== null,
    classify: (read, earlier) => verdictOf(read, earlier, networkOf(read.ip)),
  }
}

function finderOf(own: OwnNetworks): NetworkFinder<NetworkKind> {
  try {
    return createNetworkFinder<NetworkKind>([
      ...knownNetworks.map(({ ranges, kind }) => ({ ranges, value: kind })),
      // Behind the known ones: of two that are the same, the later counts.
      { ranges: own.scanners, value: 'gateway' },
      { ranges: own.people, value: 'people' },
    ])
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new BroadsheetError('E_CONFIG', `reads.scanners, reads.people: ${error.message}.`, { cause: error })
  }
}

/** The first sign that decides counts: what the request says of itself, when it came, what came with it. */
function verdictOf(read: Read, earlier: readonly EarlierRead[], network: NetworkKind | null): Verdict {
  const agent = agentOf(read.agent)
  const alone = requestSign(read, agent, network) ?? timeSign(read, earlier, agent, network)
  if (alone !== null) return { ...alone, revises: alone.reason === 'hidden' ? withHidden(read, earlier) : [] }
  if (followsMachine(read, earlier)) return { ...sign('scanner', 'burst'), revises: [] }
  const burst = burstOf(read, earlier)
  if (burst !== null) return { ...sign('scanner', 'burst'), revises: burst }
  return { ...personSign(read, agent, network), revises: [] }
}

function requestSign(read: Read, agent: Agent, network: NetworkKind | null): Sign | null {
  const clicked = read.type === 'clicked'
  if (read.method === 'HEAD') return sign('scanner', 'head')
  if (clicked && read.link === null) return sign('scanner', 'hidden')
  if (network === 'gateway') return sign('scanner', 'network')
  switch (agent) {
    case 'scanner':
      return sign('scanner', 'agent')
    case 'preview':
      return sign('scanner', 'preview')
    case 'tool':
    case 'bot':
      return sign('scanner', 'tool')
    case 'prefetch':
      return clicked ? sign('scanner', 'agent') : sign('prefetch', 'agent')
    case 'bare':
      // Apple fetches pictures and follows no link.
      if (clicked) return sign('scanner', 'tool')
      return sign('prefetch', network === 'relay' ? 'mpp' : 'agent')
    case 'none':
      return clicked ? sign('scanner', 'tool') : null
    case 'old':
      // The machine that draws letters in Outlook says MSIE 7.
      return clicked ? sign('scanner', 'agent') : null
    case 'proxy':
      return clicked ? sign('scanner', 'tool') : null
    case 'program':
      // People follow links in a browser. Office asks for them itself, before or instead.
      return clicked ? sign('scanner', 'preview') : null
    case 'app':
    case 'browser':
    case 'other':
      break
  }
  if (isPrefetch(read)) return sign('prefetch', 'headers')
  // Neither reads mail in browsers there, and what checks links there says that it is one.
  if (clicked && (network === 'google' || network === 'microsoft')) return sign('scanner', 'network')
  if (clicked && agent === 'browser' && !looksLikeNavigation(read)) return sign('scanner', 'headers')
  return null
}

function timeSign(
  read: Read,
  earlier: readonly EarlierRead[],
  agent: Agent,
  network: NetworkKind | null,
): Sign | null {
  if (read.sentAt === null) return null
  const sinceMs = read.at - read.sentAt
  if (sinceMs < instantMs) {
    // Fetched as it was delivered, by the same servers.
    if (agent === 'proxy') return sign('prefetch', 'instant')
    const opened = earlier.some(({ type, class: by }) => type === 'opened' && by !== 'scanner')
    if (read.type === 'opened' || !opened) return sign('scanner', 'instant')
  }
  if (sinceMs < freshMs) {
    if (network === 'cloud' && agent !== 'proxy') return sign('scanner', 'datacentre')
    if (network === 'microsoft' && agent !== 'program') return sign('scanner', 'network')
  }
  return null
}

/** Nothing spoke for a machine. */
function personSign({ type }: Read, agent: Agent, network: NetworkKind | null): Sign {
  if (agent === 'proxy') return sign('proxy', 'proxy')
  if (agent === 'program') return sign('human', 'program')
  // Outlook on the web fetches pictures there when somebody looks.
  if (network === 'microsoft' && type === 'opened') return sign('proxy', 'network')
  if (network === 'google' && type === 'opened') return sign('proxy', 'network')
  if (network === 'cloud') return sign('unknown', 'datacentre')
  if (agent === 'browser' || (agent === 'old' && type === 'opened')) return sign('human', 'browser')
  if (agent === 'app' && type === 'opened') return sign('human', 'program')
  return sign('unknown', 'silent')
}

const textOf = ({ headers }: Read, name: string): string => {
  const value = headers[name]
  return (typeof value === 'string' ? value : (value?.join(', ') ?? '')).slice(0, 500).toLowerCase()
}

/** A browser that fetches what its person may open next (https://wicg.github.io/nav-speculation/prefetch.html). */
const isPrefetch = (read: Read): boolean =>
  ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|preview|prerender/.test(textOf(read, name)),
  )

/** What browsers send when somebody follows a link. `Sec-Fetch-*` come over https only, and not from all of them: what they say
 *  counts, and not that they are missing. */
function looksLikeNavigation(read: Read): boolean {
  const mode = textOf(read, 'sec-fetch-mode')
  const accept = textOf(read, 'accept')
  return (
    textOf(read, 'accept-language') !== '' &&
    (mode === '' || mode === 'navigate') &&
    (accept === '' || accept.includes('text/html'))
  )
}
