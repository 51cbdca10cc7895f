import type { Block, Inline, Note, RichText } from 'broadsheet/channel'

/** The note as plain text, at most `most` characters: where there is no room the last blocks go first, and it says so. */
export function plainText(note: Note, most: number): string {
  const parts = [note.summary, ...note.blocks.map(textOf)].filter((part) => part !== '')
  const rest = '\n\n…'
  let text = ''
  for (const part of parts) {
    const longer = text === '' ? part : `${text}\n\n${part}`
    if (longer.length > most - rest.length)
      return (text === '' ? part.slice(0, most - rest.length) : text) + rest
    text = longer
  }
  return text
}

function textOf(block: Block): string {
  switch (block.type) {
    case 'text':
    case 'context':
      return inline(block.text)
    case 'fields':
      return block.fields.map(({ name, value }) => `${name}: ${inline(value)}`).join('\n')
    case 'list':
      return block.items.map((item) => `• ${inline(item)}`).join('\n')
    case 'code':
      return block.text
    case 'image':
      return `${block.alt} ${block.url}`
    case 'links':
      return block.links.map(({ title, url }) => `${title}: ${url}`).join('\n')
    case 'divider':
      return ''
  }
}

const inline = (text: RichText): string =>
  [text]
    .flat()
    .map((piece) => one(piece as Inline))
    .join('')

const one = (piece: Inline): string => {
  if (typeof piece === 'string') return piece
  return piece.url === undefined ? piece.text : `${piece.text} (${piece.url})`
}
