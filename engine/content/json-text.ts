/** JSON as people and string templates write it, made into JSON: line breaks and tabs within strings are escaped,
 *  commas before a closing bracket go. `depth` is the deepest nesting. One pass, brackets in strings not counted. */
export function repairJson(text: string): {
  readonly json: string
  readonly depth: number
  readonly repaired: boolean
} {
  const out: string[] = []
  let from = 0
  let depth = 0
  let deepest = 0
  let quoted = false
  let comma = -1
  const put = (at: number, replacement: string): void => {
    out.push(text.slice(from, at), replacement)
    from = at + 1
  }
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 0x5c) at++
      else if (code === 0x22) quoted = false
      else if (code < 0x20) put(at, `\\u${code.toString(16).padStart(4, '0')}`)
      continue
    }
    if (code === 0x22) quoted = true
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) {
      depth--
      if (comma >= from) put(comma, '')
    }
    if (code === 0x2c && !quoted) comma = at
    else if (code > 0x20) comma = -1
  }
  return { json: out.join('') + text.slice(from), depth: deepest, repaired: from > 0 }
}
