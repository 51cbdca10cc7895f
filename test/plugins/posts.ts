import type { Log, Note, Post } from '../../engine/channel/index.ts'

export const never = new AbortController().signal

export const diskNote: Note = {
  title: 'Disk full on <db1>',
  url: 'https://prom.example.org/graph?a=1&b=2',
  tone: 'critical',
  summary: 'CRITICAL: Disk full on <db1>',
  blocks: [
    {
      type: 'text',
      text: ['It has ', { text: '2 %', bold: true }, ' left, see ', { text: 'df -h', code: true }],
    },
    {
      type: 'fields',
      fields: [
        { name: 'Severity', value: 'critical', short: true },
        { name: 'Wiki', value: { text: 'page', url: 'https://wiki.example.org/disk' }, short: true },
        { name: 'Labels', value: 'instance=db1:9100 job=node_exporter', short: false },
      ],
    },
    { type: 'list', items: ['first', { text: 'second', url: 'https://example.org/2' }] },
    { type: 'code', text: 'df -h /' },
    { type: 'divider' },
    { type: 'image', url: 'https://example.org/graph.png', alt: 'Free space' },
    {
      type: 'links',
      links: [
        { title: 'Acknowledge', url: 'https://example.org/a?t=1', style: 'primary' },
        { title: 'Runbook', url: 'https://wiki.example.org/run(book)' },
      ],
    },
    { type: 'context', text: 'rule 7' },
  ],
}

export const postOf = (to: string, overrides: Partial<Post> = {}): Post => ({
  id: 1,
  to,
  note: diskNote,
  reason: 'firing',
  data: {},
  at: Date.UTC(2026, 10, 23, 8),
  thread: 'disk',
  earlier: null,
  key: 'key',
  ...overrides,
})

/** A later post of the same thread. */
export const laterOf = (first: Post, earlier: string | undefined, overrides: Partial<Post> = {}): Post => ({
  ...first,
  reason: 'resolved',
  note: { ...diskNote, title: 'Resolved: Disk full', summary: 'Resolved: Disk full', tone: 'good' },
  earlier: earlier ?? null,
  ...overrides,
})

/** Every URL that a note has, as the URL parser writes it. */
export function urlsOf(note: Note): ReadonlySet<string> {
  const found = new Set<string>()
  JSON.stringify(note, (key, value: unknown) => {
    if (key === 'url' && typeof value === 'string') found.add(URL.parse(value)?.href ?? value)
    return value
  })
  return found
}

/** A log, and the events that it was told. */
export function createHeardLog(): Log & { readonly events: string[] } {
  const events: string[] = []
  const line = (_: object, event: string) => void events.push(event)
  return { events, debug: line, info: line, warn: line, error: line, child: () => createHeardLog() }
}
