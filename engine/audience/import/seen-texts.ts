const startSlots = 65_536

/** Texts that came before, by a hash of 53 bits: 8 to 16 bytes each, where a Set of them takes 80. Two that share a hash
 *  are one in 10^15 pairs. */
export function createSeenTexts(): { /** True the first time. */ add(text: string): boolean } {
  let slots = new Float64Array(startSlots)
  let count = 0

  const place = (table: Float64Array, hash: number): boolean => {
    const mask = table.length - 1
    for (let at = hash % table.length; ; at = (at + 1) & mask) {
      if (table[at] === hash) return false
      if (table[at] !== 0) continue
      table[at] = hash
      return true
    }
  }
  return {
    add(text) {
      if (count * 2 >= slots.length) {
        const grown = new Float64Array(slots.length * 2)
        for (const hash of slots) if (hash !== 0) place(grown, hash)
        slots = grown
      }
      const fresh = place(slots, hashOf(text))
      if (fresh) count++
      return fresh
    },
  }
}

/** FNV-1a twice with different seeds, 53 bits of them; never 0. */
function hashOf(text: string): number {
  let one = 0x811c9dc5
  let two = 0x9dc5811c
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 0x01000193)
    two = Math.imul(two ^ code, 0x85ebca6b) + 0x9e37
  }
  one = Math.imul(one ^ (one >>> 15), 0x2c1b3c6d)
  two = Math.imul(two ^ (two >>> 13), 0x297a2d39)
  return ((one >>> 0) & 0x1fffff) * 4_294_967_296 + (two >>> 0) || 1
}
