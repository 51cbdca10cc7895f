import { timingSafeEqual } from 'node:crypto'
import { BroadsheetError } from '../errors.ts'
import { createKeyedHash } from './hmac.ts'

/** Signed rows of whole numbers, short enough for a link: base64url of key id (1 byte), the numbers as varints, and 16 bytes
 *  of HMAC-SHA-256. The same for the same numbers and secret. */
export interface Tokens {
  /** Signed with the first secret. */
  seal(...numbers: readonly number[]): string
  /** Null for everything that `seal` did not make under one of the secrets. Never throws. */
  open(token: string): readonly number[] | null
}

const macBytes = 16
// 2^53 - 1 takes 8.
const maxVarintBytes = 8
const tokenShape = /^[A-Za-z0-9_-]+$/

interface TokenKey {
  readonly id: number
  readonly mac: (text: string) => string
}

/** `purpose`: tokens of one do not pass for those of another. `text`: what is signed, in ASCII; null: no token of ours has
 *  such numbers. */
export function createTokens(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly purpose: string
  readonly count: number
  readonly text: (numbers: readonly number[]) => string | null
}): Tokens {
  const { secrets, purpose, count, text } = options
  const keys = secrets.map((secret): TokenKey => {
    const mac = createKeyedHash(secret, purpose)
    // From the secret and not its position, which changes when the next one is put in front.
    return { id: Number.parseInt(mac('key id').slice(0, 2), 16), mac }
  })
  const [first] = keys
  if (first === undefined)
    throw new BroadsheetError('E_CONFIG', 'secrets is empty: links are signed with the first of them')
  // One token at a time is written and read here, so one scratch buffer serves all.
  const scratch = Buffer.alloc(1 + count * maxVarintBytes + macBytes)
  const maxTokenLength = Math.ceil((scratch.length * 4) / 3)

  const sealed = (key: TokenKey, numbers: readonly number[]): string | null => {
    const signed = text(numbers)
    if (signed === null) return null
    scratch[0] = key.id
    let end = 1
    for (const number of numbers) end = writeVarint(scratch, end, number)
    end += scratch.write(key.mac(signed), end, macBytes, 'hex')
    return scratch.toString('base64url', 0, end)
  }

  return {
    seal(...numbers) {
      const token = sealed(first, numbers)
      if (token === null) throw new RangeError(`${numbers.join(', ')} is not for "${purpose}"`)
      return token
    },
    open(token) {
      if (typeof token !== 'string' || token.length > maxTokenLength || !tokenShape.test(token)) return null
      const bytes = Buffer.from(token, 'base64url')
      const numbers: number[] = []
      let end = 1
      while (numbers.length < count) {
        const number = readVarint(bytes, end)
        if (number === null) return null
        numbers.push(number.value)
        end = number.end
      }
      if (bytes.length !== end + macBytes) return null
      const given = Buffer.from(token)
      for (const key of keys) {
        if (key.id !== bytes[0]) continue
        // The whole token and not the MAC alone: base64url and varints have several spellings of
        // one value, and only ours counts.
        const expected = Buffer.from(sealed(key, numbers) ?? '')
        if (expected.length === given.length && timingSafeEqual(expected, given)) return numbers
      }
      return null
    },
  }
}

function writeVarint(into: Uint8Array, at: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an id`)
  let rest = value
  let end = at
  while (rest > 127) {
    into[end++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  into[end++] = rest
  return end
}

function readVarint(from: Uint8Array, at: number): { readonly value: number; readonly end: number } | null {
  let value = 0
  let factor = 1
  for (let end = at; end < from.length && end < at + maxVarintBytes; end++) {
    const byte = from[end]!
    value += (byte & 127) * factor
    if (!Number.isSafeInteger(value)) return null
    if (byte < 128) return { value, end: end + 1 }
    factor *= 128
  }
  return null
}
