import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// What @electron/fuses looks for; behind it the version of the wire, its length, and a byte a fuse.
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
/** As Electron ships them: '0' off, '1' on. run as node, cookie encryption, NODE_OPTIONS, --inspect, asar integrity, only asar, own
 *  snapshot, file privileges, WebAssembly trap handlers. */
const shipped = '101100011'

/** A folder that looks like Electron's for Linux, with a program in it that says that it is none. */
export function makeElectronDist(folder: string): string {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  const program = join(folder, 'electron')
  writeFileSync(
    program,
    Buffer.concat([
      Buffer.from('#!/bin/sh\necho "This is a stand-in for Electron."\nexit 70\n'),
      Buffer.from(sentinel),
      Buffer.from([1, shipped.length]),
      Buffer.from(shipped),
      Buffer.from('\n'),
    ]),
  )
  chmodSync(program, 0o755)
  for (const [file, text] of [
    ['LICENSE', 'MIT'],
    ['LICENSES.chromium.html', '<html></html>'],
    ['version', '45.5.0'],
    ['chrome-sandbox', ''],
    ['icudtl.dat', ''],
    ['locales/en-US.pak', ''],
    ['locales/de.pak', ''],
  ] as const)
    writeFileSync(join(folder, file), text)
  return folder
}
