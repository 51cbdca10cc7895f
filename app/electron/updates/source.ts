import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isLoopback } from '../connect/address.ts'

export type UpdateSource =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'server'; readonly url: string }

/** Where updates come from, as the settings say it: a folder that is there, an https address, or http on this machine. Null: it is none
 *  of these. */
export function updateSource(from: string): UpdateSource | null {
  if (isAbsolute(from)) return folder(from)
  const url = URL.parse(from)
  if (url === null || url.username !== '' || url.password !== '') return null
  if (url.protocol === 'file:') return folder(fileURLToPath(url))
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  return safe ? { kind: 'server', url: url.href } : null
}

const folder = (path: string): UpdateSource | null =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? { kind: 'folder', path } : null
