import { BroadsheetError } from '../../engine/errors.ts'
import type { ImportCounts } from '../../engine/ports/imports.ts'

/** People who were erased stay as they are: unchanged. */
export const countOutcomes = (
  outcomes: readonly { readonly outcome: keyof ImportCounts | 'erased' }[],
): ImportCounts => {
  const counts = { created: 0, updated: 0, unchanged: 0 }
  for (const { outcome } of outcomes) counts[outcome === 'erased' ? 'unchanged' : outcome] += 1
  return counts
}

export const notAt = (id: number, after: number): BroadsheetError =>
  new BroadsheetError(
    'E_CONFLICT',
    `The import ${id} is not running at row ${after}: it has ended, or was resumed elsewhere.`,
  )
