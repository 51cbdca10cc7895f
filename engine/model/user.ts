import { z } from 'zod'
import type { EpochMs, UserId } from './ids.ts'
import { type Role, roleSchema } from './scope.ts'
import { addressSchema, textSchema } from './values.ts'

/** The second factor of a user: RFC 6238. */
export interface Totp {
  /** Sealed for the row of this user (access/vault.ts). */
  readonly secret: string
  /** The time step of the last code that was taken: that one, and those before it, are not taken again. Null: none was. */
  readonly lastStep: number | null
  /** Of the first right code, from which on codes are asked for; null: it was shown, and nobody has typed a code yet. */
  readonly confirmedAt: EpochMs | null
}

/** Somebody who signs in. */
export interface User {
  readonly id: UserId
  /** What they sign in with: an e-mail address in lower case. */
  readonly name: string
  readonly fullName: string
  readonly role: Role
  /** PHC string (access/password.ts); null: invited, and no password chosen yet. */
  readonly passwordHash: string | null
  readonly totp: Totp | null
  /** SHA-256 (hex) of the codes that are left, each for one sign-in without a device. */
  readonly recoveryCodes: readonly string[]
  /** Null: they may sign in. */
  readonly disabledAt: EpochMs | null
  readonly passwordChangedAt: EpochMs | null
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const userNameSchema = addressSchema.transform((address) => address.toLowerCase())

export const userInputSchema = z.strictObject({
  name: userNameSchema.describe('The e-mail address they sign in with.'),
  fullName: textSchema.max(200).default('').describe('What they are called.'),
  role: roleSchema.describe('What they may do.'),
})
export type UserInput = z.infer<typeof userInputSchema>

/** A user of whom nothing but the input is known. */
export const newUser = (input: UserInput): Omit<User, 'id' | 'version' | 'createdAt' | 'updatedAt'> => ({
  ...input,
  passwordHash: null,
  totp: null,
  recoveryCodes: [],
  disabledAt: null,
  passwordChangedAt: null,
})
