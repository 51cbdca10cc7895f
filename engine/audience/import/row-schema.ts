import { z } from 'zod'
import { memberships } from '../../model/list.ts'
import { subscriberInputSchema } from '../../model/subscriber.ts'
import { epochMsSchema, slugSchema, textSchema } from '../../model/values.ts'
import { suppressionReasons } from '../../ports/subscribers.ts'
import { suppressedAddress } from '../columns/suppression.ts'

const listSchema = z.union([
  slugSchema.transform((list) => ({ list, membership: 'active' as const, at: null })),
  z.strictObject({
    list: slugSchema,
    membership: z.enum(memberships).default('active'),
    at: epochMsSchema.nullable().default(null),
  }),
])

/** A row of a subscriber file: what the API takes, and what an export says besides. */
export const importRowSchema = subscriberInputSchema.extend({
  lists: z.array(listSchema).max(100).optional(),
  createdAt: epochMsSchema.optional(),
  updatedAt: epochMsSchema.optional(),
})
export type ImportRow = z.infer<typeof importRowSchema>

export const suppressionRowSchema = z.strictObject({
  address: z.string().transform((text, context) => {
    const result = suppressedAddress(text)
    if ('ok' in result) return result.ok
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 80)}" ${result.error}` })
    return z.NEVER
  }),
  reason: z.enum(suppressionReasons).default('import'),
  detail: textSchema.max(500).nullable().default(null),
  /** As an export says it; the store has its own. */
  createdAt: z.unknown().optional(),
})
export type SuppressionRow = z.infer<typeof suppressionRowSchema>
