import { parseAddress } from '../model/address.ts'

export interface FoundAddress {
  /** As `parseAddress` gives it. */
  readonly address: string
  readonly start: number
  readonly end: number
}

const maxFound = 100
// What only looks like an address costs as much.
const maxTried = 1000
const localChar = /[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]/u
const domainChar = /[\p{L}\p{N}\p{M}.-]/u
const edges = /^["'`*~_]+|[.'`*~_-]+$/g
// X.400 and proxy addresses carry the real one behind a name: "dda:SMTP=jane@example.org".
const carried = /^.*(?:smtp|rfc822|mailto)[=:]/i

/** Addresses in running text, in their order. Reads outwards from each "@", so the time is that of the text's length. */
export function addressesIn(text: string, most = maxFound): readonly FoundAddress[] {
  const found: FoundAddress[] = []
  let from = 0
  let tried = 0
  for (let at = text.indexOf('@'); at >= 0 && found.length < most; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > from && at - start < 70 && localChar.test(text[start - 1]!)) start--
    let end = at + 1
    while (end < text.length && end - at < 256 && domainChar.test(text[end]!)) end++
    const local = text.slice(start, at).replace(carried, '').replace(edges, '')
    const domain = text.slice(at + 1, end).replace(edges, '')
    if (local === '' || domain === '') continue
    if (++tried > maxTried) break
    const parsed = parseAddress(`${local}@${domain}`)
    if ('error' in parsed) continue
    found.push({ address: parsed.ok, start, end })
    from = end
  }
  return found
}

// RFC 3461 4: what xtext may not hold as it is, of what stands in addresses.
const hexed = /\+(2B|3D)/g
// RFC 6533 3: \x{HEX} for what the way did not carry.
const pointed = /\\x\{([0-9A-F]{1,6})\}/g

/** The address of `rfc822; jane@example.org`, of its comments, quotes and encodings freed. */
export function reportedAddress(value: string): string | null {
  const text = value.slice(0, 600)
  const plain = text
    .replace(pointed, (whole, hex: string) => {
      const point = Number.parseInt(hex, 16)
      return point > 0x1f && point <= 0x10ffff ? String.fromCodePoint(point) : whole
    })
    .replace(hexed, (_, hex: string) => (hex === '2B' ? '+' : '='))
  const whole = plain.includes('@') ? plain : plain.replace('+40', '@')
  return addressesIn(whole, 1)[0]?.address ?? null
}
