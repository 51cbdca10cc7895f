import { z } from 'zod'
import { parseAddress } from './address.ts'
import type { Json } from './ids.ts'

/** Can every store keep it? PostgreSQL knows no U+0000, and UTF-8 no half of a surrogate pair. */
export const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
export const noText = 'must not have the character U+0000 or half a surrogate pair: take it out'

/** Text of any kind. */
export const textSchema = z.string().refine(isText, noText)

/** Names used in URLs, segments and templates: lower-case letters, digits, `-`, `_`, `.`. */
export const slugSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'must be lower-case letters, digits, "-", "_" or ".", e.g. "world-news"')

export const languageSchema = z
  .string()
  .max(35)
  .refine((tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length === 1
    } catch {
      return false
    }
  }, 'must be a BCP 47 language tag, e.g. "de" or "pt-BR"')

const knownZones = new Set<string>()
export const timeZoneSchema = z
  .string()
  .max(64)
  .refine((zone) => {
    // A DateTimeFormat costs 30 us and imports ask a million times for a few dozen names.
    if (knownZones.has(zone)) return true
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone })
    } catch {
      return false
    }
    knownZones.add(zone)
    return true
  }, 'must be an IANA time zone, e.g. "Europe/Berlin"')

const maxDepth = 8
const depthOf = (value: unknown, depth = 0): number =>
  depth > maxDepth || value === null || typeof value !== 'object'
    ? depth
    : Math.max(depth, ...Object.values(value).map((inner) => depthOf(inner, depth + 1)))

const isTextThroughout = (value: Json): boolean => {
  if (typeof value === 'string') return isText(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => isText(key) && isTextThroughout(inner as Json))
}

export const jsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>

/** Free-form data on a subscriber, seen by templates as `subscriber.attributes`. At most 64 keys, depth 8, 16 KB. */
export const attributesSchema = z
  .record(z.string().min(1).max(64), jsonSchema)
  .refine((map) => Object.keys(map).length <= 64, 'must have at most 64 keys')
  .refine((map) => depthOf(map) <= maxDepth, `must be nested at most ${maxDepth} deep`)
  .refine(isTextThroughout, noText)
  .refine((map) => JSON.stringify(map).length <= 16_384, 'must be at most 16 KB as JSON')
  .refine((map) => !Object.keys(map).some((key) => key === '__proto__'), 'must not have a key "__proto__"')

export const epochMsSchema = z.int().min(0).max(8.64e15)

/** A string that `parseAddress` takes, normalised. */
export const addressSchema = z.string().transform((text, context) => {
  const result = parseAddress(text)
  if ('ok' in result) return result.ok
  context.addIssue({ code: 'custom', message: `"${text.slice(0, 80)}" ${result.error}` })
  return z.NEVER
})
