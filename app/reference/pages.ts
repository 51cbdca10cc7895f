import { readFileSync } from 'node:fs'
import { withMetricsTable } from '../metrics/table.ts'
import { apiPage } from './api.ts'
import { cliPage } from './cli.ts'
import { configPage } from './config.ts'
import { errorsPage } from './errors.ts'
import { eventsPage } from './events.ts'
import { operationTypes } from './operations.ts'

/** What is made from the code: the text of each page by its path in docs/. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  const metrics = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')
  return {
    'metrics.md': withMetricsTable(metrics),
    '../app/console/api/operations.ts': await operationTypes(),
    'reference/api.md': await apiPage(),
    'reference/cli.md': cliPage(),
    'reference/errors.md': errorsPage(),
    'reference/events.md': eventsPage(),
    'reference/settings.md': configPage(),
  }
}
