import { z } from 'zod'
import {
  addressSchema,
  attributesSchema,
  epochMsSchema,
  languageSchema,
  slugSchema,
  textSchema,
  timeZoneSchema,
} from './values.ts'

const name = textSchema.trim().max(200).nullish()
const topics = z.record(slugSchema, z.number().min(0).max(1)).optional()
const lists = z.array(slugSchema).max(100)

/** What somebody enters to receive letters. */
export const signUpSchema = z.strictObject({
  address: addressSchema,
  name,
  language: languageSchema.nullish(),
  timeZone: timeZoneSchema.nullish(),
  lists: lists.min(1, 'must name at least one list'),
  topics,
  attributes: attributesSchema.optional(),
  confirmByMail: z.boolean().optional(),
})

/** A person's own settings. */
export const preferenceChangeSchema = z.strictObject({
  name,
  language: languageSchema.nullish(),
  timeZone: timeZoneSchema.nullish(),
  topics,
  join: lists.optional(),
  leave: lists.optional(),
  maxPerWeek: z.int().min(1).max(1000).nullable().optional(),
  tracking: z.enum(['granted', 'denied']).optional(),
  pausedUntil: epochMsSchema.nullable().optional(),
})
