import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url))

const source = fileURLToPath(new URL('../console', import.meta.url))
const built = fileURLToPath(new URL('../../dist/console/index.html', import.meta.url))

/** In a checkout: build the console, unless it was since its source last changed. The package brings it along. `onBuild` hears that it takes
 *  a few seconds. */
export async function buildConsole(onBuild: () => void = () => {}): Promise<void> {
  if (!existsSync(source)) return
  if (existsSync(built) && statSync(built).mtimeMs > newest(source)) return
  onBuild()
  // In a process of its own: what NODE_ENV says of this one is not for the build.
  await run(
    process.execPath,
    [vite, 'build', '--config', join(source, 'vite.config.ts'), '--logLevel', 'error'],
    {
      env: { ...process.env, NODE_ENV: 'production' },
    },
  )
}

function newest(folder: string): number {
  let latest = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return latest
}
