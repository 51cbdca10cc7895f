import { z } from 'zod'
import type { AssetId, EpochMs } from './ids.ts'

/** What is taken: types that mail programs show or load, and PDF, which is only ever downloaded. `extension` ends every
 *  address of that type, whatever the file was called. What browsers run (SVG, HTML, scripts) is none of them. */
export const assetTypes = {
  'image/png': { extension: 'png', inline: true },
  'image/jpeg': { extension: 'jpg', inline: true },
  'image/gif': { extension: 'gif', inline: true },
  'image/webp': { extension: 'webp', inline: true },
  'image/avif': { extension: 'avif', inline: true },
  'font/woff2': { extension: 'woff2', inline: true },
  'application/pdf': { extension: 'pdf', inline: false },
} as const satisfies { readonly [type: string]: { readonly extension: string; readonly inline: boolean } }
export type AssetType = keyof typeof assetTypes

/** SHA-256 of the bytes, 64 hexadecimal digits. */
export type AssetHash = string
export const assetHashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')

/** A label, never a path. */
export const assetNameSchema = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must be letters, digits, "-", "_" or ".", e.g. "logo.png": a name is no path',
  )

/** What bytes are, as they themselves say. Width and height in points; null for what has none. */
export interface AssetFacts {
  readonly type: AssetType
  readonly width: number | null
  readonly height: number | null
}

/** A file that is kept once, whatever it is called and however often it is brought. */
export interface Asset extends AssetFacts {
  readonly id: AssetId
  readonly hash: AssetHash
  /** What it was called first. */
  readonly name: string
  /** Names that mean it now, sorted. A name means the bytes that were brought last under it. */
  readonly names: readonly string[]
  readonly bytes: number
  readonly createdAt: EpochMs
}

/** Where it is found, behind a public address: the same bytes for ever. `name` is for people and download folders. */
export function assetPath({ hash, type }: Pick<Asset, 'hash' | 'type'>, name: string): string {
  const stem = name.replace(/\.[^.]*$/, '') || 'file'
  return `/i/${hash}/${stem}.${assetTypes[type].extension}`
}
