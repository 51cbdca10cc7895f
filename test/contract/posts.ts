import type { Block, Post } from '../../engine/channel/index.ts'

/** Something of everything that a note can hold, short. */
export const post = (id: number, to: string, title = `Disk ${id} full`): Post => ({
  id,
  to,
  note: {
    title,
    url: null,
    tone: 'critical',
    summary: `CRITICAL: ${title}`,
    blocks: [
      { type: 'text', text: 'It has 2 % left.' },
      { type: 'fields', fields: [{ name: 'Host', value: 'db1', short: true }] },
      { type: 'links', links: [{ title: 'Acknowledge', url: 'https://example.org/ack' }] },
    ],
  },
  reason: 'firing',
  data: { alerts: [] },
  at: Date.UTC(2026, 10, 23, 8),
  thread: `thread ${title}`,
  earlier: null,
  key: `key of ${title}`,
})

export const posts = (count: number, rooms: readonly string[], prefix = 'Disk'): Post[] =>
  Array.from({ length: count }, (_, n) => post(n + 1, rooms[n % rooms.length]!, `${prefix} ${n + 1} full`))

/** Markup of chats and of the web, calls to people, addresses in disguise, and text from right to left. */
export const hostile: readonly string[] = [
  '<!channel> <!here|x> <@U012AB3CD> <#C012AB3CD|x> <!date^1^{date}|y>',
  '@everyone @here <@123456789012345678> <@&123456789012345678> <#123456789012345678>',
  '*bold* _italic_ ~struck~ `code` ~~struck~~ __under__ ||spoiler|| ***all***',
  '[text](https://evil.example/) <https://evil.example/|text> <https://evil.example/>',
  '&lt;b&gt; &amp; <b>bold</b> <script>alert(1)</script>',
  '# heading',
  '> quote',
  '>>> quote of all',
  '- item',
  '1. item',
  '``` code ```',
  '\\*escaped\\* \\\\ \\`',
  ':skull: <:skull:123456789012345678> <t:0:R> </cmd:123456789012345678>',
  'שלום עולם مرحبا',
  'under_scores_within and_ _at_ the_ends 2*3*4 a~b',
]
/** All of it in each kind of block, and what must be seen of it. */
export const hostileBlocks: readonly {
  readonly blocks: readonly Block[]
  readonly lines: readonly string[]
}[] = [
  { blocks: [{ type: 'text', text: hostile.join('\n') }], lines: hostile },
  {
    blocks: [{ type: 'text', text: hostile.flatMap((text) => [{ text, bold: true }, '\n']) }],
    lines: hostile,
  },
  {
    blocks: [
      { type: 'text', text: hostile.flatMap((text) => [{ text, url: 'https://example.org/' }, '\n']) },
    ],
    lines: hostile,
  },
  {
    blocks: [{ type: 'list', items: [...hostile, 'controls: \0 \u001b[31m \u202e turned'] }],
    lines: hostile,
  },
  ...[true, false].map((short) => ({
    blocks: [{ type: 'fields' as const, fields: hostile.map((value) => ({ name: 'Field', value, short })) }],
    lines: hostile,
  })),
  {
    blocks: [{ type: 'fields', fields: [{ name: hostile[2]!, value: 'x', short: true }] }],
    lines: [hostile[2]!],
  },
  { blocks: [{ type: 'code', text: hostile.join('\n') }], lines: hostile },
  ...hostile.map((text) => ({ blocks: [{ type: 'context' as const, text }], lines: [text] })),
  {
    blocks: [{ type: 'links', links: [{ title: hostile[2]!, url: 'https://example.org/' }] }],
    // Titles of links may be cut.
    lines: [hostile[2]!.slice(0, 40)],
  },
]
