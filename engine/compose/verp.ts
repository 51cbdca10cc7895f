import { BroadsheetError } from '../errors.ts'
import type { LinkSubject, Links } from './links.ts'

/** The envelope sender of each letter, which says whose it is when it comes back (VERP). */
export interface ReturnAddresses {
  /** `bounce+TOKEN@example.org`: the letter's own token in RFC 4648's base32hex, since some servers turn local parts into lower
   *  case. The bare address where a local part would be longer than 64 (RFC 5321 4.5.3.1). */
  of(publicationId: LinkSubject['publicationId'], subscriberId: LinkSubject['subscriberId']): string
  /** The letter's token, in whatever case the address came back, and in front of whatever a forwarder put around it (SRS). Null:
   *  it has none, or one of another address. Who signed it is for `Links.read` to say. */
  token(address: string): string | null
}

const maxLocal = 64
// A token has 19 to 33 bytes (token.ts).
const minChars = 30
const maxChars = 54
const digits = '0123456789abcdefghijklmnopqrstuv'

export function createReturnAddresses(options: {
  readonly address: string
  /** What stands between the local part and the token. */
  readonly separator: string
  readonly links: Pick<Links, 'token'>
}): ReturnAddresses {
  const { address, separator, links } = options
  const at = address.lastIndexOf('@')
  if (at < 1) throw new BroadsheetError('E_CONFIG', `bounces.address "${address.slice(0, 80)}" has no "@"`)
  const local = address.slice(0, at)
  const end = address.slice(at)
  const begin = `${local}${separator}`.toLowerCase()
  const domain = end.slice(1).toLowerCase()

  return {
    of(publicationId, subscriberId) {
      const token = toBase32(Buffer.from(links.token(publicationId, subscriberId), 'base64url'))
      return local.length + separator.length + token.length > maxLocal
        ? address
        : `${local}${separator}${token}${end}`
    },
    token(text) {
      const lower = text.slice(0, 400).toLowerCase()
      const from = lower.indexOf(begin)
      if (from < 0 || !lower.includes(domain)) return null
      let length = 0
      const start = from + begin.length
      while (length <= maxChars && digits.includes(lower[start + length] ?? ' ')) length++
      if (length < minChars || length > maxChars) return null
      return fromBase32(lower.slice(start, start + length))?.toString('base64url') ?? null
    },
  }
}

function toBase32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += digits[(held >> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + digits[(held << (5 - bits)) & 31]
}

/** Null where the rest of the last digit is not 0: only what `toBase32` writes is read. */
function fromBase32(text: string): Buffer | null {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const digit of text) {
    held = (held << 5) | digits.indexOf(digit)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 255)
    }
    held &= (1 << bits) - 1
  }
  return held === 0 && bits < 5 ? Buffer.from(bytes) : null
}
