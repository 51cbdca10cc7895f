import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../app/metrics/metrics.ts'
import { withMetricsTable } from '../../app/metrics/table.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const { registry } = createMetrics({ version: '0', role: 'all', store: 'memory' })
const metrics = registry.getMetricsAsArray() as unknown as readonly {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labelNames: readonly string[]
}[]

test('docs/metrics.md has the table of what is registered (npm run docs:generate)', () => {
  const page = read('docs/metrics.md')
  expect(page).toBe(withMetricsTable(page))
  // Read back, so that a generator which leaves one out is found.
  const rows = [...page.matchAll(/^\| `([a-z_0-9]+)` \| (\w+) \| (.*?) \| (.*) \|$/gm)]
  const documented = rows.map(([, name, type, labels = '', help]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    help,
  }))
  const there = metrics.map(({ name, type, labelNames, help }) => ({
    name,
    type,
    labels: [...labelNames],
    help,
  }))
  const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
    (a.name ?? '') < (b.name ?? '') ? -1 : 1
  expect(documented.toSorted(byName)).toEqual(there.toSorted(byName))
})

describe('names', () => {
  test.each(metrics.filter(({ name }) => name.startsWith('broadsheet_')))(
    '$name keeps to the conventions',
    (metric) => {
      const { name, type, help, labelNames } = metric
      expect(name).toMatch(/^broadsheet(_[a-z]+)+$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/)
      expect(help).toMatch(/\.$/)
      expect(help).not.toContain('|')
      for (const label of labelNames) expect(label).toMatch(/^[a-z_]+$/)
    },
  )

  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)].filter(
    (file) => file.endsWith('.md'),
  )
  test.each(pages)('%s names only metrics that there are, with labels that they have', (page) => {
    const told = read(page).matchAll(
      /`((?:broadsheet|process|nodejs)_[a-z0-9_]+?)(?:_(?:bucket|count|sum))?(?:\{([^}]*)\})?`/g,
    )
    for (const [text, name = '', labels = ''] of told) {
      const metric = metrics.find((one) => one.name === name)
      expect(metric, text).toBeDefined()
      for (const label of labels.split(',').filter(Boolean))
        expect(metric!.labelNames, text).toContain(label.split(/[=!~]/)[0]!.trim())
    }
  })
})
