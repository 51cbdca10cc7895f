import { BlockList, isIP } from 'node:net'
import { isPublicAddress } from '../fetch/guard.ts'

/** Where a plugin may connect to: `ntfy.sh:443`, `*.example.org:443`, `*:443` (any host of the public internet), `10.1.2.3:8080`,
 *  `10.0.0.0/8:443`, `[fd00::1]:443`; `*` as the port is any. */
export interface Address {
  readonly text: string
  readonly port: number | null
  readonly host: Host
}
type Host =
  | { readonly kind: 'any' }
  /** `.example.org`: every name that ends so. */
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'network'; readonly list: BlockList; readonly text: string }

const namePattern = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/

/** Null where it is no such text. */
export function parseAddress(text: string): Address | null {
  const [, bracketed, bare, portText] =
    /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5}|\*)$/.exec(text.trim().toLowerCase()) ?? []
  const port = portText === '*' ? null : Number(portText)
  if (portText === undefined || (port !== null && (port < 1 || port > 65_535))) return null
  const host = bracketed === undefined ? hostOf(bare!) : networkOf(bracketed)
  return host === null ? null : { text: text.trim().toLowerCase(), port, host }
}

export const addressProblem = (text: string): string | null =>
  parseAddress(text) === null
    ? 'must be HOST:PORT, such as "ntfy.sh:443", "*.example.org:443", "10.0.0.0/8:8080" or "[fd00::1]:443"'
    : null

function hostOf(text: string): Host | null {
  if (text === '*') return { kind: 'any' }
  const network = networkOf(text)
  // 127.1 and 0x7f.1 are addresses to some and names to others: neither here.
  if (network !== null || /^[\d.]+(\/|$)/.test(text)) return network
  if (text.startsWith('*.') && namePattern.test(text.slice(2)))
    return { kind: 'suffix', suffix: text.slice(1) }
  return namePattern.test(text) ? { kind: 'name', name: text } : null
}

function networkOf(text: string): Host | null {
  const [, address = '', bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  const most = family === 6 ? 128 : 32
  if (family === 0 || Number(bits ?? most) > most) return null
  const list = new BlockList()
  list.addSubnet(address, Number(bits ?? most), family === 6 ? 'ipv6' : 'ipv4')
  return { kind: 'network', list, text }
}

/** What is both declared and granted: the narrower of the two, or null where they have nothing in common. */
export function common(declared: Address, granted: Address): Address | null {
  if (covers(declared, granted)) return granted
  return covers(granted, declared) ? declared : null
}

function covers({ host, port }: Address, inner: Address): boolean {
  if (port !== null && port !== inner.port) return false
  switch (host.kind) {
    case 'any':
      return true
    case 'suffix':
      return (
        (inner.host.kind === 'name' && inner.host.name.endsWith(host.suffix)) ||
        (inner.host.kind === 'suffix' && inner.host.suffix.endsWith(host.suffix))
      )
    case 'name':
      return inner.host.kind === 'name' && inner.host.name === host.name
    case 'network':
      return inner.host.kind === 'network' && inner.host.text === host.text
  }
}

/** May a connection be asked for to this name or literal address? `port` null: to any port. */
export function admitsHost(addresses: readonly Address[], host: string, port: number | null): boolean {
  if (isIP(host) !== 0) return port !== null && admitsAddress(addresses, host, port)
  return addresses.some(
    (granted) =>
      (port === null || granted.port === null || granted.port === port) && admitsName(granted.host, host),
  )
}

function admitsName(granted: Host, name: string): boolean {
  switch (granted.kind) {
    case 'any':
      return true
    case 'suffix':
      return name.endsWith(granted.suffix)
    case 'name':
      return name === granted.name
    case 'network':
      return false
  }
}

/** Without a name: the public internet where `*` is granted, and what is granted as an address or a network. */
function admitsAddress(addresses: readonly Address[], address: string, port: number): boolean {
  return addresses.some((granted) => {
    if (granted.port !== null && granted.port !== port) return false
    if (granted.host.kind === 'any') return isPublicAddress(address)
    return granted.host.kind === 'network' && contains(granted.host.list, address)
  })
}

/** May the granted name `host` be taken to lead to `address`? A name is no way into the private network: there the address or
 *  its network is granted too. Only "localhost" says by itself where it leads (RFC 6761). */
export function admitsResolved(
  addresses: readonly Address[],
  host: string,
  port: number | null,
  address: string,
): boolean {
  if (isPublicAddress(address)) return true
  if ((host === 'localhost' || host.endsWith('.localhost')) && contains(loopback, address)) return true
  return addresses.some(
    (granted) =>
      granted.host.kind === 'network' &&
      (port === null || granted.port === null || granted.port === port) &&
      contains(granted.host.list, address),
  )
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const contains = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
