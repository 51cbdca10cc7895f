// Pictures of every type that is taken, of any size, as far as their heads say it: nothing reads further.

const u16 = (value: number) => [value >> 8, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 65_535)]
const text = (value: string) => [...Buffer.from(value, 'latin1')]
const box = (type: string, body: readonly number[]) => [...u32(body.length + 8), ...text(type), ...body]

/** A PNG whose data is `filler`: what makes it differ from another one. */
export const png = (width: number, height: number, filler: string | Buffer = ''): Buffer =>
  Buffer.concat([
    Buffer.from([
      ...text('\x89PNG\r\n\x1a\n'),
      ...u32(13),
      ...text('IHDR'),
      ...u32(width),
      ...u32(height),
      8,
      2,
      0,
      0,
      0,
      ...u32(0),
    ]),
    Buffer.from(filler),
  ])

export const gif = (width: number, height: number): Buffer =>
  Buffer.from([...text('GIF89a'), width & 255, width >> 8, height & 255, height >> 8, 0, 0, 0, 0x3b])

/** `before`: bytes of an EXIF block in front of the frame. */
export const jpeg = (width: number, height: number, before = 0): Buffer => {
  const blocks: number[] = []
  for (let left = before; left > 0; left -= 60_000) {
    const length = Math.min(left, 60_000)
    blocks.push(0xff, 0xe1, ...u16(length + 2), ...Array.from({ length }, () => 0xff))
  }
  // A table of Huffman codes lies between SOF markers and is none.
  const table = [0xff, 0xff, 0xc4, ...u16(5), 1, 2, 3]
  const frame = [0xff, 0xc2, ...u16(11), 8, ...u16(height), ...u16(width), 1, 1, 0x11, 0]
  return Buffer.from([0xff, 0xd8, ...blocks, ...table, ...frame, 0xff, 0xd9])
}

export const webp = (kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer => {
  const small = (value: number, bytes: number) =>
    Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)
  const lossless = ((width - 1) | ((height - 1) << 14)) >>> 0
  const body = {
    'VP8 ': [0, 0, 0, 0x9d, 0x01, 0x2a, ...small(width, 2), ...small(height, 2)],
    VP8L: [0x2f, ...small(lossless, 4), 0, 0, 0, 0, 0],
    VP8X: [0, 0, 0, 0, ...small(width - 1, 3), ...small(height - 1, 3)],
  }[kind]
  return Buffer.from([
    ...text('RIFF'),
    ...small(body.length + 12, 4),
    ...text('WEBP'),
    ...text(kind),
    ...small(body.length, 4),
    ...body,
  ])
}

/** `sizes`: of every picture in it, a thumbnail first. */
export const avif = (...sizes: readonly (readonly [width: number, height: number])[]): Buffer => {
  const properties = sizes.flatMap(([width, height]) =>
    box('ispe', [0, 0, 0, 0, ...u32(width), ...u32(height)]),
  )
  return Buffer.from([
    ...box('ftyp', [...text('avif'), 0, 0, 0, 0, ...text('mif1avif')]),
    ...box('meta', [0, 0, 0, 0, ...box('hdlr', [0, 0, 0, 0]), ...box('iprp', box('ipco', properties))]),
  ])
}

export const woff2 = Buffer.from([...text('wOF2'), ...u32(0x10000), ...u32(64)])
export const pdf = Buffer.from('%PDF-1.7\n')
