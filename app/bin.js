#!/usr/bin/env node
// Plain JavaScript that Node 12 parses: the check has to run before anything native is loaded, since
// better-sqlite3 crashes on Node 20 without a word.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { fileURLToPath } from 'node:url'
import * as v8 from 'node:v8'
import { findNode, howToGetIt, isNew, runOn } from './node24.js'

// A daemon's own objects are some 40 MB, also with a million recipients. Left alone V8 lets the main thread's young
// generation grow to 48 MB and its garbage to a multiple of what lives, and glibc keeps an arena a thread. A young
// generation of half this size takes 11 MB less, and a campaign then loses a few hundredths more beside alerts. All of
// that can only be said before a process begins; NODE_OPTIONS with a size of its own wins.
const lean = ['--max-semi-space-size=8', '--max-old-space-size=256']
const arenas = { MALLOC_ARENA_MAX: '2' }
const sized = () => /max-old-space-size/.test(`${process.env.NODE_OPTIONS} ${process.execArgv.join(' ')}`)

if (isNew) {
  // V8 13.6 counts the calls from WebAssembly (undici's parser) into JavaScript and, after 1,000, compiles a wrapper and
  // frees the old one. Where threads end meanwhile that can meet a page that is gone ("Check failed:
  // jit_page.has_value()", nodejs/node#64500), and the whole process dies. The wrapper saves nanoseconds: never do it.
  v8.setFlagsFromString('--wasm-wrapper-tiering-budget=2147483647')
  if (process.argv.includes('serve') && process.platform !== 'win32' && !sized())
    // The same process (and pid) once more, with what was missing.
    process.execve(
      process.execPath,
      [process.execPath, ...lean, ...process.execArgv, ...process.argv.slice(1)],
      {
        ...arenas,
        ...process.env,
      },
    )
  // Commands are short: without the cache half of their time goes into compiling the same files again. Worker
  // threads find it by the variable; each then needs 20 MB less than with a compiler of its own.
  const { directory } = nodeModule.enableCompileCache()
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
  // A checkout runs from source, even where an old build lies in dist/; the package has only dist/.
  const source = new URL('./cli/main.ts', import.meta.url)
  const entry = existsSync(source) ? source : new URL('../dist/app/cli/main.js', import.meta.url)
  import(entry.href).then((cli) => cli.main(process.argv)).catch(fail)
} else {
  const node = findNode()
  if (node !== null) runOn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
  else {
    process.stderr.write(howToGetIt)
    process.exitCode = 1
  }
}

function fail(error) {
  process.stderr.write(`broadsheet: ${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
}
