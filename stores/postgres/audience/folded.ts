import type { Json } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'

/** Attributes as segments compare them: every text folded, however deep; keys and all else as they are. */
export function foldAttributes(attributes: Json): Json {
  if (typeof attributes === 'string') return foldText(attributes)
  if (typeof attributes !== 'object' || attributes === null) return attributes
  if (Array.isArray(attributes)) return attributes.map(foldAttributes)
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, foldAttributes(value as Json)]),
  )
}
