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
/** As it comes out of the fitting: parts of text with their marks. */
const shown = {
  ...note([]),
  blocks: [{ type: 'text', text: [{ text: 'first' }] }, links, { type: 'text', text: [{ text: 'last' }] }],
}
const payload = (one: Post, format: 'json' | 'cloudevents' = 'json', maxBytes = 100_000) => {
  const made = payloadOf(one, 'msg_1', format, 'https://example.org/news', maxBytes)
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
      data: { ...one.data, note: shown },
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
      data: { ...one.data, note: shown },
    },
  })
})

describe('where there is less room', () => {
  const long = (n: number) => text(`${n} ${'x'.repeat(500)}`)
  const many = Array.from({ length: 300 }, (_, n) => long(n))

  test('the note is shortened from its end, links last, and it says so', () => {
    const one = post({ note: note([...many, links]) })
    const { data } = payload(one, 'json', 20_000).json
    expect(data.truncated).toEqual(['note'])
    expect(data.alerts).toEqual(one.data.alerts)
    const kept: Block[] = data.note.blocks
    expect(kept.length).toBeGreaterThan(20)
    expect(kept[0]).toEqual({ type: 'text', text: [{ text: `0 ${'x'.repeat(500)}` }] })
    expect(kept.at(-2)).toMatchObject({ type: 'context', text: expect.stringMatching(/… \d+ more/) })
    expect(kept.at(-1)).toEqual(links)
  })

  test('data that is large leaves the note a quarter, and then loses its largest, by name', () => {
    const one = post({
      data: { count: 3, alerts: 'y'.repeat(100_000), labels: { a: 'b' } },
      note: note(many),
    })
    const { data } = payload(one, 'cloudevents', 20_000).json
    expect(data).toMatchObject({ count: 3, labels: { a: 'b' }, truncated: ['note', 'alerts'] })
    expect(data).not.toHaveProperty('alerts')
    expect(data.note.blocks.length).toBeGreaterThan(5)
  })

  test('what is whole is not said to be cut', () => {
    expect(payload(post({ note: note(many) }), 'json', 400_000).json.data).not.toHaveProperty('truncated')
  })

  test('whatever it holds, it fits, and all of it within moments', () => {
    const data = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, 'd"'.repeat(2000)]))
    const wide = '\u{10ffff}"\\'.repeat(2000)
    const blocks = Array.from({ length: 2000 }, (_, n) => text(`${n} ${wide}`))
    payload(post({ data, note: { ...note(blocks), title: wide, summary: wide } }), 'cloudevents', 16_384)
  })
})

test('what nobody can see, and addresses that lead nowhere, are not handed on', () => {
  const bad: Block = { type: 'links', links: [{ title: 'x', url: 'javascript:alert(1)' }] }
  const { data } = payload(post({ note: { ...note([text('a\0\u202eb'), bad]), title: 'a\r\nb' } })).json
  expect(data.note.title).toBe('a b')
  expect(data.note.blocks[0]).toEqual({ type: 'text', text: [{ text: 'ab' }] })
  expect(JSON.stringify(data)).not.toContain('javascript')
})
