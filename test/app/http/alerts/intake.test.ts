import { describe, expect, test } from 'vitest'
import { postedAlertSchema, reportOfPosted } from '../../../../app/http/routes/alertmanager/intake.ts'
import { silenceIdOf, uuidOf } from '../../../../app/http/routes/alertmanager/silence-id.ts'
import type { SilenceId } from '../../../../engine/model/ids.ts'

const now = Date.parse('2026-11-28T07:20:00Z')
const timeoutMs = 300_000
const read = (posted: object) => reportOfPosted(postedAlertSchema.parse(posted), now, timeoutMs)
const reported = (posted: object) => {
  const result = read(posted)
  if ('error' in result) throw new Error(result.error)
  return result.ok
}

describe('what Prometheus posts', () => {
  test('becomes a report, as its own payload looks', () => {
    const report = reported({
      labels: { alertname: 'PressDown', severity: 'page', topic: 'production', instance: 'press-2' },
      annotations: {
        summary: 'Press 2 is down',
        description: 'No page for five minutes.',
        runbook_url: 'https://wiki.example/press',
        dashboard_url: 'javascript:alert(1)',
      },
      startsAt: '2026-11-28T07:16:34.972123456Z',
      endsAt: '2026-11-28T08:24:34.972+01:00',
      generatorURL: 'https://prom.example/graph?g0.expr=up',
    })
    expect(report).toMatchObject({
      severity: 'critical',
      topic: 'production',
      title: 'Press 2 is down',
      text: 'No page for five minutes.',
      startsAt: Date.parse('2026-11-28T07:16:34.972Z'),
      endsAt: Date.parse('2026-11-28T07:24:34.972Z'),
      ends: 'resolved',
      labels: { instance: 'press-2' },
    })
    expect(report.links).toEqual([
      { title: 'Source', url: 'https://prom.example/graph?g0.expr=up' },
      { title: 'Runbook', url: 'https://wiki.example/press' },
    ])
    expect(report.key).toMatch(/^[0-9a-f]{32}$/)
  })

  test.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['ERROR', 'error'],
    ['warning', 'warning'],
    ['info', 'info'],
    ['none', 'info'],
    ['sev2', 'warning'],
    ['__proto__', 'warning'],
  ])('severity %s is %s', (severity, expected) => {
    expect(reported({ labels: { alertname: 'A', severity } }).severity).toBe(expected)
  })

  test('is the same alert by its labels alone, whatever their order; an empty one is none', () => {
    const key = (labels: object, annotations = {}) => reported({ labels, annotations }).key
    expect(key({ a: '1', b: '2' })).toBe(key({ b: '2', a: '1', c: '' }, { summary: 'x' }))
    expect(key({ a: '1', b: '2' })).not.toBe(key({ a: '1b', '': '' }))
  })

  test('without times begins now and ends after the timeout; the year 1 is no time', () => {
    for (const times of [{}, { startsAt: '0001-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00.000Z' }])
      expect(reported({ labels: { a: 'b' }, ...times })).toMatchObject({
        startsAt: now,
        endsAt: now + timeoutMs,
      })
    // As there: an end alone is also the beginning.
    const endsAt = '2026-11-28T07:00:00Z'
    expect(reported({ labels: { a: 'b' }, endsAt })).toMatchObject({
      startsAt: Date.parse(endsAt),
      endsAt: Date.parse(endsAt),
    })
  })

  test('has a title from what there is', () => {
    const title = (labels: object, annotations = {}) => reported({ labels, annotations }).title
    expect(title({ alertname: 'Down' })).toBe('Down')
    expect(title({ alertname: 'Down', severity: 'critical', job: 'web', az: 'a' })).toBe(
      'Down (az=a, job=web)',
    )
    expect(title({ job: 'web' })).toBe('job=web')
    expect(title({ severity: 'info' })).toBe('Alert')
    expect(title({ a: 'b' }, { summary: ' two\nlines ' })).toBe('two lines')
    expect(title({ a: 'b' }, { summary: 'x'.repeat(1000) })).toHaveLength(300)
  })

  test('has a topic only where the label is a name that topics can have', () => {
    expect(reported({ labels: { topic: 'World News' } }).topic).toBeNull()
    expect(reported({ labels: { topic: 'world-news' } }).topic).toBe('world-news')
  })

  test('is refused in Alertmanager’s words, and where a label cannot be kept', () => {
    expect(read({ labels: {} })).toEqual({ error: 'at least one label pair required' })
    expect(read({ labels: { a: '' } })).toEqual({ error: 'at least one label pair required' })
    const times = { startsAt: '2026-11-28T08:00:00Z', endsAt: '2026-11-28T07:00:00Z' }
    expect(read({ labels: { a: 'b' }, ...times })).toEqual({ error: 'start time must be before end time' })
    expect(read({ labels: { a: 'x'.repeat(3000) } })).toMatchObject({
      error: expect.stringContaining('label a'),
    })
    expect(read({ labels: { a: 'x\0' } })).toMatchObject({ error: expect.stringContaining('U+0000') })
    expect(postedAlertSchema.safeParse({ labels: { a: 1 } }).success).toBe(false)
    expect(postedAlertSchema.safeParse({ labels: { a: 'b' }, startsAt: 'soon' }).success).toBe(false)
  })

  test('keeps what fits of annotations that are too long or too many, rather than being lost', () => {
    const annotations = {
      summary: 'Down',
      description: `\0${'y'.repeat(9000)}`,
      ...Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`note${n}`, 'x'])),
    }
    const report = reported({ labels: { a: 'b' }, annotations })
    expect(Object.keys(report.annotations)).toHaveLength(32)
    expect(report.text).toHaveLength(8192)
    expect(report.text).not.toContain('\0')
  })
})

test('silences have UUIDs that say their numbers, and only those', () => {
  expect(uuidOf(42 as SilenceId)).toBe('00000000-0000-8000-8000-00000000002a')
  for (const id of [1, 42, 2 ** 40]) {
    expect(silenceIdOf(uuidOf(id as SilenceId))).toBe(id)
    expect(silenceIdOf(uuidOf(id as SilenceId).toUpperCase())).toBe(id)
    expect(silenceIdOf(String(id))).toBe(id)
  }
  for (const other of [
    '',
    '0',
    'x',
    '10ef43b1-6fbe-4b6d-9c1a-2d1b0f4c8f00',
    `${uuidOf(1 as SilenceId)}0`,
    '1e3',
  ])
    expect(silenceIdOf(other)).toBeNull()
})
