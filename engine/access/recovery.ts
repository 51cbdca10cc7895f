import { hash, randomBytes } from 'node:crypto'
import { crockford, toBase32 } from './base32.ts'

const count = 10
// 120 bits: from 112 on, a plain hash keeps a look-up secret (NIST SP 800-63B-4, 3.1.2.2).
const bytes = 15
const groupLength = 6

/** Ten new codes for who has lost their device, such as "7k2m9q-...": shown once; only the hashes are kept. */
export function newRecoveryCodes(): {
  readonly codes: readonly string[]
  readonly hashes: readonly string[]
} {
  const bare = Array.from({ length: count }, () => toBase32(randomBytes(bytes), crockford))
  return { codes: bare.map(grouped), hashes: bare.map(hashOf) }
}

/** The hashes that are left after this code was taken; null: it is none of them. Keep them before anybody is let in. */
export function takeRecoveryCode(hashes: readonly string[], typed: string): readonly string[] | null {
  const taken = hashOf(normalised(typed))
  const left = hashes.filter((known) => known !== taken)
  return left.length === hashes.length ? null : left
}

const hashOf = (code: string): string => hash('sha256', code)

const grouped = (code: string): string => code.match(new RegExp(`.{${groupLength}}`, 'g'))?.join('-') ?? code

/** As Crockford's base 32 is read: what looks alike is alike. */
const normalised = (typed: string): string =>
  typed.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1')
