/** A document that any XML reader takes, or why there is none. */
export type PreparedXml =
  | { readonly xml: string; readonly root: string; readonly warnings: readonly string[] }
  | { readonly problem: string }

export interface XmlLimits {
  /** Open elements within each other. */
  readonly maxDepth: number
  readonly maxElements: number
}

// Not a character of XML 1.0 (2.2), and lone surrogates, which no database takes.
const illegal =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const bareAmpersand = /&(?!(?:[a-z][a-z0-9]{1,31}|#\d{1,7}|#x[0-9a-f]{1,6});)/gi
const name = /[A-Za-z_:\u00c0-\uffff][\w:.\-\u00b7-\uffff]*/y
/** What cannot stand within another of its name: an opening one closes the one before. */
const single = new Set(['item', 'entry'])

/** Make a feed well-formed, in one pass over it: junk around the document and illegal characters go, the DOCTYPE
 *  goes with all that it declares (so no entity is ever expanded and no file or address read), ampersands and
 *  stray `<` are escaped, tags are balanced. An item that the end of the text cuts off is left out. */
export function prepareXml(source: string, limits: XmlLimits): PreparedXml {
  const warnings = new Set<string>()
  const text = source.replace(illegal, '')
  if (text.length !== source.length) warnings.add('control characters were taken out')

  const out: string[] = []
  const open: { readonly name: string; readonly lower: string; readonly at: number }[] = []
  const counts = new Map<string, number>()
  let root: string | null = null
  let elements = 0
  let at = 0

  const close = (): void => {
    const top = open.pop()!
    counts.set(top.lower, (counts.get(top.lower) ?? 1) - 1)
    out.push(`</${top.name}>`)
  }
  const say = (from: number, to: number): void => {
    if (to > from && root !== null) out.push(text.slice(from, to).replace(bareAmpersand, ampersand))
  }
  const ampersand = (): string => {
    warnings.add('unescaped ampersands')
    return '&amp;'
  }
  const next = finder(text)
  const budget = { steps: maxFailedSteps }
  /** After `mark`, or null where the text ends before it. */
  const past = (mark: string, from: number): number | null => {
    const found = next(mark, from)
    return found < 0 ? null : found + mark.length
  }

  if (!text.trimStart().startsWith('<')) warnings.add('text before the document')
  while (at < text.length) {
    const tag = text.indexOf('<', at)
    say(at, tag < 0 ? text.length : tag)
    if (tag < 0) break
    const second = text.charCodeAt(tag + 1)
    if (text.startsWith('<!--', tag)) {
      const end = past('-->', tag + 4)
      if (end === null) break
      at = end
    } else if (text.startsWith('<![CDATA[', tag)) {
      const end = past(']]>', tag + 9)
      if (end === null) {
        warnings.add('a CDATA section that does not end')
        break
      }
      if (root !== null) out.push(text.slice(tag, end))
      at = end
    } else if (second === 0x3f /* ? */) {
      // Some end processing instructions with a mere ">".
      const end = past('?>', tag + 2) ?? past('>', tag + 2)
      if (end === null) break
      at = end
    } else if (second === 0x21 /* ! */) {
      const end = doctypeEnd(text, next, tag)
      if (end === null) break
      if (text.slice(tag, end).includes('<!ENTITY')) warnings.add('entity declarations were left out')
      at = end
    } else if (second === 0x2f /* / */) {
      name.lastIndex = tag + 2
      const closing = name.exec(text)?.[0]
      const end = past('>', tag + 2)
      if (end === null) break
      at = end
      const lower = closing?.toLowerCase() ?? ''
      if ((counts.get(lower) ?? 0) === 0) {
        if (root !== null) warnings.add('tags that do not match')
        continue
      }
      while (open.length > 0 && open.at(-1)!.lower !== lower) {
        warnings.add('tags that do not match')
        close()
      }
      close()
      if (open.length === 0) break
    } else {
      name.lastIndex = tag + 1
      const opening = name.exec(text)?.[0]
      const end = opening === undefined ? null : tagEnd(text, next, tag + 1 + opening.length, budget)
      if (budget.steps < 0) return { problem: 'has too many tags that do not end' }
      if (opening === undefined || end === null) {
        if (opening !== undefined && next('>', tag) < 0) break
        if (root !== null) {
          warnings.add('unescaped "<"')
          out.push('&lt;')
        }
        at = tag + 1
        continue
      }
      at = end
      if (++elements > limits.maxElements) return { problem: `has more than ${limits.maxElements} elements` }
      const lower = opening.toLowerCase()
      if (single.has(lower) && (counts.get(lower) ?? 0) > 0) {
        warnings.add('items that do not end')
        while (open.at(-1)!.lower !== lower) close()
        close()
      }
      root ??= opening
      const attributes = text.slice(tag + 1 + opening.length, end - 1).replace(bareAmpersand, ampersand)
      if (attributes.endsWith('/')) {
        out.push(`<${opening}${attributes}>`)
        if (open.length === 0) break
        continue
      }
      open.push({ name: opening, lower, at: out.length })
      counts.set(lower, (counts.get(lower) ?? 0) + 1)
      if (open.length > limits.maxDepth) return { problem: `is nested more than ${limits.maxDepth} deep` }
      out.push(`<${opening}${attributes}>`)
    }
  }
  if (root === null) return { problem: 'is no XML document' }
  if (open.length > 0) {
    const cut = open.find(({ lower }) => single.has(lower))
    warnings.add(
      cut === undefined ? 'the end is missing' : 'the end is missing; the item that it cut was left out',
    )
    if (cut !== undefined) {
      out.length = cut.at
      open.length = open.indexOf(cut)
    }
    while (open.length > 0) close()
  }
  return { xml: out.join(''), root, warnings: [...warnings] }
}

type Find = (mark: string, from: number) => number

/** `indexOf` that remembers: text made of nothing but beginnings is not searched to its end for each of them. */
function finder(text: string): Find {
  const known = new Map<string, { readonly from: number; readonly found: number }>()
  return (mark, from) => {
    const last = known.get(mark)
    if (last !== undefined && from >= last.from && (last.found < 0 || from <= last.found)) return last.found
    const found = text.indexOf(mark, from)
    known.set(mark, { from, found })
    return found
  }
}

const maxTagSteps = 4096
/** Of all tags that do not end together: quotes can hide the beginning of each in the one before, so that every one
 *  of them is looked at to its own limit. */
const maxFailedSteps = 1_000_000

/** After the `>` that ends a tag whose attributes begin at `from`; null where it does not end. A quote that is not
 *  closed before the next tag is taken for a slip. Takes what it looked at in vain from `budget`. */
function tagEnd(text: string, next: Find, from: number, budget: { steps: number }): number | null {
  const first = next('>', from)
  if (first < 0) return null
  let at = from
  let steps = 0
  for (; steps < maxTagSteps; steps++) {
    const char = text[at]
    if (char === '>') return at + 1
    if (char === '<' || char === undefined) {
      if (at >= first) return first + 1
      break
    }
    if ((char === '"' || char === "'") && text[at - 1] === '=') {
      const end = next(char, at + 1)
      const tag = next('<', at + 1)
      const bracket = next('>', at + 1)
      if (end < 0 || (tag >= 0 && tag < end && bracket < tag)) return first + 1
      at = end + 1
    } else at++
  }
  budget.steps -= steps
  return null
}

/** After `<!DOCTYPE ... [ ... ]>`. */
function doctypeEnd(text: string, next: Find, from: number): number | null {
  const end = next('>', from)
  const subset = next('[', from)
  if (end < 0) return null
  if (subset < 0 || subset > end) return end + 1
  const closed = /\]\s{0,100}>/g
  closed.lastIndex = subset
  return closed.exec(text) === null ? null : closed.lastIndex
}
