import { z } from 'zod'
import type { SessionId, UserId } from '../../../engine/model/ids.ts'
import { roleSchema, scopeSchema } from '../../../engine/model/scope.ts'
import type { Session } from '../../../engine/model/session.ts'
import type { User } from '../../../engine/model/user.ts'
import type { Invitation } from '../../access/people.ts'
import { hasSecondFactor } from '../../access/second-factor.ts'
import { idOf, keptShape, timeOf } from './kept.ts'

export const userSchema = z.object({
  ...keptShape<UserId>(),
  name: z.string().describe('The e-mail address they sign in with.'),
  fullName: z.string(),
  role: roleSchema,
  invited: z.boolean().describe('No password is chosen yet.'),
  secondFactor: z.boolean().describe('A code is asked for at sign-in.'),
  recoveryCodesLeft: z.int(),
  disabledAt: timeOf().nullable(),
  passwordChangedAt: timeOf().nullable(),
})

/** Hashes and sealed secrets are nobody's business. */
export const userView = ({ passwordHash, totp, recoveryCodes, ...user }: User) => ({
  ...user,
  invited: passwordHash === null,
  secondFactor: hasSecondFactor({ totp }),
  recoveryCodesLeft: recoveryCodes.length,
})

export const sessionSchema = z.object({
  id: idOf<SessionId>(),
  createdAt: timeOf(),
  lastSeenAt: timeOf().describe('To the minute.'),
  expiresAt: timeOf().describe('Unless it is used before.'),
  address: z.string().nullable().describe('Where it was opened from.'),
  userAgent: z.string().nullable(),
  present: z.boolean().describe('It is the one that asks.'),
})
export const sessionView = ({ hash: _hash, ...session }: Session, present: SessionId | null) => ({
  ...session,
  present: session.id === present,
})

export const invitationSchema = z.object({
  token: z.string().describe('Good for one `POST /access/accept`; shown this once.'),
  expiresAt: timeOf(),
  link: z
    .string()
    .nullable()
    .describe(
      'Where the console takes it; null where `publicUrl` is not set. The token is behind `#`: no server hears it.',
    ),
})

/** With where the console takes it. */
export const invitationView = (
  { token, expiresAt }: Invitation,
  publicUrl: string | null,
  page: 'accept' | 'enter' = 'accept',
) => ({
  token,
  expiresAt,
  link: publicUrl === null ? null : `${publicUrl.replace(/\/$/, '')}/#/${page}?token=${token}`,
})

export const callerSchema = z.object({
  kind: z.enum(['local', 'key', 'user']),
  id: z.string(),
  name: z.string(),
  scopes: z.array(scopeSchema),
  user: userSchema.nullable().describe('Who is signed in; null for a key.'),
  session: sessionSchema.nullable(),
})
