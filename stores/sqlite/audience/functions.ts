import type { Database } from 'better-sqlite3'
import { foldText, isoTime, type TextMatch, textFits } from '../../../engine/model/segment.ts'

/** The words of JavaScript that our statements use: folding and dates must mean in SQL what they mean elsewhere,
 *  and SQLite's own lower() knows ASCII only. About 0.5 us a call. */
export function addFunctions(db: Database): void {
  db.function('folded', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? foldText(text) : null,
  )
  db.function('text_fits', { deterministic: true }, (text: unknown, how: unknown, folded: unknown) =>
    typeof text === 'string' && textFits(text, how as TextMatch, folded as string) ? 1 : 0,
  )
  db.function('iso_ms', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? isoTime(text) : null,
  )
}
