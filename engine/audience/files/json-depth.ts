const quote = 0x22
const backslash = 0x5c

/** How deep a JSON text nests, read without parsing it: the first place that is deeper than `maxDepth`, as
 *  an offset in bytes, or -1. Schemas recurse over what JSON.parse returns, and 10,000 open brackets would
 *  end their stack. Text that is not JSON gets some answer; the parser refuses it afterwards. */
export function tooDeepAt(json: Uint8Array, maxDepth: number): number {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === quote) {
      // Over the string: brackets in it are text.
      at++
      while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1
    } else if (byte === 0x5b || byte === 0x7b) {
      depth++
      if (depth > maxDepth) return at
    } else if (byte === 0x5d || byte === 0x7d) {
      depth--
    }
  }
  return -1
}
