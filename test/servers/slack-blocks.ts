import { z } from 'zod'

// What Slack checks, as its reference has it: https://docs.slack.dev/reference/block-kit/blocks and .../composition-objects.

const plain = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  })
const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  })
const anyText = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])
const url = z
  .string()
  .max(3000)
  .refine((text) => URL.canParse(text) && !/[\s<>|]/.test(text), 'is no address')

const style = z
  .strictObject({ bold: z.boolean(), italic: z.boolean(), strike: z.boolean(), code: z.boolean() })
  .partial()
const span = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), style: style.optional() }),
  z.strictObject({
    type: z.literal('link'),
    url,
    text: z.string().min(1).optional(),
    style: style.optional(),
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string() }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']) }),
  z.strictObject({ type: z.literal('emoji'), name: z.string() }),
])
type SlackSpan = z.output<typeof span>
const richSection = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(span).min(1) })

const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  url: url.optional(),
  action_id: z.string().max(255).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
})

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plain(150) }),
  z
    .strictObject({
      type: z.literal('section'),
      text: anyText(3000).optional(),
      fields: z.array(anyText(2000)).min(1).max(10).optional(),
    })
    .refine(({ text, fields }) => text !== undefined || fields !== undefined, 'needs text or fields'),
  z.strictObject({ type: z.literal('context'), elements: z.array(anyText(3000)).min(1).max(10) }),
  z.strictObject({ type: z.literal('divider') }),
  z.strictObject({ type: z.literal('image'), image_url: url, alt_text: z.string().min(1).max(2000) }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z
      .array(button)
      .min(1)
      .max(25)
      .refine(
        (all) => new Set(all.map(({ action_id }) => action_id)).size === all.length,
        'action_id must be unique',
      ),
  }),
  z.strictObject({
    type: z.literal('rich_text'),
    elements: z
      .array(
        z.discriminatedUnion('type', [
          richSection,
          z.strictObject({
            type: z.literal('rich_text_list'),
            style: z.enum(['bullet', 'ordered']),
            elements: z.array(richSection).min(1),
          }),
          z.strictObject({ type: z.literal('rich_text_preformatted'), elements: z.array(span).min(1) }),
          z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(span).min(1) }),
        ]),
      )
      .min(1),
  }),
])
export type SlackBlock = z.output<typeof block>
const blocks = z.array(block).max(50)
// Blocks in an attachment want none of its older fields beside them: https://github.com/slackapi/bolt-js/issues/717
const attachments = z
  .array(z.strictObject({ color: z.string().regex(/^#[0-9a-f]{6}$/i), blocks: blocks.min(1) }))
  .max(100)

// Not in the reference: https://github.com/slackapi/bolt-js/issues/2509
const maxBlockChars = 13_200

export interface SlackContent {
  readonly text?: string
  readonly mrkdwn?: boolean
  readonly blocks?: readonly SlackBlock[]
  readonly attachments?: readonly { readonly color: string; readonly blocks: readonly SlackBlock[] }[]
}

/** Slack's word for what is wrong with a message's content; null: nothing. */
export function contentError(payload: Record<string, unknown>): string | null {
  const { text, blocks: top = [], attachments: added = [] } = payload
  if (text !== undefined && typeof text !== 'string') return 'invalid_arguments'
  if ((text?.length ?? 0) > 40_000) return 'msg_too_long'
  if (!Array.isArray(top) || !Array.isArray(added)) return 'invalid_blocks_format'
  if (!blocks.safeParse(top).success) return 'invalid_blocks'
  const parsed = attachments.safeParse(added)
  if (!parsed.success) return 'invalid_attachments'
  const all = [...top, ...parsed.data.flatMap((attachment) => attachment.blocks)]
  // Of a message, not of each list of blocks in it.
  if (all.length > 50) return 'invalid_blocks'
  if (JSON.stringify(all).length > maxBlockChars) return 'msg_blocks_too_long'
  if (all.length === 0 && (text ?? '') === '') return 'no_text'
  return null
}

interface Seen {
  readonly words: string[]
  readonly mentions: string[]
  readonly urls: string[]
}

/** What is on the screen: with blocks `text` is for notifications only. */
export function seenOf({
  text = '',
  mrkdwn: marked,
  blocks: top = [],
  attachments: added = [],
}: SlackContent): Seen {
  const seen: Seen = { words: [], mentions: [], urls: [] }
  if (top.length === 0) readMrkdwn(text, seen, marked !== false)
  // A notification calls people too.
  else readMrkdwn(text, { ...seen, words: [], urls: [] }, false)
  for (const each of [...top, ...added.flatMap((attachment) => attachment.blocks)]) readBlock(each, seen)
  return seen
}

function readBlock(each: SlackBlock, seen: Seen): void {
  switch (each.type) {
    case 'header':
      readText(each.text, seen)
      break
    case 'section':
      if (each.text !== undefined) readText(each.text, seen)
      for (const field of each.fields ?? []) readText(field, seen)
      break
    case 'context':
      for (const element of each.elements) readText(element, seen)
      break
    case 'divider':
      break
    case 'image':
      seen.words.push(each.alt_text)
      seen.urls.push(each.image_url)
      break
    case 'actions':
      for (const element of each.elements) {
        readText(element.text, seen)
        if (element.url !== undefined) seen.urls.push(element.url)
      }
      break
    case 'rich_text':
      for (const element of each.elements)
        if (element.type === 'rich_text_list')
          for (const item of element.elements) readSpans(item.elements, seen)
        else readSpans(element.elements, seen)
  }
}

/** Nothing in it is markup. */
function readSpans(spans: readonly SlackSpan[], seen: Seen): void {
  let words = ''
  for (const each of spans) {
    if (each.type === 'text') words += each.text
    if (each.type === 'link') {
      words += each.text ?? each.url
      seen.urls.push(each.url)
    }
    if (each.type === 'user') seen.mentions.push(each.user_id)
    if (each.type === 'broadcast') seen.mentions.push(each.range)
  }
  seen.words.push(words)
}

function readText(text: z.output<ReturnType<typeof anyText>>, seen: Seen): void {
  if (text.type === 'mrkdwn') readMrkdwn(text.text, seen, true)
  else seen.words.push(text.emoji === false ? text.text : withoutEmoji(text.text))
}

const withoutEmoji = (text: string) => text.replaceAll(/:[a-z0-9_+'-]+:/gi, '')

/** https://docs.slack.dev/messaging/formatting-message-text: what is between < and > is a link or a call, even where marks are off. */
function readMrkdwn(text: string, seen: Seen, marks: boolean): void {
  let words = text.replaceAll(/<([^<>]*)>/g, (_, inner: string) => {
    const [target = '', label] = inner.split(/\|(.*)/s, 2)
    if (/^[@#!]/.test(target)) seen.mentions.push(target)
    else seen.urls.push(entities(target))
    return label ?? target
  })
  if (marks) {
    words = withoutEmoji(words)
      .replaceAll(/^&gt;(&gt;&gt;)? ?/gm, '')
      .replaceAll(/```(.+?)```/gs, '$1')
      .replaceAll(/`([^`\n]+)`/g, '$1')
    for (const mark of ['\\*', '_', '~'])
      words = words.replaceAll(
        new RegExp(
          `(?<![\\w${mark}])${mark}(?=\\S)([^\\n${mark}]*[^\\s${mark}])${mark}(?![\\w${mark}])`,
          'g',
        ),
        '$1',
      )
  }
  seen.words.push(entities(words))
}

const entities = (text: string) =>
  text.replaceAll(/&(lt|gt|amp);/g, (_, name: 'lt' | 'gt' | 'amp') => ({ lt: '<', gt: '>', amp: '&' })[name])
