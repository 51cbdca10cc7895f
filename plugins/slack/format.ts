import {
  type Block,
  fitNote,
  type Note,
  type NoteLimits,
  plainText,
  type Tone,
  wholeUrl,
} from '../../engine/channel/index.ts'
import type { SlackConfig } from './config.ts'
import { elementsOf, escapeText, plain, section, textObject } from './rich-text.ts'

type Links = SlackConfig['links']
type Fields = Extract<Block, { type: 'fields' }>['fields']

/** What chat.postMessage, chat.update and webhooks take alike. */
export interface Content {
  /** For notifications and screen readers: with blocks it is not shown. */
  readonly text: string
  readonly mrkdwn: false
  readonly unfurl_links: false
  readonly unfurl_media: false
  readonly blocks: readonly object[]
  readonly attachments: readonly object[]
}

// Attachments are the only way to a colour; it must be a hexadecimal one where there are blocks in them.
const looks: { readonly [tone in Tone]: { readonly color: string; readonly sign: string } } = {
  critical: { color: '#b42318', sign: '🔴' },
  error: { color: '#e5484d', sign: '🟠' },
  warning: { color: '#f5a524', sign: '🟡' },
  info: { color: '#3b82f6', sign: '🔵' },
  good: { color: '#30a46c', sign: '✅' },
  muted: { color: '#8b8d98', sign: '⚪' },
}

// https://docs.slack.dev/reference/block-kit/blocks. A message takes 50 blocks; a header 150 characters, a text 3,000; a section
// ten fields of 2,000; a button 75 and an address of 3,000.
const maxBlocks = 50
const fieldsInSection = 10
const maxText = 3_000
const maxFieldText = 2_000
const maxUrl = 2_000
/** Not in the reference: somewhat above 13,000 characters of JSON chat.postMessage answers msg_blocks_too_long
 *  (https://github.com/slackapi/bolt-js/issues/2509). What Slack adds to a block (ids) counts. */
const maxBlockChars = 12_000
const addedToBlock = 60

const limitsFor = (links: Links): NoteLimits => ({
  title: 147,
  summary: 1_000,
  text: 2_900,
  items: 100,
  fields: 40,
  links: 20,
  fieldName: 100,
  fieldValue: 1_000,
  linkTitle: 75,
  url: maxUrl,
  // One block is the header.
  budget: [maxBlocks - 1, maxBlockChars - 500],
  cost: (block) => {
    const written = blocksOf(block, links)
    const chars = JSON.stringify(written)
    // Counted as if it were escaped, since nobody says how Slack counts.
    const escaped = chars.length + 5 * (chars.match(/[^\x00-\x7f]/g)?.length ?? 0)
    return [written.length, escaped + addedToBlock * written.length]
  },
})

/** A note as Slack shows it best: a header, and the rest beside a bar of its colour. */
export function contentOf(note: Note, links: Links): Content {
  const fitted = fitNote(withOwnLink(note), limitsFor(links))
  const { color } = looks[note.tone]
  const blocks = fitted.blocks.flatMap((block) => blocksOf(block, links))
  return content(
    fitted.summary,
    [{ type: 'header', text: plain(headline(fitted)) }],
    blocks.length === 0 ? [] : [{ color, blocks }],
  )
}

/** The same in letters only, for a Slack that refuses the other one. */
export function plainContentOf(note: Note): Content {
  const { summary } = fitNote(note, limitsFor('text'))
  const text = plainText({ ...note, title: headline(note) }, 2_900)
  return content(summary, [{ type: 'section', text: plain(text) }])
}

/** One line: what an answer in a thread says where the message itself has all of it. */
export function lineOf(note: Note): Content {
  const fitted = fitNote(note, limitsFor('text'))
  return content(fitted.summary, [{ type: 'section', text: plain(headline(fitted)) }])
}

const headline = ({ title, tone }: Note): string => `${looks[tone].sign} ${title}`

const content = (text: string, blocks: readonly object[], attachments: readonly object[] = []): Content => ({
  text: escapeText(text),
  mrkdwn: false,
  unfurl_links: false,
  unfurl_media: false,
  blocks,
  // Empty too: an edit leaves what is not said as it was.
  attachments,
})

/** A header leads nowhere, so where the title does, a link says so. */
function withOwnLink(note: Note): Note {
  const { url, blocks } = note
  const said = blocks.some((block) => block.type === 'links' && block.links.some((link) => link.url === url))
  return url === null || said || wholeUrl(url, maxUrl) === null
    ? note
    : { ...note, blocks: [...blocks, { type: 'links', links: [{ title: 'Open', url }] }] }
}

/** A block of a note in Slack's own; each is within Slack's limits where the note's are. */
function blocksOf(block: Block, links: Links): readonly object[] {
  switch (block.type) {
    case 'text':
      return [section(block.text)]
    case 'list':
      return [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_list',
              style: 'bullet',
              elements: block.items.map((item) => ({
                type: 'rich_text_section',
                elements: elementsOf(item),
              })),
            },
          ],
        },
      ]
    case 'code':
      return [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: block.text }] }],
        },
      ]
    case 'fields':
      return fieldBlocks(block.fields)
    case 'image':
      return [{ type: 'image', image_url: block.url, alt_text: block.alt }]
    case 'divider':
      return [{ type: 'divider' }]
    case 'links':
      return [links === 'buttons' ? buttons(block) : linkLine(block)]
    case 'context':
      return [{ type: 'context', elements: [textObject(block.text, maxText)] }]
  }
}

/** Short ones in two columns, ten a block; long ones in a line of their own. */
function fieldBlocks(fields: Fields): readonly object[] {
  const blocks: object[] = []
  let short: object[] = []
  const flush = () => {
    if (short.length > 0) blocks.push({ type: 'section', fields: short })
    short = []
  }
  for (const { name, value, short: isShort } of fields) {
    const values = Array.isArray(value) ? value : [value]
    if (isShort) {
      short.push(textObject([{ text: name, bold: true }, '\n', ...values], maxFieldText))
      if (short.length === fieldsInSection) flush()
    } else {
      flush()
      blocks.push(section([{ text: name, bold: true }, '\n', ...values]))
    }
  }
  flush()
  return blocks
}

const linkLine = ({ links }: Extract<Block, { type: 'links' }>): object =>
  section(
    links.flatMap(({ title, url, style }, i) => [
      ...(i > 0 ? ['   '] : []),
      { text: title, url, ...(style !== undefined && { bold: true }) },
    ]),
  )

const buttons = ({ links }: Extract<Block, { type: 'links' }>): object => ({
  type: 'actions',
  elements: links.map(({ title, url, style }, i) => ({
    type: 'button',
    text: plain(title),
    url,
    action_id: `link-${i}`,
    ...(style !== undefined && { style }),
  })),
})
