// Without zod: render threads need these rules and not 3 MB of schemas.
import { domainToASCII } from 'node:url'

// RFC 5321 4.5.3.1: 64 octets of local part, 255 of domain, 254 of the whole path without its brackets.
const maxLocal = 64
const maxAddress = 254
// RFC 5322 3.2.3 dot-atom, with UTF-8 as RFC 6531 3.3 allows. Quoted local parts are refused: no
// mailbox that asks for newsletters has one, and half of the world's relays mangle them.
const localPart = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u
const domainLabels = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

export type AddressResult = { readonly ok: string } | { readonly error: string }

/** Normalise an e-mail address: trimmed, domain in lower-case ASCII (IDNA), local part in NFC and
 *  lower case. Lower-casing the local part is what every large provider does; RFC 5321 2.4 would
 *  allow two people to differ by case, and no one has met them. */
export function parseAddress(input: string): AddressResult {
  const text = input.trim()
  if (text.length > 320) return { error: 'is longer than 254 bytes' }
  const at = text.lastIndexOf('@')
  if (at < 0) return { error: 'has no "@"' }
  const local = text.slice(0, at).normalize('NFC').toLowerCase()
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase()
  if (local === '') return { error: 'has nothing before the "@"' }
  if (!localPart.test(local)) return { error: 'has characters before the "@" that mail does not allow' }
  if (!domainLabels.test(domain)) return { error: 'has no valid domain after the "@"' }
  if (Buffer.byteLength(local) > maxLocal) return { error: 'has more than 64 bytes before the "@"' }
  const whole = `${local}@${domain}`
  if (Buffer.byteLength(whole) > maxAddress) return { error: 'is longer than 254 bytes' }
  return { ok: whole }
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
