import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** A file of the console's build. */
export interface ConsoleFile {
  readonly type: string
  /** Its address changes with its content: any cache may keep it for ever. */
  readonly immutable: boolean
  readonly etag: string
  /** Its encodings, smallest first. */
  readonly forms: readonly Form[]
}
interface Form {
  readonly encoding: 'br' | 'gzip' | null
  readonly bytes: number
  open(): Readable
}

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
}

// As in the package, where this is in dist/app/http/console, and in a checkout.
const folders = ['../../../console', '../../../dist/console'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

/** Where the console was built to; null where it was not. */
export const consoleFolder = (): string | null =>
  folders.find((folder) => existsSync(join(folder, 'index.html'))) ?? null

/** Every file below `folder` by its address (`/console/index-B2x.js`), as it is now: nothing else is ever served. */
export function consoleFiles(folder: string): ReadonlyMap<string, ConsoleFile> {
  const found = new Map<string, ConsoleFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const address = path.slice(folder.length).replaceAll(sep, '/')
    const immutable = address.startsWith('/console/')
    found.set(address === '/index.html' ? '/' : address, {
      type,
      immutable,
      etag: immutable
        ? `"${entry.name}"`
        : `"${createHash('sha256').update(readFileSync(path)).digest('base64url')}"`,
      forms: [form(`${path}.br`, 'br'), form(`${path}.gz`, 'gzip'), form(path, null)].filter(
        (each) => each !== null,
      ),
    })
  }
  return found
}

function form(path: string, encoding: Form['encoding']): Form | null {
  if (!existsSync(path)) return null
  return { encoding, bytes: statSync(path).size, open: () => createReadStream(path) }
}
