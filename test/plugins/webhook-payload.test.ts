import { describe, expect, test } from 'vitest'
import type { Block, Note, Post } from '../../engine/channel/index.ts'
import { payloadOf } from '../../plugins/webhook/payload.ts'

const text = (words: string): Block => ({ type: 'text', text: words })
const links: Block = { type: 'links', links: [{ title: 'Runbook', url: 'https://example.org/run' }] }
const note = (blocks: readonly Block[]): Note => ({
  title: 'Disk full',
  url: null,
  tone: 'critical',
  summary: 'Disk full on db-1',
  blocks,
})
const post = (change: Partial<Post> = {}): Post => ({
  id: 1,
  to: 'desk',
  note: note([text('first'), links, text('last')]),
  reason: 'firing',
  data: { alerts: [{ key: 'disk', labels: { host: 'db-1' } }], count: 1 },
  at: Date.UTC(2026, 10, 23, 8),
  thread: 'group-7',
  earlier: null,
  key: 'k1',
  ...change,
})
const payload = (one: Post, format: 'json' | 'cloudevents' = 'json', maxBytes = 100_000) => {
  const made = payloadOf(one, 'msg_1', format, 'https://example.org/news', maxBytes)
  if (made === null) return null
  expect(made.body.length).toBeLessThanOrEqual(maxBytes)
  return { contentType: made.contentType, json: JSON.parse(made.body.toString()) }
}

test('JSON: type, timestamp and data, as Standard Webhooks recommends', () => {
  const one = post()
  expect(payload(one)).toEqual({
    contentType: 'application/json',
    json: {
      type: 'alert.firing',
      timestamp: '2026-11-23T08:00:00.000Z',
      thread: 'group-7',
      data: { ...one.data, note: one.note },
    },
  })
})

test('CloudEvents 1.0, structured', () => {
  const one = post({ reason: 'resolved' })
  expect(payload(one, 'cloudevents')).toEqual({
    contentType: 'application/cloudevents+json',
    json: {
      specversion: '1.0',
      id: 'msg_1',
      source: 'https://example.org/news',
      type: 'alert.resolved',
      time: '2026-11-23T08:00:00.000Z',
      subject: 'group-7',
      datacontenttype: 'application/json',
      data: { ...one.data, note: one.note },
    },
  })
})

describe('where there is less room', () => {
  const long = (n: number) => text(`${n} ${'x'.repeat(500)}`)

  test('blocks go from the end, links last, and it says so', () => {
    const one = post({ note: note([long(1), links, ...Array.from({ length: 30 }, (_, n) => long(n + 2))]) })
    const { data } = payload(one, 'json', 6000)!.json
    expect(data.truncated).toEqual(['note.blocks'])
    expect(data.alerts).toEqual(one.data.alerts)
    expect(data.note.title).toBe('Disk full')
    const kept: Block[] = data.note.blocks
    expect(kept.length).toBeGreaterThan(1)
    expect(kept).toEqual(one.note.blocks.slice(0, kept.length))
  })

  test('links outlive what stands before them', () => {
    const one = post({ note: note([long(1), long(2), long(3), links]) })
    const { data } = payload(one, 'json', 1900)!.json
    expect(data.note.blocks).toEqual([long(1), links])
    expect(
      payload(post({ note: note([text('x'.repeat(3000)), links]) }), 'json', 1900)!.json.data.note.blocks,
    ).toEqual([links])
  })

  test('then the largest of the data, by name', () => {
    const one = post({ data: { count: 3, alerts: 'y'.repeat(5000), labels: { a: 'b' } }, note: note([]) })
    const { data } = payload(one, 'cloudevents', 2000)!.json
    expect(data).toMatchObject({ count: 3, labels: { a: 'b' }, truncated: ['note.blocks', 'alerts'] })
    expect(data).not.toHaveProperty('alerts')
  })

  test('and where not even title and summary fit, it says no', () => {
    expect(payload(post({ note: { ...note([]), title: 'z'.repeat(3000) } }), 'json', 2000)).toBeNull()
  })

  test('a note of 1,000 blocks beside data of 256 KB is cut within moments', () => {
    const data = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, 'd'.repeat(4000)]))
    const one = post({ data, note: note(Array.from({ length: 1000 }, (_, n) => long(n))) })
    expect(payload(one, 'json', 20_000)).not.toBeNull()
  })
})
