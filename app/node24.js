#!/usr/bin/env node
// `node app/node24.js PROGRAM ARGS` runs PROGRAM on Node 24: on this one if it is, else on the one that `npm ci`
// brought as a platform package. npm's own link, node_modules/.bin/node, cannot be relied on: npm 10 takes it away
// again when it leaves out the packages of other platforms. Plain JavaScript that Node 12 parses.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const needed = 24
export const isNew = Number(process.versions.node.split('.')[0]) >= needed

/** The prebuilt Node of this platform, or null. It lies in the node_modules of this package or of one above. */
export function findNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', `node-${system}-${process.arch}`, 'bin', file)
    if (existsSync(found)) return found
    if (folder === dirname(folder)) return null
  }
}

export const howToGetIt = `Broadsheet needs Node.js ${needed} or later, and this is ${process.versions.node} (${process.execPath}).
"npm ci" brings the right one for Linux, Windows and Intel Macs; elsewhere install Node.js ${needed}.
`

/** Run it on that Node, with this process's streams, signals and exit code. */
export function runOn(node, args) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH: path } })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === 'SIGINT' ? 2 : 15) : code
  })
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const node = isNew ? process.execPath : findNode()
  if (node !== null) runOn(node, process.argv.slice(2))
  else {
    process.stderr.write(howToGetIt)
    process.exitCode = 1
  }
}
