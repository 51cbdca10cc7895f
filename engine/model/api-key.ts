import { z } from 'zod'
import type { ApiKeyId, EpochMs } from './ids.ts'
import { slugSchema } from './values.ts'

/** A key to the API. The secret is shown once; only its SHA-256 (hex) is kept. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly name: string
  readonly hash: string
  readonly version: number
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}
export const apiKeyInputSchema = z.strictObject({ name: slugSchema })
