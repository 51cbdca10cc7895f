import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMetrics } from '../../../app/metrics/metrics.ts'
import type { Progress } from '../../../engine/engine.ts'
import { read, yaml } from '../../deploy/files.ts'
import { waitFor } from '../../engine/support/wait.ts'
import {
  findPrometheus,
  findPromtool,
  type Sample,
  type Scraper,
  startScraper,
} from '../../servers/prometheus.ts'
import { metricsToken, type Newsroom, openNewsroom } from './newsroom.ts'
import { askedIn } from './promql.ts'
import { asAsked, dashboards, rules, rulesFile } from './shipped.ts'

const prometheus = findPrometheus()
const promtool = findPromtool()

/** Queries that may give nothing here, and why. */
const mayBeEmpty = new Map([
  ['broadsheet_store_errors_total', 'nothing was lost'],
  ['broadsheet_reads_unrecorded_total', 'nothing was lost'],
])
/** Labels that Prometheus adds. */
const added = ['job', 'instance', 'le']

const registered = createMetrics({ version: '0', role: 'all', store: 'memory' }).registry
const labelsOf = (name: string): readonly string[] | null => {
  if (name === 'up') return []
  const metric =
    registered.getSingleMetric(name) ?? registered.getSingleMetric(name.replace(/_(bucket|sum|count)$/, ''))
  return metric === undefined ? null : (metric as unknown as { labelNames: readonly string[] }).labelNames
}

