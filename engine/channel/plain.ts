import type { Block, Note, RichText } from '../model/note.ts'
import { fitNote } from './fit.ts'
import { spansOf, truncate } from './text.ts'

/** A note in plain text, at most `max` characters (UTF-16 units), for channels that have nothing else: the title, then the blocks,
 *  with an empty line between them. Links are written out. */
export function plainText(note: Note, max: number): string {
  const titleMax = Math.min(200, max)
  const { title, url, blocks } = fitNote(note, {
    title: titleMax,
    summary: titleMax,
    text: max,
    items: 200,
    fields: 100,
    links: 20,
    fieldName: 100,
    fieldValue: 1_000,
    linkTitle: 100,
    url: Math.min(2_000, Math.floor(max / 4)),
    budget: [Math.max(0, max - titleMax - Math.floor(max / 4) - 1)],
    cost: (block) => [plainBlock(block).length + 2],
  })
  const head = url === null ? title : `${title}\n${url}`
  return truncate([head, ...blocks.map(plainBlock)].join('\n\n'), max)
}

function plainBlock(block: Block): string {
  switch (block.type) {
    case 'text':
    case 'context':
      return plainRich(block.text)
    case 'code':
      return block.text
    case 'list':
      return block.items.map((item) => `- ${plainRich(item)}`).join('\n')
    case 'fields':
      return block.fields.map(({ name, value }) => `${name}: ${plainRich(value)}`).join('\n')
    case 'links':
      return block.links.map(({ title, url }) => `${title}: ${url}`).join('\n')
    case 'image':
      return `${block.alt}: ${block.url}`
    case 'divider':
      return '---'
  }
}

const plainRich = (rich: RichText): string =>
  spansOf(rich)
    .map(({ text, url }) => (url === undefined || url === text ? text : `${text} (${url})`))
    .join('')
