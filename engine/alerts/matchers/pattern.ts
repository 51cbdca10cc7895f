import { RE2JS, RE2JSException } from 're2js'

/** A pattern's time grows with its program times the text. Of re2js's instructions, 400 over the 2,048 characters that a label
 *  may have take some 30 ms where its tables are of no use (`npm run bench alerts`); over 100 KB they would take half a
 *  second, and most patterns 10 ms. */
export const patternLimits = { length: 1000, program: 400 } as const

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
  const tooMuch = { error: 'repeats too much: use smaller counts than it has in {}, or fewer of them' }
  // A program of a million instructions is not made only to be refused: that takes 0.2 s.
  if (writtenOut(source) > 10 * patternLimits.program) return tooMuch
  try {
    const compiled = RE2JS.compile(source)
    if (compiled.programSize() > patternLimits.program) return tooMuch
    return { ok: { matches: (text) => compiled.testExact(text) } }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const why = error.message.replace('error parsing regexp: ', '')
    return { error: `is not a regular expression of RE2's syntax: ${why}` }
  }
}

const count = /\{(\d+)(?:,(\d*))?\}/y

/** About how many atoms it has when its counts are written out. */
function writtenOut(source: string): number {
  const outer: number[] = []
  let sum = 0
  let last = 0
  for (let i = 0; i < source.length; i++) {
    let size = 1
    count.lastIndex = i
    const found = source[i] === '{' ? count.exec(source) : null
    if (found !== null) {
      i += found[0].length - 1
      size = last * (Math.max(1, Number(found[1]), Number(found[2] ?? 0)) - 1)
      last += size
      sum += size
      continue
    }
    if (source[i] === '\\') i++
    else if (source[i] === '[') i = endOfClass(source, i)
    else if (source[i] === '(') {
      outer.push(sum)
      sum = 0
      continue
    } else if (source[i] === ')') {
      size = sum + 2
      sum = outer.pop() ?? 0
    }
    sum += size
    last = size
  }
  return sum + outer.reduce((all, one) => all + one, 0)
}

function endOfClass(source: string, start: number): number {
  // A bracket that comes first is one of the class.
  let at = source[start + 1] === '^' ? start + 2 : start + 1
  for (at++; at < source.length && source[at] !== ']'; at++) if (source[at] === '\\') at++
  return at
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
