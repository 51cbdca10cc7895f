import { subscriberStatuses } from '../../model/subscriber.ts'
import { languageSchema, slugSchema, timeZoneSchema } from '../../model/values.ts'
import type { ImportRow } from './row-schema.ts'

// Lower-case ASCII without anything that IDNA or the rules of address.ts would change or refuse.
const local = /^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*$/
const domain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z]{1,62}$/
const statuses: ReadonlySet<unknown> = new Set(subscriberStatuses)
const maxRemembered = 2000
// U+0000 is no text, and only the schema sees whether a surrogate is one of a pair.
const maybeNoText = /[\0\ud800-\udfff]/
// A letter is at most six in JSON.
const maxAttributeChars = 2500

/** Answers of a schema for texts that come again and again. */
function remembered(schema: { safeParse(value: unknown): { success: boolean } }): (text: string) => boolean {
  const good = new Set<string>()
  return (text) => {
    if (good.has(text)) return true
    if (!schema.safeParse(text).success) return false
    if (good.size < maxRemembered) good.add(text)
    return true
  }
}

/** `importRowSchema` for rows in which nothing is unusual, some twenty times as fast: what it returns is what the schema
 *  would. Null: ask the schema. Make one for each import. */
export function plainRows(): (value: unknown) => ImportRow | null {
  const isLanguage = remembered(languageSchema)
  const isTimeZone = remembered(timeZoneSchema)
  const isSlug = remembered(slugSchema)

  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    const row: { -readonly [K in keyof ImportRow]: ImportRow[K] } = { address: '' }
    for (const key in value) {
      const field: unknown = (value as Record<string, unknown>)[key]
      switch (key) {
        case 'address': {
          const address = typeof field === 'string' ? plainAddress(field) : null
          if (address === null) return null
          row.address = address
          break
        }
        case 'name': {
          if (typeof field !== 'string') return null
          const name = field.trim()
          if (name.length > 200 || maybeNoText.test(name)) return null
          row.name = name
          break
        }
        case 'language':
          if (typeof field !== 'string' || !isLanguage(field)) return null
          row.language = field
          break
        case 'timeZone':
          if (typeof field !== 'string' || !isTimeZone(field)) return null
          row.timeZone = field
          break
        case 'status':
          if (!statuses.has(field)) return null
          row.status = field as ImportRow['status']
          break
        case 'createdAt':
        case 'updatedAt':
          if (!Number.isSafeInteger(field) || (field as number) < 0 || (field as number) > 8.64e15)
            return null
          row[key] = field as number
          break
        case 'attributes':
          if (!isPlainAttributes(field)) return null
          row.attributes = field as NonNullable<ImportRow['attributes']>
          break
        case 'topics':
          if (!areWeights(field, isSlug)) return null
          row.topics = field as NonNullable<ImportRow['topics']>
          break
        default:
          return null
      }
    }
    return row.address === '' ? null : row
  }
}

function plainAddress(text: string): string | null {
  if (text.length > 200) return null
  const whole = text.trim().toLowerCase()
  const at = whole.lastIndexOf('@')
  if (at < 1 || at > 64) return null
  const host = whole.slice(at + 1)
  return local.test(whole.slice(0, at)) && domain.test(host) && !host.includes('xn--') ? whole : null
}

function isPlainAttributes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let keys = 0
  let chars = 0
  for (const key in value) {
    const field: unknown = (value as Record<string, unknown>)[key]
    if (typeof field !== 'string' || key === '' || key.length > 64 || key === '__proto__') return false
    if (maybeNoText.test(key) || maybeNoText.test(field)) return false
    keys++
    chars += key.length + field.length + 1
  }
  return keys <= 64 && chars <= maxAttributeChars
}

function areWeights(value: unknown, isSlug: (text: string) => boolean): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const slug in value) {
    const weight: unknown = (value as Record<string, unknown>)[slug]
    if (typeof weight !== 'number' || !(weight >= 0 && weight <= 1) || !isSlug(slug)) return false
  }
  return true
}
