import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Block, Note } from '../../engine/channel/index.ts'
import { contentOf, lineOf, plainContentOf } from '../../plugins/slack/format.ts'
import { anyNote } from '../engine/channel/notes.ts'
import { contentError, type SlackContent, seenOf } from '../servers/slack-blocks.ts'
import { diskNote, urlsOf } from './posts.ts'

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false })
const richSection = (...elements: object[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
})
const words = (text: string, style?: object) => ({ type: 'text', text, ...(style && { style }) })
const link = (text: string, url: string, style?: object) => ({
  type: 'link',
  url,
  text,
  ...(style && { style }),
})

describe('a note in Slack', () => {
  test('is a header, and the rest beside a bar of its colour', () => {
    expect(contentOf(diskNote, 'text')).toEqual({
      text: 'CRITICAL: Disk full on &lt;db1&gt;',
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [{ type: 'header', text: plain('🔴 Disk full on <db1>') }],
      attachments: [
        {
          color: '#b42318',
          blocks: [
            richSection(
              words('It has '),
              words('2 %', { bold: true }),
              words(' left, see '),
              words('df -h', { code: true }),
            ),
            {
              type: 'section',
              fields: [
                { type: 'mrkdwn', text: '*Severity*\ncritical', verbatim: true },
                { type: 'mrkdwn', text: '*Wiki*\n<https://wiki.example.org/disk|page>', verbatim: true },
              ],
            },
            richSection(
              words('Labels', { bold: true }),
              words('\n'),
              words('instance=db1:9100 job=node_exporter'),
            ),
            {
              type: 'rich_text',
              elements: [
                {
                  type: 'rich_text_list',
                  style: 'bullet',
                  elements: [
                    { type: 'rich_text_section', elements: [words('first')] },
                    { type: 'rich_text_section', elements: [link('second', 'https://example.org/2')] },
                  ],
                },
              ],
            },
            {
              type: 'rich_text',
              elements: [{ type: 'rich_text_preformatted', elements: [words('df -h /')] }],
            },
            { type: 'divider' },
            { type: 'image', image_url: 'https://example.org/graph.png', alt_text: 'Free space' },
            richSection(
              link('Acknowledge', 'https://example.org/a?t=1', { bold: true }),
              words('   '),
              link('Runbook', 'https://wiki.example.org/run(book)'),
            ),
            { type: 'context', elements: [{ type: 'mrkdwn', text: 'rule 7', verbatim: true }] },
            richSection(link('Open', 'https://prom.example.org/graph?a=1&b=2')),
          ],
        },
      ],
    })
  })

  test('has buttons where they are wanted', () => {
    const links: Block = {
      type: 'links',
      links: [
        { title: 'Acknowledge', url: 'https://example.org/a', style: 'primary' },
        { title: 'Runbook', url: 'https://example.org/r' },
      ],
    }
    const { attachments } = contentOf({ ...diskNote, url: null, blocks: [links] }, 'buttons')
    expect(attachments).toMatchObject([
      {
        blocks: [
          {
            type: 'actions',
            elements: [
              { type: 'button', text: plain('Acknowledge'), url: 'https://example.org/a', style: 'primary' },
              { type: 'button', text: plain('Runbook'), url: 'https://example.org/r' },
            ],
          },
        ],
      },
    ])
  })

  test('uses marks only where no letter could be taken for one', () => {
    const shown = (name: string, value: string) => {
      const blocks: Block[] = [{ type: 'fields', fields: [{ name, value, short: true }] }]
      const { attachments } = contentOf({ ...diskNote, url: null, blocks }, 'text')
      return (attachments[0] as { blocks: { fields: object[] }[] }).blocks[0]!.fields[0]
    }
    const marked = (text: string) => ({ type: 'mrkdwn', text, verbatim: true })
    expect(shown('job', 'node_exporter')).toEqual(marked('*job*\nnode_exporter'))
    expect(shown('a', 'b & <c>')).toEqual(marked('*a*\nb &amp; &lt;c&gt;'))
    expect(shown('at', '10:30:05')).toEqual(plain('at\n10:30:05'))
    for (const value of ['*a*', '_a_', '~a~', '`a`', ':joy:', '> a', 'שלום_'])
      expect(shown('n', value)).toEqual(plain(`n\n${value}`))
  })

  test('of any kind is one that Slack takes, calls nobody, and leads only where the note does', () => {
    fc.assert(
      fc.property(anyNote, fc.constantFrom('text' as const, 'buttons' as const), (note, links) => {
        for (const content of [contentOf(note, links), plainContentOf(note), lineOf(note)]) {
          expect(contentError({ ...content })).toBe(null)
          const { mentions, urls } = seenOf(content as unknown as SlackContent)
          expect(mentions).toEqual([])
          const own = urlsOf(note)
          for (const url of urls) expect(own.has(url) || own.has(url.replaceAll('%7C', '|'))).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })

  test('as full as it may be is one that Slack takes', () => {
    const blocks: Block[] = [
      { type: 'text', text: 'ש & <x> '.repeat(2_000) },
      {
        type: 'fields',
        fields: Array.from({ length: 99 }, () => ({
          name: 'n'.repeat(300),
          value: '&'.repeat(900),
          short: true,
        })),
      },
      { type: 'list', items: Array.from({ length: 500 }, () => ({ text: 'x', bold: true, code: true })) },
      ...Array.from({ length: 500 }, (): Block => ({ type: 'divider' })),
      {
        type: 'links',
        links: Array.from({ length: 90 }, () => ({
          title: 't'.repeat(99),
          url: `https://x.org/${'y'.repeat(900)}`,
        })),
      },
    ]
    for (const first of blocks.keys()) {
      const note: Note = { ...diskNote, blocks: blocks.slice(first) }
      for (const links of ['text', 'buttons'] as const) {
        const content = contentOf(note, links)
        expect(contentError({ ...content })).toBe(null)
        expect(seenOf(content as unknown as SlackContent).words.some((text) => /\d+ more/.test(text))).toBe(
          true,
        )
      }
    }
  })
})
