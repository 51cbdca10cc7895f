import { z } from 'zod'
import type { ApiKeyId, EpochMs } from './ids.ts'
import { type Scope, scopeSchema, scopes } from './scope.ts'
import { epochMsSchema, slugSchema } from './values.ts'

/** A key to the API. The secret is shown once; only its SHA-256 (hex) is kept. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly name: string
  readonly hash: string
  /** Null, and absent in keys from before there were scopes: all of them. */
  readonly scopes?: readonly Scope[] | null | undefined
  /** Absent or null: never. */
  readonly expiresAt?: EpochMs | null | undefined
  /** Coarse. Absent or null: not yet. */
  readonly lastUsedAt?: EpochMs | null | undefined
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const apiKeyInputSchema = z.strictObject({
  name: slugSchema,
  scopes: z
    .array(scopeSchema)
    .min(1)
    .transform((list): readonly Scope[] => [...new Set(list)])
    .nullable()
    .default(null)
    .describe('What it may do; null: everything.'),
  expiresAt: epochMsSchema.nullable().default(null).describe('When it ends; null: never.'),
})

export const scopesOfKey = (key: Pick<ApiKey, 'scopes'>): ReadonlySet<Scope> => new Set(key.scopes ?? scopes)

export const isExpired = (key: Pick<ApiKey, 'expiresAt'>, now: EpochMs): boolean =>
  typeof key.expiresAt === 'number' && key.expiresAt <= now
