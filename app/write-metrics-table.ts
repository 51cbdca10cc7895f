import { readFileSync, writeFileSync } from 'node:fs'
import { withMetricsTable } from './metrics/table.ts'

// `npm run docs:metrics`: the table of docs/metrics.md, from the metrics that are registered.
const page = new URL('../docs/metrics.md', import.meta.url)
writeFileSync(page, withMetricsTable(readFileSync(page, 'utf8')))
