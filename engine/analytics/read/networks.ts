import { type Address, isFour, parseAddress } from './address.ts'

/** Finds the network that an address is in; the smallest one, where it is in several. Null: in none, or no address. */
export type NetworkFinder<T> = (ip: string) => T | null

interface Range<T> {
  readonly first: bigint
  readonly last: bigint
  readonly value: T
}

/** `ranges`: in CIDR notation, e.g. `192.0.2.0/24`, `2001:db8::/32`. Throws where one is none, or has bits behind its length. */
export function createNetworkFinder<T>(
  networks: readonly { readonly ranges: readonly string[]; readonly value: T }[],
): NetworkFinder<T> {
  const parts = partsOf(networks.flatMap(({ ranges, value }) => ranges.map((range) => rangeOf(range, value))))
  // Where parts begin, four words each: an address is in the last one that begins at or before it.
  const begins = new Uint32Array(parts.length * 4)
  for (const [i, { begin }] of parts.entries())
    for (let word = 0; word < 4; word++)
      begins[i * 4 + word] = Number((begin >> BigInt(96 - 32 * word)) & 0xffff_ffffn)
  const values = parts.map(({ value }) => value)

  return (ip) => {
    const address = parseAddress(ip)
    if (address === null) return null
    let low = 0
    let high = values.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (beginsBehind(begins, middle, address)) high = middle
      else low = middle + 1
    }
    return low === 0 ? null : (values[low - 1] ?? null)
  }
}

function beginsBehind(begins: Uint32Array, part: number, address: Address): boolean {
  for (let word = 0; word < 4; word++) {
    const begin = begins[part * 4 + word]!
    const sought = address[word]!
    if (begin !== sought) return begin > sought
  }
  return false
}

/** Networks lie in each other or apart. What is left of each where smaller ones were cut out, and the gaps between them, by where it begins. */
function partsOf<T>(
  ranges: readonly Range<T>[],
): readonly { readonly begin: bigint; readonly value: T | null }[] {
  const sorted = ranges.toSorted((a, b) => compare(a.first, b.first) || compare(b.last, a.last))
  const parts: { begin: bigint; value: T | null }[] = []
  const around: Range<T>[] = []
  const begin = (at: bigint, value: T | null) => {
    // Nothing is left of the part before: the larger one begins at the same address.
    if (parts.at(-1)?.begin === at) parts.pop()
    parts.push({ begin: at, value })
  }
  const leave = (before: bigint | null) => {
    while (around.length > 0 && (before === null || around.at(-1)!.last < before)) {
      const { last } = around.pop()!
      begin(last + 1n, around.at(-1)?.value ?? null)
    }
  }
  for (const range of sorted) {
    leave(range.first)
    begin(range.first, range.value)
    around.push(range)
  }
  leave(null)
  return parts.filter(({ begin: at }) => at < 1n << 128n)
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function rangeOf<T>(text: string, value: T): Range<T> {
  const [ip = '', bits = '', ...more] = text.split('/')
  const address = parseAddress(ip)
  const said = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.POSITIVE_INFINITY
  if (address !== null && more.length === 0) {
    const length = isFour(address) && !ip.includes(':') ? said + 96 : said
    const first = address.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n)
    if (length <= 128) {
      const size = 1n << BigInt(128 - length)
      if (first % size === 0n) return { first, last: first + size - 1n, value }
    }
  }
  throw new RangeError(`"${text}" is not a network, such as 192.0.2.0/24 or 2001:db8::/32`)
}
