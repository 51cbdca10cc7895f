import { BroadsheetError } from '../errors.ts'
import type { PublicationId, SubscriberId } from '../model/ids.ts'
import { createKeyedHash } from './hmac.ts'
import { createTokens } from './token.ts'

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

export interface LetterAddresses {
  /** What a letter offers its reader. */
  readonly urls: LetterUrls
  /** What tracked links begin with: the key of one follows (engine/model/link.ts). */
  readonly click: string
  readonly pixel: string
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
 *  Token: both ids, sealed (token.ts): 26 to 44 characters. It says who, not what may be done: a page behind
 *  it decides that, and expires nothing (unsubscribe links work for years). */
export interface Links {
  /** Signed with the first secret. */
  token(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** Null for everything that `token` did not make under one of the secrets. Never throws. */
  read(token: string): LinkSubject | null
  unsubscribeUrl(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** All addresses of ours in one letter, of one token. */
  addresses(publicationId: PublicationId, subscriberId: SubscriberId): LetterAddresses
  /** `<32 hex digits@domain>`, the same over every retry of a delivery.
   *
   *  Made with the LAST secret, the oldest: putting a new secret in front changes no Message-ID.
   *  Dropping the oldest does, so drop one only when every publication that began while it was the
   *  oldest has stopped retrying (`retryForMs`, at most 7 days); later a copy would carry another
   *  Message-ID. Bounces are then still recognised by the ledger, not by their Message-ID. */
  messageId(publicationId: PublicationId, subscriberId: SubscriberId, channel: string, domain: string): string
}

export function createLinks(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly publicUrl: string
}): Links {
  const tokens = createTokens({
    secrets: options.secrets,
    purpose: 'broadsheet link 1',
    count: 2,
    text: (ids) => `link ${ids[0]} ${ids[1]}`,
  })
  const messageIdOf = createKeyedHash(options.secrets.at(-1)!, 'broadsheet message id 1')
  const base = plainUrl(options.publicUrl)
  const unsubscribeBase = `${base}/u/`
  const tokenOf = (publicationId: number, subscriberId: number) => tokens.seal(publicationId, subscriberId)

  return {
    token: tokenOf,
    read(token) {
      const ids = tokens.open(token)
      return ids === null
        ? null
        : { publicationId: ids[0] as PublicationId, subscriberId: ids[1] as SubscriberId }
    },
    unsubscribeUrl: (publicationId, subscriberId) => unsubscribeBase + tokenOf(publicationId, subscriberId),
    addresses(publicationId, subscriberId) {
      // One token, and one signature, for all of them.
      const token = tokenOf(publicationId, subscriberId)
      return {
        urls: {
          unsubscribe: unsubscribeBase + token,
          preferences: `${base}/p/${token}`,
          web: `${base}/v/${token}`,
        },
        click: `${base}/c/${token}/`,
        pixel: `${base}/t/${token}.gif`,
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
  return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '')
}
