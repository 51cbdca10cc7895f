import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where this machine has a browser; null where it has none, and tests with one are skipped. */
export const browserPath: string | null = known.find((path) => existsSync(path)) ?? null

export function openBrowser(): Promise<Browser> {
  if (browserPath === null) throw new Error(`There is none of ${known.join(', ')}.`)
  return chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    timeout: 120_000,
  })
}
