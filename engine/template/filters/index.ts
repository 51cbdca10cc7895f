import { dateFilters } from './date-filters.ts'
import type { Filter } from './host.ts'
import { createLiquidFilters } from './liquid-filters.ts'
import { ownFilters } from './own-filters.ts'

export type { Filter, FilterHost } from './host.ts'
export { returnsText } from './liquid-filters.ts'
export { noAsset, requireValue } from './own-filters.ts'

/** Every filter that templates know, by name: LiquidJS's, with dates of our own, and ours. */
export function createFilters(): Map<string, Filter> {
  const filters = createLiquidFilters()
  for (const [name, filter] of Object.entries({ ...dateFilters, ...ownFilters })) filters.set(name, filter)
  return filters
}
