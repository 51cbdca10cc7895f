import { hash, randomBytes } from 'node:crypto'

/** What is kept of a secret. Secrets here are drawn with 256 bits, so nobody finds one by trying: no salt, no work factor.
 *  Finding by digest is what a constant-time comparison is for: how long it takes depends on SHA-256 of what was sent, which
 *  nobody can steer towards a stored one. */
export const hashOf = (secret: string): string => hash('sha256', secret)

/** 256 bits with a prefix by which scanners of leaked secrets can know what they found. `bs_`: a key to the API; `bst_`: a
 *  one-time token; `bss_`: a session. */
export const newSecret = (prefix: 'bs_' | 'bst_' | 'bss_'): string =>
  prefix + randomBytes(32).toString('base64url')
