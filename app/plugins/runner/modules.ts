import { readFileSync } from 'node:fs'
import { createRequire, registerHooks, stripTypeScriptTypes, syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import { refused } from './refused.ts'

/** Built-in modules that Node's permission model leaves open though they reach beyond the process: node:sqlite of Node 24 writes
 *  files in spite of it. The others (child_process, worker_threads, inspector ...) refuse by themselves what they may not do. */
const closedModules = new Set(['sqlite'])

/** Of `process`: what reaches other processes, or goes around the above. */
const closedCalls = [
  '_debugEnd',
  '_debugProcess',
  '_kill',
  '_linkedBinding',
  'binding',
  'dlopen',
  'execve',
  'initgroups',
  'kill',
  'setegid',
  'seteuid',
  'setgid',
  'setgroups',
  'setuid',
]

const plain = (name: string): string => name.replace(/^node:/, '')

/** From now on `broadsheet/channel` is this Broadsheet's, and what a channel may not use is refused by name. */
export function confineModules(channelUrl: string): void {
  const require = createRequire(import.meta.url)
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'broadsheet/channel') return { url: channelUrl, shortCircuit: true }
      if (closedModules.has(plain(specifier))) throw refused(`The module "${specifier}"`)
      return next(specifier, context)
    },
    load(url, context, next) {
      // Node strips types everywhere but here, so that a package would need a build that nothing else needs.
      if (url.startsWith('file:') && url.includes('/node_modules/') && /\.m?ts$/.test(url))
        return {
          format: 'module',
          source: stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8')),
          shortCircuit: true,
        }
      return next(url, context)
    },
  })

  const getBuiltinModule = process.getBuiltinModule.bind(process)
  close(process, 'getBuiltinModule', (name: string) => {
    if (closedModules.has(plain(name))) throw refused(`The module "${name}"`)
    return getBuiltinModule(name)
  })
  for (const name of closedCalls)
    close(process, name, () => {
      throw refused(`process.${name}`)
    })

  // Hooks of the plugin's own would run before these.
  const modules = require('node:module') as Record<string, unknown>
  for (const name of ['register', 'registerHooks'])
    close(modules, name, () => {
      throw refused(`module.${name}`)
    })
  close(require('node:os') as object, 'setPriority', () => {
    throw refused('os.setPriority')
  })
  close(require('node:v8') as object, 'setFlagsFromString', () => {
    throw refused('v8.setFlagsFromString')
  })
  syncBuiltinESMExports()
}

/** Put `value` in place of a property for good. */
export function close(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, writable: false, configurable: false, enumerable: true })
}
