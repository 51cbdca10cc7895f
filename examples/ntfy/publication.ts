import { type Block, fitNote, type NoteLink, type Post, type RichText, spansOf } from 'broadsheet/channel'

/** What is posted to a server: https://docs.ntfy.sh/publish/#publish-as-json. Of unknown fields servers take no notice. */
export interface Publication {
  readonly topic: string
  readonly title: string
  readonly message: string
  readonly priority: 1 | 2 | 3 | 4 | 5
  readonly tags: readonly string[]
  /** Opened by a tap. */
  readonly click?: string
  /** An address; the image is shown in the notification. */
  readonly attach?: string
  /** At most three. */
  readonly actions?: readonly { readonly action: 'view'; readonly label: string; readonly url: string }[]
  /** The message that this one takes the place of (servers from 2.16 on; older ones show both). */
  readonly sequence_id?: string
}

/** A longer message would become a file that is attached. */
const maxMessageBytes = 4096
/** Servers read twice that of a request, with everything that is in it; beside the message that is at most: the title, four
 *  addresses, three labels, tags and names. */
const maxTextBytes = 2 * maxMessageBytes - 3900
const maxActions = 3
/** Receipts come from a database, or from another channel that stood in: what cannot be an id is none. */
const sequencePattern = /^[-_A-Za-z0-9]{1,64}$/

/** 5 breaks through "do not disturb", 1 and 2 make no sound. */
const priorities = { critical: 5, error: 4, warning: 3, info: 3, good: 3, muted: 1 } as const
/** Short codes of emojis, which are shown before the title. */
const signs = {
  critical: 'rotating_light',
  error: 'no_entry',
  warning: 'warning',
  info: 'information_source',
  good: 'white_check_mark',
  muted: 'zzz',
} as const

export function publication({ note, reason, earlier }: Post, topic: string): Publication {
  const { title, url, tone, summary, blocks } = fitNote(note, {
    title: 200,
    summary: 500,
    text: maxMessageBytes,
    items: 50,
    fields: 30,
    links: 10,
    fieldName: 100,
    fieldValue: 500,
    linkTitle: 60,
    url: 500,
    budget: [maxMessageBytes, maxTextBytes],
    cost: (block) => {
      const text = `\n\n${textOfBlock(block)}`
      return [Buffer.byteLength(text), Buffer.byteLength(JSON.stringify(text))]
    },
  })
  const links = blocks.flatMap((block) => (block.type === 'links' ? block.links : []))
  const image = blocks.find((block) => block.type === 'image')
  const texts = blocks
    .filter((block) => block.type !== 'links' && block !== image)
    .map(textOfBlock)
    .concat(links.slice(maxActions).map(lineOf))
    .filter((text) => text !== '')
  return {
    topic,
    title,
    message: texts.join('\n\n') || summary,
    priority: priorities[tone],
    tags: [signs[tone], reason],
    ...(url === null ? {} : { click: url }),
    ...(image === undefined ? {} : { attach: image.url }),
    ...(links.length === 0
      ? {}
      : {
          actions: links
            .slice(0, maxActions)
            .map(({ title: label, url }) => ({ action: 'view', label, url })),
        }),
    ...(earlier !== null && sequencePattern.test(earlier) ? { sequence_id: earlier } : {}),
  }
}

function textOfBlock(block: Block): string {
  switch (block.type) {
    case 'text':
    case 'context':
      return plain(block.text)
    case 'fields':
      return block.fields.map(({ name, value }) => `${name}: ${plain(value)}`).join('\n')
    case 'list':
      return block.items.map((item) => `• ${plain(item)}`).join('\n')
    case 'code':
      return block.text
    case 'image':
      return `${block.alt}: ${block.url}`
    case 'links':
      return block.links.map(lineOf).join('\n\n')
    default:
      // A divider, and whatever later Broadsheets may add.
      return ''
  }
}

const lineOf = ({ title, url }: NoteLink): string => `${title}: ${url}`

/** Notifications know no links within their text. */
const plain = (text: RichText): string =>
  spansOf(text)
    .map((span) =>
      span.url === undefined || span.url === span.text ? span.text : `${span.text} (${span.url})`,
    )
    .join('')