describe.skipIf(prometheus === null || promtool === null)('a daemon at work, and a real Prometheus', () => {
  let newsroom: Newsroom
  let scraper: Scraper
  const text = async (token = metricsToken) =>
    fetch(`${newsroom.daemon.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })

  /** Until it has scraped what is counted now. */
  const scraped = async () => {
    const from = Date.now() / 1000
    await waitFor('a scrape', async () =>
      (await scraper.query('timestamp(up) and up == 1')).some(({ value }) => value >= from),
    )
  }

  /** Samples that are numbers. Where there are none, of the next scrapes: one that comes too late on a busy machine ends the
   *  series of the one before. */
  const answered = async (expr: string, scrapes = 5): Promise<readonly Sample[]> => {
    const samples = (await scraper.query(expr)).filter(({ value }) => !Number.isNaN(value))
    if (samples.length > 0 || scrapes === 0) return samples
    await scraped()
    return answered(expr, scrapes - 1)
  }

  beforeAll(async () => {
    newsroom = await openNewsroom()
    scraper = await startScraper(prometheus!, {
      targets: [new URL(newsroom.daemon.url).host],
      rules: read(rulesFile),
      token: metricsToken,
    })
    await waitFor('the first scrape', async () => (await scraper.query('up == 1').catch(() => [])).length > 0)
    // Twice, so that series which begin with the first grow with the second.
    for (let round = 0; round < 2; round++) {
      await newsroom.work()
      await scraped()
    }
    await newsroom.fail()
    await scraped()
  })
  afterAll(async () => {
    await scraper?.[Symbol.asyncDispose]()
    await newsroom?.[Symbol.asyncDispose]()
  })

  test('promtool finds nothing to say about its metrics', async () => {
    const answer = await text()
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    execFileSync(promtool!, ['check', 'metrics'], { input: await answer.text(), stdio: 'pipe' })
  })

  test('counts are those of the books and of the servers', async () => {
    const total = async (selector: string) => (await answered(`sum(${selector})`))[0]?.value ?? null
    const { client, sink } = newsroom
    const runs = await Promise.all(
      ['round-1', 'round-2'].map((name) => client.get<Progress>(`/campaigns/${name}/progress`)),
    )
    const inBooks = (state: 'sent' | 'failed') => runs.reduce((sum, { counts }) => sum + counts[state], 0)
    const letters = 'broadsheet_deliveries_settled_total{work="campaign", channel="smtp"'
    expect(inBooks('failed')).toBe(2)
    expect(await total(`${letters}, outcome="sent"}`)).toBe(inBooks('sent'))
    expect(await total(`${letters}, outcome="failed"}`)).toBe(2)
    expect(await total(`${letters}, outcome="retry"}`)).toBe(2)
    // Ada's mails, too.
    const taken = 'broadsheet_channel_messages_total{channel="smtp", answer="sent"}'
    expect(await total(taken)).toBe(sink.count())
    expect(await total('broadsheet_channel_messages_total{channel="slack", answer="sent"}')).toBe(2)
    // They are settled together, some moments after their channels have answered.
    const posts = 'broadsheet_deliveries_settled_total{work="alert", outcome="sent"}'
    await waitFor('the posts to be settled', async () => (await total(posts)) === 4)
    expect(await total('broadsheet_alert_delivery_seconds_count')).toBe(4)
    // A sweep may hear one again.
    expect(await total('broadsheet_alerts_decided_total')).toBeGreaterThanOrEqual(2)
    expect(await total('broadsheet_import_rows_total{result="rejected"}')).toBe(2)
    expect(await total('broadsheet_import_rows_total{kind="subscribers", result="created"}')).toBe(2)
    expect(await total('broadsheet_feedback_total{kind="complaint"}')).toBe(2)
    expect(await total('broadsheet_http_requests_total{route="/api/v1/lists", status="401"}')).toBe(2)
    expect(
      await total('broadsheet_channel_breaker_changes_total{channel="dead", state="open"}'),
    ).toBeGreaterThan(0)
    // Of each batch of 20, half and more at first.
    expect(await total('broadsheet_limiter_held_total{channel="smtp"}')).toBeGreaterThan(100)
    expect(await total('broadsheet_render_busy_seconds_total')).toBeGreaterThan(0)
    expect(await total('broadsheet_store_seconds_count{query="ledger.settle"}')).toBeGreaterThan(10)
    expect(
      await total('broadsheet_store_seconds_count{store="redis", query="buckets.take"}'),
    ).toBeGreaterThan(10)
    expect(await total('broadsheet_store_connections{pool="primary", state=~"used|idle"}')).toBeGreaterThan(0)
    expect(await total('broadsheet_store_connections_max')).toBe(16)
  })

  test('metrics are for those who say the token', async () => {
    expect((await text('another-token-altogether')).status).toBe(401)
    expect((await fetch(`${newsroom.daemon.url}/metrics`)).status).toBe(401)
  })

  test('no label holds an id or an address', async () => {
    const body = await (await text()).text()
    const values = [...body.matchAll(/[{,]([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].filter(
      ([, label]) => label !== 'le',
    )
    expect(values.length).toBeGreaterThan(500)
    for (const [, label, value = ''] of values) {
      expect(value, label).not.toMatch(/@|reader\d|round-\d/)
      if (label !== 'status' && label !== 'version' && label !== 'node')
        expect(value, label).not.toMatch(/\d{3}/)
    }
  })

  test.each(dashboards)(
    'every query of the dashboard %s is answered',
    async (_name, { panels, templating }) => {
      for (const { query } of templating.list) {
        const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? []
        expect((await answered(`count by (${label}) (${name})`)).length, query).toBeGreaterThan(0)
      }
      for (const { title, targets } of panels)
        for (const { expr } of targets) {
          const excused = askedIn(expr).names.some((name) => mayBeEmpty.has(name))
          const samples = await answered(asAsked(expr), excused ? 0 : 5)
          if (!excused) expect(samples.length, `${title}: ${expr}`).toBeGreaterThan(0)
        }
    },
  )

  test('every alert rule is followed without an error', async () => {
    await waitFor('the rules to be followed', async () => {
      const { groups } = await scraper.ask<{
        groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[]
      }>('/rules')
      const followed = groups.flatMap((group) => group.rules)
      expect(followed.map(({ name }) => name).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted())
      expect(followed.filter(({ health }) => health === 'err')).toEqual([])
      return followed.every(({ health }) => health === 'ok')
    })
  })

  test('every metric and label that a dashboard or rule names is there', async () => {
    const known = await scraper
      .ask<{ [name: string]: unknown }>('/targets/metadata?limit=10000')
      .then((rows) => new Set((rows as unknown as readonly { metric: string }[]).map(({ metric }) => metric)))
    const exprs = [
      ...dashboards.flatMap(([, { panels }]) =>
        panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ),
      ...rules.map(({ expr }) => expr),
      // What KEDA asks, to add workers.
      yaml<{ worker: { autoscaling: { query: string } } }>(read('deploy/helm/broadsheet/values.yaml')).worker
        .autoscaling.query,
    ]
    for (const expr of exprs) {
      const { names, matched, kept } = askedIn(expr)
      expect(names.length, expr).toBeGreaterThan(0)
      for (const name of names) {
        const stored = name === 'up' || known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, ''))
        expect(stored && labelsOf(name) !== null, `${name} in ${expr}`).toBe(true)
      }
      for (const [name, label] of matched)
        expect([...added, ...(labelsOf(name) ?? [])], `${name} in ${expr}`).toContain(label)
      const all = [...added, ...names.flatMap((name) => labelsOf(name) ?? [])]
      for (const label of kept) expect(all, expr).toContain(label)
    }
  })
})
