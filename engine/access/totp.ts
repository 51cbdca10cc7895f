import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { EpochMs } from '../model/ids.ts'
import { toBase32 } from './base32.ts'

// What every authenticator app knows; most of them ignore other values in the URI.
const periodMs = 30_000
const digits = 6
/** Steps that a device's clock may be off, either way. */
const skew = 1

/** 160 bits, as RFC 4226 recommends. */
export const newTotpSecret = (): Buffer => randomBytes(20)

export const stepAt = (now: EpochMs): number => Math.floor(now / periodMs)

/** RFC 4226, section 5.3, over the counter of RFC 6238. */
export function totpCode(
  secret: Uint8Array,
  step: number,
  options: { readonly digits?: number; readonly algorithm?: 'sha1' | 'sha256' | 'sha512' } = {},
): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(options.algorithm ?? 'sha1', secret)
    .update(counter)
    .digest()
  const truncated = mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fff_ffff
  const length = options.digits ?? digits
  return String(truncated % 10 ** length).padStart(length, '0')
}

/** The time step whose code this is, among now and one either way; null: none, or one up to `lastStep`, since a code is good for
 *  one sign-in. Keep what it gives as the new `lastStep` before anybody is let in. */
export function takenStep(
  secret: Uint8Array,
  code: string,
  { now, lastStep }: { readonly now: EpochMs; readonly lastStep: number | null },
): number | null {
  const typed = Buffer.from(code.replaceAll(/\s/g, ''))
  const present = stepAt(now)
  let found: number | null = null
  // All are compared, whichever it is.
  for (let step = Math.max(0, present - skew); step <= present + skew; step += 1) {
    const right = Buffer.from(totpCode(secret, step))
    const same = typed.length === right.length && timingSafeEqual(typed, right)
    if (same && (lastStep === null || step > lastStep)) found ??= step
  }
  return found
}

/** What an authenticator app reads off a QR code: Google Authenticator's key URI format. */
export function otpauthUri(about: {
  readonly issuer: string
  readonly name: string
  readonly secret: Uint8Array
}): string {
  const { issuer, name, secret } = about
  // A colon parts issuer and name, wherever it stands.
  const label = [issuer, name].map((part) => encodeURIComponent(part.replaceAll(':', ' '))).join(':')
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${digits}&period=${periodMs / 1000}`
}
