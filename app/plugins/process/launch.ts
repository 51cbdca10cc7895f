import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dependenciesOf, dependencyFolders, ownCode } from '../folder.ts'
import type { Plugin } from '../plugin.ts'
import type { LoadOrder } from './wire.ts'

/** How the process of a plugin is started. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly load: LoadOrder
}

// What TLS and dates need to be as the operator set them for the daemon; it tells a plugin nothing.
const passedOn = ['NODE_EXTRA_CA_CERTS', 'TZ']
const logLines = 100

const extension = extname(import.meta.url)
const runner = fileURLToPath(new URL(`../runner/runner${extension}`, import.meta.url))

/** Node with its permission model: it reads the plugin's folder, its dependencies and Broadsheet's own code, and neither
 *  writes files nor starts processes, threads or native code. */
export function launchOf(plugin: Plugin, env: NodeJS.ProcessEnv): Launch {
  const { folder, manifest, grant, setting } = plugin
  const readable = [
    folder,
    ...dependencyFolders(dependenciesOf(folder), folder),
    ...['engine', join('app', 'plugins'), join('app', 'fetch')].map((room) => join(ownCode, room)),
    ...dependencyFolders(['zod', 'undici'], ownCode),
  ]
  return {
    command: process.execPath,
    args: [
      '--permission',
      ...readable.map((path) => `--allow-fs-read=${path}`),
      // The rest of its memory is for buffers; what it takes all in all is watched.
      `--max-old-space-size=${Math.floor(setting.limits.memoryMb / 2)}`,
      '--max-semi-space-size=4',
      '--disable-warning=ExperimentalWarning',
      runner,
    ],
    env: Object.fromEntries(
      [...passedOn, ...grant.env].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    cwd: folder,
    load: {
      file: join(folder, manifest.channel),
      name: manifest.name,
      content: manifest.content,
      addresses: grant.addresses.map(({ text }) => text),
      logLines,
    },
  }
}
