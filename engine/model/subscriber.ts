import { z } from 'zod'
import type { EpochMs, Json, SubscriberId } from './ids.ts'
import {
  addressSchema,
  attributesSchema,
  languageSchema,
  slugSchema,
  textSchema,
  timeZoneSchema,
} from './values.ts'

export const subscriberStatuses = [
  'unconfirmed',
  'active',
  'paused',
  'unsubscribed',
  'bounced',
  'complained',
  'erased',
] as const
export type SubscriberStatus = (typeof subscriberStatuses)[number]

/** Someone who receives. Only `active` subscribers are mailed. */
export interface Subscriber {
  readonly id: SubscriberId
  /** Normalised (see address.ts); unique over all subscribers. */
  readonly address: string
  readonly name: string | null
  /** BCP 47, e.g. `de` or `pt-BR`. */
  readonly language: string | null
  /** IANA, e.g. `Europe/Berlin`. */
  readonly timeZone: string | null
  readonly status: SubscriberStatus
  readonly attributes: { readonly [key: string]: Json }
  /** Interest by topic slug, 0 (none) to 1 (all of it). */
  readonly topics: { readonly [slug: string]: number }
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** What callers may say of a subscriber. Absent fields keep their value on an update. */
export const subscriberInputSchema = z.strictObject({
  address: addressSchema,
  name: textSchema.trim().max(200).nullish(),
  language: languageSchema.nullish(),
  timeZone: timeZoneSchema.nullish(),
  /** Only for new rows and for people who never left: an update never re-activates anyone. */
  status: z.enum(subscriberStatuses).exclude(['erased']).optional(),
  attributes: attributesSchema.optional(),
  topics: z.record(slugSchema, z.number().min(0).max(1)).optional(),
})
export type SubscriberInput = z.infer<typeof subscriberInputSchema>

/** Statuses a person chose or earned by leaving: no import or update moves a row out of them. */
export const departedStatuses: readonly SubscriberStatus[] = [
  'unsubscribed',
  'bounced',
  'complained',
  'erased',
]
