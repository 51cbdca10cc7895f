import { timingSafeEqual } from 'node:crypto'
import { BroadsheetError } from '../errors.ts'
import type { EpochMs, SubscriberId } from '../model/ids.ts'
import { createKeyedHash } from './hmac.ts'
import { plainUrl, readVarint, writeVarint } from './links.ts'

export const personPurposes = ['manage', 'confirm'] as const
export type PersonPurpose = (typeof personPurposes)[number]

export interface PersonSubject {
  readonly purpose: PersonPurpose
  readonly subscriberId: SubscriberId
  /** To the second. */
  readonly issuedAt: EpochMs
}

/** Tokens that name a person and a purpose, for mails that belong to no publication. Signed with the same secrets as the
 *  letters' tokens under keys of their own, so that neither passes for the other.
 *
 *  Token: base64url of key id (1 byte), purpose (1 byte), subscriber id and second of issue as varints, and 16 bytes of
 *  HMAC-SHA-256. The token itself never expires: who reads it decides how old it may be. */
export interface PersonTokens {
  /** Signed with the first secret. */
  token(purpose: PersonPurpose, id: SubscriberId, issuedAt: EpochMs): string
  /** Null for everything that `token` did not make under one of the secrets. Never throws. */
  read(token: string): PersonSubject | null
  /** Always the same: it does not expire. */
  manageUrl(id: SubscriberId): string
  confirmUrl(id: SubscriberId, issuedAt: EpochMs): string
}

const macBytes = 16
const maxTokenBytes = 2 + 8 + 8 + macBytes
const maxTokenLength = Math.ceil((maxTokenBytes * 4) / 3)
const tokenShape = /^[A-Za-z0-9_-]+$/

export function createPersonTokens(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly publicUrl: string
}): PersonTokens {
  const keys = options.secrets.map((secret) => {
    const mac = createKeyedHash(secret, 'broadsheet person 1')
    return { id: Number.parseInt(mac('key id').slice(0, 2), 16), mac }
  })
  const [first] = keys
  if (first === undefined)
    throw new BroadsheetError('E_CONFIG', 'secrets is empty: links are signed with the first of them')
  const base = plainUrl(options.publicUrl)

  const scratch = Buffer.alloc(maxTokenBytes)
  const tokenOf = (
    key: (typeof keys)[number],
    purpose: PersonPurpose,
    id: number,
    second: number,
  ): string => {
    scratch[0] = key.id
    scratch[1] = personPurposes.indexOf(purpose)
    let end = writeVarint(scratch, 2, id)
    end = writeVarint(scratch, end, second)
    end += scratch.write(key.mac(`${purpose} ${id} ${second}`), end, macBytes, 'hex')
    return scratch.toString('base64url', 0, end)
  }
  const token: PersonTokens['token'] = (purpose, id, issuedAt) =>
    tokenOf(first, purpose, id, Math.floor(issuedAt / 1000))

  return {
    token,
    read(text) {
      if (typeof text !== 'string' || text.length > maxTokenLength || !tokenShape.test(text)) return null
      const bytes = Buffer.from(text, 'base64url')
      const purpose = personPurposes[bytes[1] ?? -1]
      const subscriber = readVarint(bytes, 2)
      const second = subscriber === null ? null : readVarint(bytes, subscriber.end)
      if (purpose === undefined || subscriber === null || second === null) return null
      if (bytes.length !== second.end + macBytes) return null
      const given = Buffer.from(text)
      for (const key of keys) {
        if (key.id !== bytes[0]) continue
        // The whole token, since base64url and varints have several spellings of one value, and only ours counts.
        const expected = Buffer.from(tokenOf(key, purpose, subscriber.value, second.value))
        if (expected.length === given.length && timingSafeEqual(expected, given))
          return {
            purpose,
            subscriberId: subscriber.value as SubscriberId,
            issuedAt: second.value * 1000,
          }
      }
      return null
    },
    manageUrl: (id) => `${base}/p/${token('manage', id, 0)}`,
    confirmUrl: (id, issuedAt) => `${base}/s/confirm/${token('confirm', id, issuedAt)}`,
  }
}
