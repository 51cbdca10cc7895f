/** Width and height in points as the head of a picture says them; null where it does not. Nothing is decoded: a picture is
 *  judged by what it says it will be, before anything makes it that large. */
export interface Dimensions {
  readonly width: number
  readonly height: number
}

/** https://www.w3.org/TR/png-3/#11IHDR: the first chunk. */
export function pngDimensions(head: Buffer): Dimensions | null {
  if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') return null
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
}

/** https://www.w3.org/Graphics/GIF/spec-gif89a.txt, 18: the logical screen, which clips every frame. */
export function gifDimensions(head: Buffer): Dimensions | null {
  return head.length < 10 ? null : { width: head.readUInt16LE(6), height: head.readUInt16LE(8) }
}

/** ITU-T T.81, B.1: segments up to the one that begins a frame (SOF0 to SOF15, without DHT, JPG and DAC). */
export function jpegDimensions(head: Buffer): Dimensions | null {
  const startOfScan = 0xda
  const endOfImage = 0xd9
  for (let at = 2; at + 9 <= head.length; ) {
    if (head[at] !== 0xff) return null
    const marker = head[at + 1]!
    // Any number of 0xff may stand before a marker.
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: head.readUInt16BE(at + 5), width: head.readUInt16BE(at + 7) }
    if (marker === startOfScan || marker === endOfImage) return null
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
    at += alone ? 2 : 2 + head.readUInt16BE(at + 2)
  }
  return null
}

/** RFC 9649: the first chunk is the frame, or, where there is more than one thing in it, the canvas. */
export function webpDimensions(head: Buffer): Dimensions | null {
  if (head.length < 30) return null
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      // RFC 6386, 9.1: a key frame begins with these, and 14 bits each.
      if (head.readUIntBE(23, 3) !== 0x9d012a) return null
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      if (head[20] !== 0x2f) return null
      const bits = head.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 }
    default:
      return null
  }
}

/** ISO/IEC 14496-12: meta, in it iprp, in it ipco, in it an `ispe` for every picture in the file. The largest counts. */
export function avifDimensions(head: Buffer): Dimensions | null {
  let largest: Dimensions | null = null
  const properties = inside(inside(inside(head, 'meta', 4), 'iprp', 0), 'ipco', 0)
  for (const { type, body } of boxesOf(properties)) {
    if (type !== 'ispe' || body.length < 12) continue
    const found = { width: body.readUInt32BE(4), height: body.readUInt32BE(8) }
    if (largest === null || found.width * found.height > largest.width * largest.height) largest = found
  }
  return largest
}

/** The body of the first box of that type behind `skip` bytes; empty where there is none. */
function inside(boxes: Buffer, type: string, skip: number): Buffer {
  for (const box of boxesOf(boxes)) if (box.type === type) return box.body.subarray(skip)
  return Buffer.alloc(0)
}

function* boxesOf(bytes: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    // 1: a size of 64 bits follows; 0: up to the end. No head of a picture has either.
    if (size < 8) return
    yield { type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) }
    at += size
  }
}
