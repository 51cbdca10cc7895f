import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'msedge',
  'microsoft-edge',
]
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]
const drawMs = 30_000

/** A browser of this machine that draws pages without a window; null where there is none. `path`: of PATH. */
export function findBrowser(path: string): string | null {
  const found = path
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .concat(places)
  return found.find((file) => existsSync(file)) ?? null
}

/** Draw an SVG file as PNG, two dots a unit. Rejects when the browser fails. */
export async function drawPng(
  browser: string,
  svg: string,
  png: string,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'broadsheet-png-'))
  try {
    await run(
      browser,
      [
        '--headless',
        // Without rights of its own a container has no sandbox, and the page is ours, without a script.
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        '--force-device-scale-factor=2',
        `--user-data-dir=${profile}`,
        `--window-size=${size.width},${size.height}`,
        `--screenshot=${png}`,
        pathToFileURL(svg).href,
      ],
      { timeout: drawMs },
    )
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 })
  }
}
