import { BroadsheetError } from '../errors.ts'
import type { AssetFacts, AssetType } from '../model/asset.ts'
import {
  avifDimensions,
  type Dimensions,
  gifDimensions,
  jpegDimensions,
  pngDimensions,
  webpDimensions,
} from './dimensions.ts'

/** So much of a file's beginning is looked at. Profiles and previews of a camera stand before a JPEG's dimensions. */
export const headBytes = 524_288

const startsWith = (head: Buffer, text: string, at = 0): boolean =>
  head.toString('latin1', at, at + text.length) === text
const isAvif = (head: Buffer): boolean => {
  if (!startsWith(head, 'ftyp', 4)) return false
  const end = Math.min(head.readUInt32BE(0), head.length, 256)
  return /avi[fs]/.test(head.toString('latin1', 8, end))
}

/** What is taken, by how it begins. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern */
const taken: readonly {
  readonly type: AssetType
  readonly fits: (head: Buffer) => boolean
  readonly dimensions?: (head: Buffer) => Dimensions | null
}[] = [
  { type: 'image/png', fits: (head) => startsWith(head, '\x89PNG\r\n\x1a\n'), dimensions: pngDimensions },
  { type: 'image/jpeg', fits: (head) => startsWith(head, '\xff\xd8\xff'), dimensions: jpegDimensions },
  {
    type: 'image/gif',
    fits: (head) => startsWith(head, 'GIF87a') || startsWith(head, 'GIF89a'),
    dimensions: gifDimensions,
  },
  {
    type: 'image/webp',
    fits: (head) => startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8),
    dimensions: webpDimensions,
  },
  { type: 'image/avif', fits: (head) => head.length >= 12 && isAvif(head), dimensions: avifDimensions },
  { type: 'font/woff2', fits: (head) => startsWith(head, 'wOF2') },
  { type: 'application/pdf', fits: (head) => startsWith(head, '%PDF-') },
]

const markup =
  'Browsers run what is in SVG, HTML and XML, so none of it is kept: save a picture as PNG or WebP.'
const archive = 'Archives are not unpacked: add the files in it.'
/** What people try, and what they can do instead. */
const known: readonly { readonly fits: (head: Buffer) => boolean; readonly what: string }[] = [
  {
    fits: (head) => /^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*</.test(head.toString('latin1', 0, 512)),
    what: markup,
  },
  { fits: (head) => startsWith(head, '\x1f\x8b') || startsWith(head, 'PK'), what: archive },
  { fits: (head) => startsWith(head, '7z\xbc\xaf') || startsWith(head, 'Rar!'), what: archive },
  { fits: (head) => startsWith(head, 'ustar', 257), what: archive },
]

/** What a file is, by its first `headBytes`; its name and what its sender calls it say nothing. Refuses with E_ASSET what is of no
 *  type that is taken, and a picture that is cut off, empty, or of more than `maxPixels` points. */
export function judge(head: Buffer, name: string, { maxPixels }: { readonly maxPixels: number }): AssetFacts {
  const refuse = (why: string) => new BroadsheetError('E_ASSET', `"${name}" is not kept. ${why}`)
  const found = taken.find(({ fits }) => fits(head))
  if (found === undefined)
    throw refuse(
      known.find(({ fits }) => fits(head))?.what ??
        'By its bytes it is none of PNG, JPEG, GIF, WebP, AVIF, WOFF2 and PDF.',
    )
  const { type, dimensions } = found
  if (dimensions === undefined) return { type, width: null, height: null }
  const size = dimensions(head)
  const kind = type.slice('image/'.length).toUpperCase()
  if (size === null)
    throw refuse(`It begins as ${kind}, and its dimensions cannot be read: it may be damaged.`)
  const { width, height } = size
  if (width === 0 || height === 0) throw refuse(`It is ${kind} of ${width} x ${height} points.`)
  if (width * height > maxPixels)
    throw refuse(
      `It would be ${width} x ${height} points, which readers' programs would have to unpack; ${maxPixels} in all are taken (assets.maxPixels).`,
    )
  return { type, width, height }
}
