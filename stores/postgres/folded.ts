import type { Json } from '../../engine/model/ids.ts'
import { foldText } from '../../engine/model/segment.ts'

/** Attributes as segments compare them: their texts folded, at the top level and within lists. */
export const foldAttributes = (attributes: {
  readonly [key: string]: Json
}): { readonly [key: string]: Json } =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, fold(value)]))

const fold = (value: Json): Json =>
  typeof value === 'string' ? foldText(value) : Array.isArray(value) ? value.map(fold) : value
