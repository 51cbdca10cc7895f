import type { EpochMs, SubscriberId } from '../model/ids.ts'
import { plainUrl } from './links.ts'
import { createTokens } from './token.ts'

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
 *  Token: purpose, subscriber id and second of issue, sealed (token.ts). It never expires: who reads it decides how old it may be. */
export interface PersonTokens {
  /** Signed with the first secret. */
  token(purpose: PersonPurpose, id: SubscriberId, issuedAt: EpochMs): string
  /** Null for everything that `token` did not make under one of the secrets. Never throws. */
  read(token: string): PersonSubject | null
  /** Always the same: it does not expire. */
  manageUrl(id: SubscriberId): string
  confirmUrl(id: SubscriberId, issuedAt: EpochMs): string
}

export function createPersonTokens(options: {
  /** The first one signs, all of them verify. */
  readonly secrets: readonly string[]
  readonly publicUrl: string
}): PersonTokens {
  const tokens = createTokens({
    secrets: options.secrets,
    purpose: 'broadsheet person 1',
    count: 3,
    text([purpose, id, second]) {
      const name = personPurposes[purpose ?? -1]
      return name === undefined ? null : `${name} ${id} ${second}`
    },
  })
  const base = plainUrl(options.publicUrl)
  const token: PersonTokens['token'] = (purpose, id, issuedAt) =>
    tokens.seal(personPurposes.indexOf(purpose), id, Math.floor(issuedAt / 1000))

  return {
    token,
    read(text) {
      const [purpose, id, second] = tokens.open(text) ?? []
      const name = personPurposes[purpose ?? -1]
      if (name === undefined || id === undefined || second === undefined) return null
      return { purpose: name, subscriberId: id as SubscriberId, issuedAt: second * 1000 }
    },
    manageUrl: (id) => `${base}/p/${token('manage', id, 0)}`,
    confirmUrl: (id, issuedAt) => `${base}/s/confirm/${token('confirm', id, issuedAt)}`,
  }
}
