import type { Database, Statement } from 'better-sqlite3'

/** Prepares each SQL text once, when it is first needed: a thread only pays for the ports it serves. No plan depends on what is
 *  bound: see `steady`. */
export type Sql = <P extends unknown[], R = unknown>(text: string) => Statement<P, R>

// Texts that name lists are a publication's own: beyond this many the oldest are prepared again when needed.
const maxPrepared = 300

export function createSql(db: Database): Sql {
  const prepared = new Map<string, Statement<unknown[], unknown>>()
  return <P extends unknown[], R>(text: string) => {
    let statement = prepared.get(text)
    if (statement === undefined) {
      statement = db.prepare<unknown[], unknown>(steady(text))
      prepared.set(text, statement)
      if (prepared.size > maxPrepared) prepared.delete(prepared.keys().next().value ?? text)
    }
    return statement as Statement<P, R>
  }
}

// Not `->` and `->>`: they compare nothing.
const compared = /(=|<|(?<![->])>|\bIS|\bLIMIT) (?=[?:])/g

/** A text whose plan is made once and for all. Where SQLite compares with a bare variable it looks at what is bound, and plans the
 *  statement anew with each run: up to 20 us, ten times what a look into an index takes. A plus sign, which does nothing, hides
 *  it (https://sqlite.org/lang_expr.html, "unary operator +"). `LIKE` may use an index only when its pattern is seen. */
export const steady = (text: string): string => text.replace(compared, '$1 +')

/** `WHERE` of the conditions that apply; each is written once and bound by name. */
export const where = (...conditions: readonly (string | false)[]): string => {
  const used = conditions.filter((condition) => condition !== false)
  return used.length === 0 ? '' : `WHERE ${used.join(' AND ')}`
}
