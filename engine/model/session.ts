import type { EpochMs, SessionId, UserId } from './ids.ts'

/** A user who is signed in on one device. */
export interface Session {
  readonly id: SessionId
  readonly userId: UserId
  /** SHA-256 (hex) of what the cookie holds, which is kept nowhere. */
  readonly hash: string
  readonly createdAt: EpochMs
  /** Coarse: not every request is written down. */
  readonly lastSeenAt: EpochMs
  readonly expiresAt: EpochMs
  /** Where it was opened from. */
  readonly address: string | null
  readonly userAgent: string | null
}
export type NewSession = Omit<Session, 'id' | 'lastSeenAt'>

/** `owner`: makes the first owner. `invite`, `reset`: choose a password. `second-factor`: the password was right, a code is
 *  still to come. `sign-in`: signs in by itself, for whoever has the machine. */
export const tokenPurposes = ['owner', 'invite', 'reset', 'second-factor', 'sign-in'] as const
export type TokenPurpose = (typeof tokenPurposes)[number]

/** A secret that works once. */
export interface OneTimeToken {
  /** SHA-256 (hex) of the secret. */
  readonly hash: string
  readonly purpose: TokenPurpose
  /** Whom or what it is for, such as a user's id. */
  readonly subject: string
  readonly expiresAt: EpochMs
}
