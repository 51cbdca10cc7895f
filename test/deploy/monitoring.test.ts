import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { dashboards, rules, rulesFile } from '../app/metrics/shipped.ts'
import { findPromtool } from '../servers/prometheus.ts'
import { read, root } from './files.ts'

const promtool = findPromtool()

describe.skipIf(promtool === null)('alert rules', () => {
  const run = (...args: string[]) => execFileSync(promtool!, args, { cwd: root, stdio: 'pipe' }).toString()

  test('are valid', () => {
    expect(run('check', 'rules', '--lint-fatal', rulesFile)).toContain(`${rules.length} rules found`)
  })

  test('fire when they should, and only then', () => {
    expect(run('test', 'rules', rulesFile.replace('.yml', '.test.yml'))).toContain('SUCCESS')
  })
})

test('each alert rule is tried, and says how bad it is and what to do', () => {
  const tried = read(rulesFile.replace('.yml', '.test.yml'))
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  for (const { alert, labels, annotations } of rules) {
    expect(tried).toMatch(new RegExp(`alertname: ${alert}\\n\\s+eval_time: .*\\n\\s+exp_alerts:\\n`))
    expect(['page', 'ticket']).toContain(labels.severity)
    expect(annotations.summary).not.toBe('')
    expect(annotations.remedy).not.toBe('')
  }
})

describe.each(dashboards)('the dashboard %s', (name, { uid, title, panels }) => {
  test('is called as its file', () => {
    expect(uid).toBe(`broadsheet-${name}`)
    expect(title).toMatch(/^Broadsheet: /)
  })

  test('has panels that do not overlap, each with queries and a datasource', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Map<string, string>()
    for (const { title: panel, gridPos, targets, datasource } of panels) {
      expect(datasource.uid, panel).toBe('prometheus')
      expect(targets.length, panel).toBeGreaterThan(0)
      expect(gridPos.x + gridPos.w, panel).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x}/${y}`), `${panel} at ${x}/${y}`).toBeUndefined()
          taken.set(`${x}/${y}`, panel)
        }
    }
  })
})

test('Compose mounts the rules and the dashboards where they are looked for', () => {
  const compose = read('compose.yaml')
  expect(compose).toContain(`./${rulesFile}:/etc/prometheus/broadsheet.rules.yml:ro`)
  expect(read('deploy/compose/prometheus.yml')).toContain('rule_files: [broadsheet.rules.yml]')
  expect(compose).toContain('./deploy/monitoring/grafana:/etc/broadsheet/dashboards:ro')
  expect(read('deploy/monitoring/grafana/provisioning/dashboards/broadsheet.yaml')).toContain(
    'path: /etc/broadsheet/dashboards',
  )
  expect(dashboards.map(([name]) => name)).toEqual(['alerts', 'campaign', 'channels', 'database', 'overview'])
})
