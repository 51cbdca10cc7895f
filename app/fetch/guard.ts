import { lookup as systemLookup } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** What the operator lets through, beside the public internet. */
export interface EgressRules {
  /** Addresses (`10.1.2.3`), networks (`10.0.0.0/8`, `fd00::/8`) and host names (`feeds.intranet`, `*.intranet`). What is
   *  named here may be reached on any port. */
  readonly allow: readonly string[]
  /** Of everything else. */
  readonly ports: readonly number[]
}

export type Resolve = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** Keeps what is asked for from outside away from the inside. */
export interface EgressGuard {
  /** Null when it may be asked for; else what is wrong, for people. Looks at everything but what a name resolves to: call it
   *  for every address, also of redirects. */
  refusal(url: URL): string | null
  /** For `connect`: resolves a name and refuses where any of its addresses may not be reached. The connection is made to what
   *  was checked here, so a name that resolves otherwise a moment later changes nothing. */
  readonly lookup: LookupFunction
}

/** A connection that the guard refused. */
export class EgressRefused extends Error {
  readonly code = 'EGRESS_REFUSED'
}

// IANA special-purpose registries (RFC 6890 and later), multicast, and what clouds answer with at public addresses.
const closed4: readonly [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Within global unicast (2000::/3), outside of which nothing is reached: Teredo, benchmarks, ORCHID, documentation, 6to4. */
const closed6: readonly [network: string, bits: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

const inside4 = listOf(closed4, 'ipv4')
const inside6 = listOf(closed6, 'ipv6')
const global6 = listOf([['2000::', 3]], 'ipv6')

function listOf(networks: readonly [string, number][], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, family)
  return list
}

/** Is this an address of the public internet? Takes `1.2.3.4` and IPv6 in any spelling. */
export function isPublicAddress(address: string): boolean {
  const plain = address.split('%', 1)[0]!
  switch (isIP(plain)) {
    case 4:
      return !inside4.check(plain, 'ipv4')
    case 6: {
      const embedded = embedded4(plain)
      if (embedded !== null) return !inside4.check(embedded, 'ipv4')
      return global6.check(plain, 'ipv6') && !inside6.check(plain, 'ipv6')
    }
    default:
      return false
  }
}

/** The IPv4 address within an IPv6 one that systems and networks take it for: mapped (::ffff:0:0/96) and NAT64
 *  (64:ff9b::/96, RFC 6052). The other forms (compatible, 6to4, Teredo, local NAT64) are never public here. */
function embedded4(address: string): string | null {
  const groups = groupsOf(address)
  if (groups === null) return null
  const head = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':')
  if (head !== '0:0:0:0:0:ffff' && head !== '64:ff9b:0:0:0:0') return null
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The eight groups of an IPv6 address; the URL parser writes it in one form, without dots. */
function groupsOf(address: string): readonly number[] | null {
  const url = URL.parse(`http://[${address}]/`)
  if (url === null) return null
  const [before = '', after] = url.hostname.slice(1, -1).split('::')
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const left = numbers(before)
  const right = after === undefined ? [] : numbers(after)
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

/** `rules.allow` that is neither an address, a network nor a host name is told by `egressProblem`. */
export function createGuard(rules: EgressRules, resolve: Resolve = resolveAll): EgressGuard {
  const networks = new BlockList()
  const hosts = new Set<string>()
  const domains: string[] = []
  for (const entry of rules.allow) {
    const network = networkOf(entry)
    if (network !== null) networks.addSubnet(network.address, network.bits, network.family)
    else if (entry.startsWith('*.')) domains.push(entry.slice(1).toLowerCase())
    else hosts.add(entry.toLowerCase())
  }
  const ports = new Set(rules.ports)

  const allowedAddress = (address: string): boolean => {
    const plain = address.split('%', 1)[0]!
    const family = isIP(plain)
    return family !== 0 && networks.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
  const allowedHost = (host: string): boolean =>
    hosts.has(host) || domains.some((domain) => host.endsWith(domain))
  const bare = (host: string): string => host.toLowerCase().replace(/\.$/, '')

  return {
    refusal(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        return `is refused: ${url.protocol} is neither http nor https`
      if (url.username !== '' || url.password !== '')
        return 'is refused: it has a user name or a password in it'
      // The URL parser has turned 0x7f.1, 2130706433 and 017700000001 into 127.0.0.1 by now.
      const host = bare(url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname)
      const literal = isIP(host) !== 0
      if (allowedHost(host) || (literal && allowedAddress(host))) return null
      if (literal && !isPublicAddress(host))
        return `is refused: ${host} is not on the public internet (see "egress.allow")`
      const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
      // Also of a name that leads to an allowed network: who wants another port for it names the host.
      if (!ports.has(port))
        return `is refused: port ${port} is not one of ${[...ports].join(', ')} (see "egress.ports")`
      return null
    },
    // Node's own shape of a look-up: it asks for a callback.
    /* oxlint-disable promise/no-callback-in-promise */
    lookup(host, options, callback) {
      const name = bare(host)
      resolve(name).then(
        (found) => {
          const wrong = found.find(
            ({ address }) => !allowedHost(name) && !allowedAddress(address) && !isPublicAddress(address),
          )
          if (wrong !== undefined) {
            callback(
              new EgressRefused(
                `is refused: ${name} is ${wrong.address}, not on the public internet (see "egress.allow")`,
              ),
              '',
              0,
            )
            return
          }
          const wanted = found.filter(
            ({ family }) => !options.family || options.family === family || options.family === `IPv${family}`,
          )
          const [first] = wanted
          if (first === undefined)
            callback(Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' }), '', 0)
          else if (options.all === true)
            callback(
              null,
              wanted.map(({ address, family }) => ({ address, family })),
            )
          else callback(null, first.address, first.family)
        },
        (error: unknown) => callback(error as NodeJS.ErrnoException, '', 0),
      )
    },
    /* oxlint-enable promise/no-callback-in-promise */
  }
}

const resolveAll: Resolve = (host) => systemLookup(host, { all: true, verbatim: true })

function networkOf(entry: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const [, address = '', bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? []
  const family = isIP(address)
  if (family === 0) return null
  const most = family === 6 ? 128 : 32
  const length = bits === undefined ? most : Number(bits)
  return length > most ? null : { address, bits: length, family: family === 6 ? 'ipv6' : 'ipv4' }
}

/** What is wrong with an entry of `egress.allow`; null when nothing is. */
export const egressProblem = (entry: string): string | null =>
  networkOf(entry) !== null ||
  /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(entry)
    ? /^[\d.]+(\/|$)/.test(entry) && networkOf(entry) === null
      ? 'is no address'
      : null
    : 'must be an address, a network such as "10.0.0.0/8", or a host name such as "feeds.intranet" or "*.intranet"'
