import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Block, cleanText, type Note, oneLine } from '../../engine/channel/index.ts'
import { linePayloadOf, type Payload, payloadOf, plainPayloadOf } from '../../plugins/discord/format.ts'
import { escapeText, markdownOf } from '../../plugins/discord/markdown.ts'
import { anyNote, anyText } from '../engine/channel/notes.ts'
import { payloadError, shown } from '../servers/discord.ts'
import { readMarkdown } from '../servers/discord-markdown.ts'
import { diskNote, urlsOf } from './posts.ts'

const at = Date.UTC(2026, 10, 23, 8)
const seen = (payload: Payload) => shown(payload as never)

describe('text', () => {
  test('of any kind is read as the text that it is', () => {
    fc.assert(
      fc.property(anyText(), (said) => {
        const text = cleanText(said)
        const read = readMarkdown(escapeText(text))
        expect(read.text).toBe(text)
        expect(read.marks).toEqual([])
        expect(read.mentions).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('is escaped no more than it must be: notifications show the backslashes', () => {
    for (const text of [
      'job=node_exporter instance=db_1:9100',
      'at 10:30:05, 2 * 3 = 6'.replace(' * ', ' x '),
      'a ~ b | c > d - e + f # g, 1.5 of (all)',
      'see https://example.org/a_b_(c)?d=*e*',
    ])
      expect(escapeText(text)).toBe(text)
    expect(escapeText('# a\n- b\n1. c\n> d')).toBe('\\# a\n\\- b\n1\\. c\n\\> d')
    expect(escapeText('@everyone <@1> **a** __b__ `c` [d](e) :joy:')).toBe(
      '\\@everyone \\<\\@1> \\*\\*a\\*\\* \\_\\_b\\_\\_ \\`c\\` \\[d](e) \\:joy:',
    )
  })

  test('with marks is read with the same words', () => {
    const span = fc.record({ text: anyText(6), bold: fc.boolean(), code: fc.boolean() })
    const words = (text: string) => text.replaceAll(/[\s\\*_~|`:]+/g, '')
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), (spans) => {
        const clean = spans.map((each) => ({ ...each, text: cleanText(each.text) }))
        const read = readMarkdown(markdownOf(clean))
        expect(words(read.text)).toBe(words(clean.map(({ text }) => text).join('')))
        expect(read.mentions).toEqual([])
        expect(read.urls).toEqual([])
      }),
      { numRuns: 1_000 },
    )
    expect(
      markdownOf(['a ', { text: 'b', bold: true }, { text: 'c', bold: true }, { text: ' d ', code: true }]),
    ).toBe('a **bc** `d` ')
    expect(markdownOf({ text: 'a`b', code: true })).toBe('a\\`b')
    expect(markdownOf({ text: 'a [b]', url: 'https://x.org/(c)' })).toBe('[a \\[b\\]](https://x.org/%28c%29)')
    expect(markdownOf({ text: 'https://a.org', url: 'https://b.org/' })).toBe(
      'https://a.org [↗](https://b.org/)',
    )
  })
})

describe('a note in Discord', () => {
  test('is an embed of its colour', () => {
    expect(payloadOf(diskNote, at)).toEqual({
      content: 'CRITICAL: Disk full on \\<db1>',
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: '🔴 Disk full on \\<db1>',
          url: 'https://prom.example.org/graph?a=1&b=2',
          color: 0xb42318,
          timestamp: '2026-11-23T08:00:00.000Z',
          image: { url: 'https://example.org/graph.png' },
          description: [
            'It has **2 %** left, see `df -h`',
            '- first\n- [second](https://example.org/2)',
            '```\ndf -h /\n```',
            '──────────',
            '[Free space](https://example.org/graph.png)',
            '[Acknowledge](https://example.org/a?t=1) · [Runbook](https://wiki.example.org/run%28book%29)',
            'rule 7',
          ].join('\n\n'),
          fields: [
            { name: 'Severity', value: 'critical', inline: true },
            { name: 'Wiki', value: '[page](https://wiki.example.org/disk)', inline: true },
            { name: 'Labels', value: 'instance=db1:9100 job=node_exporter', inline: false },
          ],
        },
      ],
    })
    expect(linePayloadOf(diskNote).content).toBe('🔴 Disk full on \\<db1>')
    expect(plainPayloadOf(diskNote).content).toMatch(/^🔴 Disk full on \\<db1>\nhttps:\/\/prom/)
  })

  test('of any kind is one that Discord takes, calls nobody, and leads only where the note does', () => {
    fc.assert(
      fc.property(anyNote, (note) => {
        for (const payload of [payloadOf(note, at), plainPayloadOf(note), linePayloadOf(note)]) {
          expect(payloadError(payload)).toBe(null)
          const { mentions, urls, text } = seen(payload)
          expect(mentions).toEqual([])
          expect(text.isWellFormed()).toBe(true)
          const own = new Set([...urlsOf(note)].map(bare))
          for (const url of urls) expect(own).toContain(bare(url))
        }
      }),
      { numRuns: 400 },
    )
  })

  test('keeps the words of its title and its fields', () => {
    fc.assert(
      fc.property(anyText(8), anyText(8), anyText(8), (title, name, value) => {
        fc.pre([title, name, value].every((text) => oneLine(text).length > 0 && text.length < 80))
        const blocks: Block[] = [{ type: 'fields', fields: [{ name, value, short: true }] }]
        const [embed] = payloadOf({ ...diskNote, title, blocks }, at).embeds as [
          { title: string; fields: { name: string; value: string }[] },
        ]
        expect(readMarkdown(embed.title).text).toBe(`🔴 ${oneLine(title)}`)
        expect(readMarkdown(embed.fields[0]!.name).text).toBe(oneLine(name))
        expect(readMarkdown(embed.fields[0]!.value).text).toBe(cleanText(value))
      }),
      { numRuns: 500 },
    )
  })

  test('as full as it may be is one that Discord takes', () => {
    const blocks: Block[] = [
      {
        type: 'fields',
        fields: Array.from({ length: 99 }, () => ({
          name: '*'.repeat(300),
          value: '_'.repeat(2_000),
          short: true,
        })),
      },
      { type: 'text', text: '*_`'.repeat(2_000) },
      { type: 'list', items: Array.from({ length: 500 }, () => ({ text: 'x', bold: true })) },
      ...Array.from({ length: 500 }, (): Block => ({ type: 'divider' })),
      {
        type: 'links',
        links: Array.from({ length: 90 }, () => ({
          title: '['.repeat(99),
          url: `https://x.org/${'('.repeat(700)}`,
        })),
      },
    ]
    for (const first of blocks.keys()) {
      const note: Note = {
        ...diskNote,
        title: '*'.repeat(500),
        summary: '@'.repeat(5_000),
        blocks: blocks.slice(first),
      }
      expect(payloadError(payloadOf(note, at))).toBe(null)
      expect(payloadError(plainPayloadOf(note))).toBe(null)
      expect(seen(payloadOf(note, at)).text).toMatch(/\d+ more/)
    }
  })
})

/** Without what is written in more than one way. */
const bare = (url: string) => url.replaceAll('|', '%7C').replaceAll('(', '%28').replaceAll(')', '%29')
