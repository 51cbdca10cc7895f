import {
  type Block,
  fitNote,
  type Note,
  type NoteLimits,
  plainText,
  type RichText,
  shorten,
  type Tone,
  textOf,
  truncate,
} from '../../engine/channel/index.ts'
import { codeBlock, escapeText, linkTo, markdownOf } from './markdown.ts'

/** What executing a webhook and editing its message take alike. */
export interface Payload {
  /** For notifications and for those who do not see embeds. */
  readonly content: string
  readonly embeds: readonly object[]
  /** Nobody is called, whatever the text says. */
  readonly allowed_mentions: { readonly parse: readonly [] }
}

const looks: { readonly [tone in Tone]: { readonly color: number; readonly sign: string } } = {
  critical: { color: 0xb42318, sign: '🔴' },
  error: { color: 0xe5484d, sign: '🟠' },
  warning: { color: 0xf5a524, sign: '🟡' },
  info: { color: 0x3b82f6, sign: '🔵' },
  good: { color: 0x30a46c, sign: '✅' },
  muted: { color: 0x8b8d98, sign: '⚪' },
}

// https://docs.discord.com/developers/resources/message#embed-object-embed-limits: of an embed 256 characters of title, 4,096 of
// description, 25 fields of 256 and 1,024, and 6,000 in all; of the content 2,000. Escaping counts.
const maxTitle = 256
const maxDescription = 4_096
const maxFields = 25
const maxFieldName = 256
const maxFieldValue = 1_024
const maxEmbed = 6_000
const maxContent = 2_000
/** Between the parts of a description. */
const gap = '\n\n'

const limits: NoteLimits = {
  title: maxTitle - 3,
  summary: 300,
  text: 3_500,
  items: 60,
  fields: maxFields,
  links: 20,
  fieldName: 200,
  fieldValue: 1_000,
  linkTitle: 80,
  url: 1_500,
  budget: [maxDescription, maxFields, maxEmbed - maxTitle],
  cost(block) {
    if (block.type === 'fields') {
      const fields = fieldsOf(block)
      return [0, fields.length, fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)]
    }
    const chars = written(block).length + gap.length
    return [chars, 0, chars]
  },
}

/** A note as an embed. Fields come after everything else, wherever they stood: an embed has no other order. */
export function payloadOf(note: Note, at: number): Payload {
  const fitted = fitNote(note, limits)
  const { blocks } = fitted
  const description = blocks.flatMap((block) => (block.type === 'fields' ? [] : [written(block)])).join(gap)
  const fields = blocks.flatMap((block) => (block.type === 'fields' ? fieldsOf(block) : []))
  const image = blocks.find((block) => block.type === 'image')
  const { color } = looks[note.tone]
  return payload(within(fitted.summary, maxContent), [
    {
      title: headline(fitted),
      ...(fitted.url !== null && { url: fitted.url }),
      ...(description !== '' && { description }),
      color,
      ...(fields.length > 0 && { fields }),
      ...(image !== undefined && { image: { url: image.url } }),
      timestamp: new Date(at).toISOString(),
    },
  ])
}

/** The same in letters only, for a Discord that refuses the other one. */
export const plainPayloadOf = (note: Note): Payload =>
  payload(within(plainText({ ...note, title: titled(note) }, maxContent), maxContent))

/** One line. */
export const linePayloadOf = (note: Note): Payload => payload(headline(fitNote(note, limits)))

const payload = (content: string, embeds: readonly object[] = []): Payload => ({
  content,
  embeds,
  allowed_mentions: { parse: [] },
})

const titled = ({ title, tone }: Note) => `${looks[tone].sign} ${title}`
const headline = (note: Note): string => within(titled(note), maxTitle)

/** A block as a part of the description. */
function written(block: Exclude<Block, { type: 'fields' }>): string {
  switch (block.type) {
    case 'text':
    case 'context':
      return markdownOf(block.text)
    case 'list':
      return block.items.map((item) => `- ${markdownOf(item).replaceAll('\n', '\n  ')}`).join('\n')
    case 'code':
      return codeBlock(block.text)
    case 'divider':
      return '─'.repeat(10)
    case 'image':
      return linkTo(block.alt, block.url)
    case 'links':
      return block.links.map(({ title, url }) => linkTo(title, url)).join(' · ')
  }
}

const fieldsOf = ({ fields }: Extract<Block, { type: 'fields' }>) =>
  fields.map(({ name, value, short }) => ({
    name: within(name, maxFieldName),
    value: richWithin(value, maxFieldValue),
    inline: short,
  }))

/** At most `max` characters once it is written: what is too much is taken off before, so that no escape is cut. */
function within(text: string, max: number): string {
  return fitted(text.length, max, (length) => escapeText(truncate(text, length)))
}

/** Without links and marks where they alone are too long. */
function richWithin(rich: RichText, max: number): string {
  const whole = markdownOf(rich)
  if (whole.length <= max) return whole
  const text = textOf(rich)
  return fitted(text.length, max, (length) => escapeText(textOf(shorten(text, length))))
}

function fitted(length: number, max: number, write: (length: number) => string): string {
  let left = Math.min(length, max)
  let result = write(left)
  while (result.length > max) {
    left -= Math.max(1, Math.floor((result.length - max) / 2))
    result = write(left)
  }
  return result
}
