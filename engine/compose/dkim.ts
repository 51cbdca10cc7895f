import { hash, type KeyObject, sign } from 'node:crypto'
import type { DkimKey } from '../config.ts'
import type { EpochMs } from '../model/ids.ts'
import { loadDkimKey, refuseDkimKey } from './dkim-key.ts'
import { relaxed, signedFields } from './head.ts'

/** DKIM signatures (RFC 6376), c=relaxed/simple, one of every key: rsa-sha256 or ed25519-sha256
 *  (RFC 8463). No x=: retries and the queues of others may deliver a letter a week late, and a
 *  signature that has run out by then counts as none. */
export interface Signer {
  /** Length of what `sign` returns: room for it is left before the body that it covers is written. */
  length(at: EpochMs): number
  /** The DKIM-Signature fields, with line ends. `signed`: see `Head.signed`. `bodyHash`: see `bodyHash`.
   *  `at` becomes t= and must not be in the future. */
  sign(signed: string, bodyHash: string, at: EpochMs): string
}

interface SigningKey {
  readonly rsa: boolean
  readonly key: KeyObject
  /** Up to and with `t=`. */
  readonly start: string
  /** From behind t= up to and with `bh=`. */
  readonly middle: string
  readonly signedStart: string
  readonly signedMiddle: string
  readonly signatureLength: number
}

const bodyHashLength = 44
// b= goes on a line of its own: 76 characters with the blank, the tag and its "=".
const signatureColumns = 73

/** Parses the keys once: throws E_CONFIG, naming the key, where one is unusable. */
export function createSigner(keys: readonly DkimKey[]): Signer {
  const signing = keys.map(signingKey)
  const repeated = keys.find((key, index) => keys.findIndex((other) => sameRecord(key, other)) !== index)
  if (repeated !== undefined) refuseDkimKey(repeated, 'is there twice: two keys need two selectors')
  const fixedLength = signing.reduce(
    (sum, { start, middle, signatureLength }) =>
      sum + start.length + middle.length + bodyHashLength + signatureLength,
    0,
  )
  return {
    length: (at) => fixedLength + seconds(at).length * signing.length,
    sign(signed, bodyHash, at) {
      let fields = ''
      for (const key of signing) {
        const t = seconds(at)
        const data = `${signed}${key.signedStart}${t}${key.signedMiddle}${bodyHash}; b=`
        fields += `${key.start}${t}${key.middle}${bodyHash};${folded(signatureOf(key, data))}\r\n`
      }
      return fields
    },
  }
}

/** SHA-256, base64, of a body in DKIM's simple form (RFC 6376 3.4.3): empty lines at its end do not
 *  count, and a body without anything is one line end. `body` ends with CRLF. */
export function bodyHash(body: Uint8Array): string {
  let end = body.length
  while (end >= 4 && body[end - 1] === 10 && body[end - 3] === 10 && body[end - 4] === 13) end -= 2
  return hash('sha256', body.subarray(0, end), 'base64')
}

const sameRecord = (a: DkimKey, b: DkimKey): boolean =>
  a.domain.toLowerCase() === b.domain.toLowerCase() && a.selector.toLowerCase() === b.selector.toLowerCase()

const seconds = (at: EpochMs): string => String(Math.floor(at / 1000))

function signingKey(config: DkimKey): SigningKey {
  const { key, rsa, signatureBytes } = loadDkimKey(config)
  const tags = `v=1; a=${rsa ? 'rsa' : 'ed25519'}-sha256; c=relaxed/simple`
  const start = `DKIM-Signature: ${tags};\r\n d=${config.domain};\r\n s=${config.selector};\r\n t=`
  const middle = `;\r\n h=${foldedNames()};\r\n bh=`
  const base64Length = Math.ceil(signatureBytes / 3) * 4
  return {
    rsa,
    key,
    start,
    middle,
    signedStart: relaxed('DKIM-Signature', start.slice('DKIM-Signature:'.length)).trimEnd(),
    signedMiddle: middle.replace(/\r\n /g, ' '),
    signatureLength: `;${folded('A'.repeat(base64Length))}\r\n`.length,
  }
}

// RFC 8463 section 3: Ed25519 signs the SHA-256 of the data, in the plain mode without another hash.
const signatureOf = ({ rsa, key }: SigningKey, data: string): string =>
  rsa
    ? sign('sha256', Buffer.from(data), key).toString('base64')
    : sign(null, hash('sha256', data, 'buffer'), key).toString('base64')

function folded(signature: string): string {
  let out = `\r\n b=${signature.slice(0, signatureColumns)}`
  for (let at = signatureColumns; at < signature.length; at += signatureColumns) {
    out += `\r\n ${signature.slice(at, at + signatureColumns)}`
  }
  return out
}

function foldedNames(): string {
  const lines: string[] = []
  let line = ''
  for (const name of signedFields) {
    if (line !== '' && line.length + name.length > 70) {
      lines.push(line)
      line = ''
    }
    line += line === '' && lines.length === 0 ? name : `:${name}`
  }
  lines.push(line)
  return lines.join('\r\n ')
}
