import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import { expect, test } from 'vitest'
import { openFolder } from './support/desktop.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** ELECTRON_PATH, or the one that the package has fetched; asking the package itself would fetch it. */
function findElectron(): string | null {
  const { ELECTRON_PATH: given } = process.env
  if (given !== undefined) return given
  const home = join(createRequire(import.meta.url).resolve('electron/package.json'), '..')
  const named = join(home, 'path.txt')
  const program = existsSync(named) ? join(home, 'dist', readFileSync(named, 'utf8')) : null
  return program !== null && existsSync(program) ? program : null
}

const electron = findElectron()
if (electron === null)
  console.warn(
    'The desktop is not launched: there is no Electron. `npx install-electron` fetches it, or ELECTRON_PATH names one.',
  )

// Needs `npm run build`, and a display: `xvfb-run` gives one.
test.skipIf(electron === null)(
  'the desktop starts, shows the console, and the page is confined',
  async () => {
    const folder = openFolder()
    const app = await _electron.launch({
      executablePath: electron!,
      args: [join(root, 'dist/app/electron/main.js'), `--user-data-dir=${folder}`, '--password-store=basic'],
      env: { ...(process.env as Record<string, string>), HOME: folder },
    })
    const page = await app.firstWindow()
    expect(new URL(page.url())).toMatchObject({ hostname: '127.0.0.1', pathname: '/' })
    expect(await page.evaluate('typeof window.require + typeof window.process')).toBe('undefinedundefined')
    expect(await page.evaluate('window.broadsheetDesktop.platform')).toBe(process.platform)
    expect(await page.evaluate("fetch('/api/v1/access/me').then((answer) => answer.status)")).toBe(200)
    await app.close()
  },
)
