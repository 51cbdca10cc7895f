import { readFileSync } from 'node:fs'
import { withMetricsTable } from '../metrics/table.ts'
import { cliPage } from './cli.ts'
import { configPage } from './config.ts'

/** What is made from the code: the text of each page by its path in docs/. */
export function generatedPages(): Readonly<Record<string, string>> {
  const metrics = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  return {
    'metrics.md': withMetricsTable(metrics),
    'reference/cli.md': cliPage(),
    'reference/settings.md': configPage(),
  }
}
