import { createMetrics } from './metrics.ts'

interface Described {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly labelNames: readonly string[]
}

/** Every metric as a row of Markdown, Broadsheet's own first, each kind by name. */
export function metricsTable(): string {
  const { registry } = createMetrics({ version: '', role: '', store: '' })
  const metrics = registry.getMetricsAsArray() as unknown as readonly Described[]
  const rank = ({ name }: Described) => `${name.startsWith('broadsheet_') ? 0 : 1}${name}`
  const rows = metrics
    .toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(
      ({ name, type, labelNames, help }) =>
        `| \`${name}\` | ${type} | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    )
  return ['| metric | type | labels | what |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const begin = '<!-- Made by `npm run docs:generate` from here on. -->'
const end = '<!-- Until here. -->'

/** The page with its table made anew. Throws where the page has no place for it. */
export function withMetricsTable(page: string): string {
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`The page has no "${begin}" before an "${end}".`)
  return `${page.slice(0, from + begin.length)}\n\n${metricsTable()}\n\n${page.slice(to)}`
}
