import { type Browser, chromium } from 'playwright-core'
import { findProgram, chromium as program } from '../../../../app/demo/servers/program.ts'

/** Where this machine has a browser; null where it has none, and could not be given one: tests with one are skipped, and say so. */
export const browserPath: string | null = process.env.CHROMIUM_PATH ?? findProgram(program)

export function openBrowser(): Promise<Browser> {
  if (browserPath === null) throw new Error(`There is none of ${program.names.join(', ')}.`)
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
    timeout: 120_000,
  })
}
