import { BroadsheetError } from '../../engine/errors.ts'
import type { ResolvedRule } from '../../engine/model/segment.ts'
import type { Values } from './sql.ts'

/** A condition that is true or false, never NULL, for the row `s` of subscriber: stores/rules/segment.ts in SQL. */
export function compileRule(_rule: ResolvedRule, _values: Values): string {
  throw new BroadsheetError('E_INTERNAL', 'Segments are not there yet.')
}
