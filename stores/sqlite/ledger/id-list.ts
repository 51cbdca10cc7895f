// Ascending ids as differences, each in LEB128: seven bits a byte, the lowest first, the top bit says that
// more follow. Neighbours in an audience are close, so a recipient costs one or two bytes.

/** `ids` are positive and strictly ascending. */
export function packIds(ids: Uint32Array | readonly number[]): Buffer {
  // A safe integer needs at most 8 bytes of seven bits.
  const bytes = Buffer.allocUnsafe(ids.length * 8)
  let at = 0
  let before = 0
  for (const id of ids) {
    let rest = id - before
    before = id
    while (rest > 127) {
      bytes[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    bytes[at++] = rest
  }
  return Buffer.from(bytes.subarray(0, at))
}

export function unpackIds(bytes: Uint8Array): number[] {
  const ids: number[] = []
  let id = 0
  let difference = 0
  let scale = 1
  for (const byte of bytes) {
    difference += (byte & 127) * scale
    scale *= 128
    if (byte > 127) continue
    id += difference
    ids.push(id)
    difference = 0
    scale = 1
  }
  return ids
}

/** Is `id` in this ascending list? */
export function includesId(ids: readonly number[], id: number): boolean {
  let low = 0
  let high = ids.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = ids[middle] ?? 0
    if (found === id) return true
    if (found < id) low = middle + 1
    else high = middle - 1
  }
  return false
}
