import { RE2JS, RE2JSException } from 're2js'

/** A pattern's time grows with its program times the text. `program` counts re2js's instructions: 600 of them over the
 *  2,048 characters that a label may have cost 45 ms at their worst (see bench/alerts-patterns.ts), 100 KB would cost
 *  half a second. */
export const patternLimits = { length: 1000, program: 600 } as const

export interface Pattern {
  /** Of the whole text. */
  matches(text: string): boolean
}

/** RE2 syntax as Go has it, anchored at both ends as Alertmanager anchors: linear in the text, whatever the pattern. What is
 *  wrong is said as the end of a sentence about the pattern. */
export function compilePattern(source: string): { readonly ok: Pattern } | { readonly error: string } {
  if (source.length > patternLimits.length)
    return {
      error: `is longer than ${patternLimits.length} characters: say it in several matchers or routes`,
    }
  const simple = readAlternatives(source)
  if (simple !== null) return { ok: simple }
  try {
    const compiled = RE2JS.compile(source)
    if (compiled.programSize() > patternLimits.program)
      return { error: 'repeats too much: use smaller counts than it has in {}, or fewer of them' }
    return { ok: { matches: (text) => compiled.testExact(text) } }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return { error: `is not a regular expression of RE2's syntax: ${error.message}` }
  }
}

const any = { '': null, '.*': 0, '.+': 1 } as const
const part = /^(\.[*+])?([^\\^$.|?*+()[\]{}]*)(\.[*+])?$/

/** Most patterns in use are a list of texts, or one with `.*` at an end. Such need no engine, whose tables take some 10 KB
 *  a pattern. Null for any other. */
function readAlternatives(source: string): Pattern | null {
  const whole = new Set<string>()
  const open: ((text: string) => boolean)[] = []
  for (const piece of source.split('|')) {
    const found = part.exec(piece)
    if (found === null) return null
    const literal = found[2]!
    const before = any[(found[1] ?? '') as keyof typeof any]
    const after = any[(found[3] ?? '') as keyof typeof any]
    if (before === null && after === null) {
      whole.add(literal)
      continue
    }
    // `.` is any character but a line feed; `.+.+` counts characters, which a length does not.
    if (literal.includes('\n') || (literal === '' && before === 1 && after === 1)) return null
    const least = (before ?? 0) + literal.length + (after ?? 0)
    open.push((text) => {
      if (text.length < least || text.includes('\n')) return false
      if (before === null) return text.startsWith(literal)
      if (after === null) return text.endsWith(literal)
      const at = text.indexOf(literal, before)
      return at !== -1 && at + literal.length + after <= text.length
    })
  }
  return { matches: (text) => whole.has(text) || open.some((fits) => fits(text)) }
}
