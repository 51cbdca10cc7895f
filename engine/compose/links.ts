import { timingSafeEqual } from 'node:crypto'
import { BroadsheetError } from '../errors.ts'
import type { PublicationId, SubscriberId } from '../model/ids.ts'
import { createKeyedHash } from './hmac.ts'

export interface LinkSubject {
  readonly publicationId: PublicationId
  readonly subscriberId: SubscriberId
}

/** Where a letter leads besides its items: out, to the reader's own settings, and to itself on the web. */
export interface LetterUrls {
  readonly unsubscribe: string
  readonly preferences: string
  readonly web: string
}

/** Those of a letter that nobody in particular reads: the archive's. */
export function strangerUrls(publicUrl: string, campaign: string, publicationId: number): LetterUrls {
  const base = plainUrl(publicUrl)
  return {
    unsubscribe: `${base}/p`,
    preferences: `${base}/p`,
    web: `${base}/a/${campaign}/${publicationId}`,
  }
}

/** What a letter carries to be recognised by: one signed token for its links, its open pixel and its
 *  unsubscribe, and its Message-ID.
 *
 *  Token: base64url of key id (1 byte), both ids as varints, and 16 bytes of HMAC-SHA-256: 26 to 44
 *  characters. The same for the same ids and secret. It says who, not what may be done: a page behind
 *  it decides that, and expires nothing (unsubscribe links work for years). */
export interface Links {
  /** Signed with the first secret. */
  token(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** Null for everything that `token` did not make under one of the secrets. Never throws. */
  read(token: string): LinkSubject | null
  unsubscribeUrl(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** All that a letter offers its reader. */
  urls(publicationId: PublicationId, subscriberId: SubscriberId): LetterUrls
  /** `<32 hex digits@domain>`, the same over every retry of a delivery.
   *
   *  Made with the LAST secret, the oldest: putting a new secret in front changes no Message-ID.
   *  Dropping the oldest does, so drop one only when every publication that began while it was the
   *  oldest has stopped retrying (`retryForMs`, at most 7 days); later a copy would carry another
   *  Message-ID. Bounces are then still recognised by the ledger, not by their Message-ID. */
  messageId(publicationId: PublicationId, subscriberId: SubscriberId, channel: string, domain: string): string
}

const macBytes = 16
// Key id, two varints of at most 8 bytes (2^53 - 1), MAC.
const maxTokenBytes = 1 + 8 + 8 + macBytes
const maxTokenLength = Math.ceil((maxTokenBytes * 4) / 3)
const tokenShape = /^[A-Za-z0-9_-]+$/

interface LinkKey {
  readonly id: number
  readonly mac: (text: string) => string
}

export function createLinks(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly publicUrl: string
}): Links {
  const keys = options.secrets.map((secret): LinkKey => {
    const mac = createKeyedHash(secret, 'broadsheet link 1')
    // From the secret and not its position, which changes when the next one is put in front.
    return { id: Number.parseInt(mac('key id').slice(0, 2), 16), mac }
  })
  const first = keys[0]
  const oldest = options.secrets.at(-1)
  if (first === undefined || oldest === undefined) {
    throw new BroadsheetError('E_CONFIG', 'secrets is empty: links are signed with the first of them')
  }
  const messageIdOf = createKeyedHash(oldest, 'broadsheet message id 1')
  const base = plainUrl(options.publicUrl)
  const unsubscribeBase = `${base}/u/`

  // One letter at a time is written and read here, so one scratch buffer serves all.
  const scratch = Buffer.alloc(maxTokenBytes)
  const tokenOf = (key: LinkKey, publicationId: number, subscriberId: number): string => {
    scratch[0] = key.id
    let end = writeVarint(scratch, 1, publicationId)
    end = writeVarint(scratch, end, subscriberId)
    const mac = key.mac(`link ${publicationId} ${subscriberId}`)
    end += scratch.write(mac, end, macBytes, 'hex')
    return scratch.toString('base64url', 0, end)
  }

  return {
    token: (publicationId, subscriberId) => tokenOf(first, publicationId, subscriberId),
    read(token) {
      if (typeof token !== 'string' || token.length > maxTokenLength || !tokenShape.test(token)) return null
      const bytes = Buffer.from(token, 'base64url')
      const publication = readVarint(bytes, 1)
      const subscriber = publication === null ? null : readVarint(bytes, publication.end)
      if (publication === null || subscriber === null) return null
      if (bytes.length !== subscriber.end + macBytes) return null
      const given = Buffer.from(token)
      for (const key of keys) {
        if (key.id !== bytes[0]) continue
        // The whole token and not the MAC alone: base64url and varints have several spellings of
        // one value, and only ours counts.
        const expected = Buffer.from(tokenOf(key, publication.value, subscriber.value))
        if (expected.length === given.length && timingSafeEqual(expected, given)) {
          return {
            publicationId: publication.value as PublicationId,
            subscriberId: subscriber.value as SubscriberId,
          }
        }
      }
      return null
    },
    unsubscribeUrl: (publicationId, subscriberId) =>
      unsubscribeBase + tokenOf(first, publicationId, subscriberId),
    urls(publicationId, subscriberId) {
      // One token, and one signature, for all of them.
      const token = tokenOf(first, publicationId, subscriberId)
      return {
        unsubscribe: unsubscribeBase + token,
        preferences: `${base}/p/${token}`,
        web: `${base}/v/${token}`,
      }
    },
    messageId: (publicationId, subscriberId, channel, domain) =>
      `<${messageIdOf(`${publicationId} ${subscriberId} ${channel}`).slice(0, 32)}@${domain}>`,
  }
}

/** Without a trailing slash, in ASCII (IDNA, percent-encoding), as header fields and HTML take it. */
export function plainUrl(publicUrl: string): string {
  const url = URL.parse(publicUrl)
  if (url === null) {
    throw new BroadsheetError('E_CONFIG', `publicUrl "${publicUrl.slice(0, 200)}" is not a web address`)
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

export function writeVarint(into: Uint8Array, at: number, value: number): number {
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

export function readVarint(
  from: Uint8Array,
  at: number,
): { readonly value: number; readonly end: number } | null {
  let value = 0
  let factor = 1
  for (let end = at; end < from.length && end < at + 8; end++) {
    const byte = from[end]!
    value += (byte & 127) * factor
    if (!Number.isSafeInteger(value)) return null
    if (byte < 128) return { value, end: end + 1 }
    factor *= 128
  }
  return null
}
