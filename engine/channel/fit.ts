import type { Block, Note, RichText } from '../model/note.ts'
import { cleanText, oneLine, shorten, spansOf, textOf, truncate } from './text.ts'

type BlockOf<T extends Block['type']> = Extract<Block, { readonly type: T }>

/** What a channel has room for. Characters are UTF-16 units. */
export interface NoteLimits {
  readonly title: number
  readonly summary: number
  /** Characters of a text, a list, a code, a small print. */
  readonly text: number
  /** Of one list, of one block of fields, of one block of links. */
  readonly items: number
  readonly fields: number
  readonly links: number
  readonly fieldName: number
  readonly fieldValue: number
  readonly linkTitle: number
  /** A longer address is left out: half of one leads nowhere. */
  readonly url: number
  /** What all blocks together may take, in whatever the channel counts. */
  readonly budget: readonly number[]
  /** What a block takes of each, as the channel writes it. Less of a block must not take more. */
  readonly cost: (block: Block) => readonly number[]
}

/** A block of text that would be cut shorter than this is left out. */
const leastText = 24
/** Links may take so much of what there is, so that something is left that says what they are for. */
const shareOfLinks = 0.5

/** A note that a channel can write as it is: cleaned of what nobody can see, with whole addresses of http and https only, and
 *  within the limits. Shortened and dropped from the end, links last; a small print says how many are left out. */
export function fitNote(note: Note, limits: NoteLimits): Note {
  const title = oneLine(note.title) || oneLine(note.summary) || 'Untitled'
  return {
    title: truncate(title, limits.title),
    url: note.url === null ? null : wholeUrl(note.url, limits.url),
    tone: note.tone,
    summary: truncate(oneLine(note.summary) || title, limits.summary),
    blocks: fitBlocks(note.blocks, limits),
  }
}

function fitBlocks(blocks: readonly Block[], limits: NoteLimits): readonly Block[] {
  const all = place(blocks, limits.budget, limits)
  if (all.left === 0) return all.blocks
  const reserve = limits.cost(more(999_999))
  const { blocks: kept, left } = place(blocks, minus(limits.budget, reserve), limits)
  const last = kept.findLastIndex(({ type }) => type !== 'links')
  // Nothing is worth saying of a rest where there is no room to say it.
  return limits.budget.every((most, i) => most >= reserve[i]!)
    ? kept.toSpliced(last + 1, 0, more(left))
    : kept
}

const more = (count: number): Block => ({ type: 'context', text: `… ${count} more` })

/** As many as there is room for, in their order, and how many things are left out. */
function place(blocks: readonly Block[], budget: readonly number[], limits: NoteLimits) {
  const kept = new Map<number, Block>()
  let room = budget
  let left = 0

  /** False where nothing of it fits. */
  const add = (index: number, block: Block, within: readonly number[]): boolean => {
    const fits = (part: Block) => limits.cost(part).every((amount, i) => amount <= within[i]!)
    const part = fits(block) ? block : shrink(block, fits)
    if (part === null) return false
    kept.set(index, part)
    room = minus(room, limits.cost(part))
    left += weight(block) - weight(part)
    return true
  }

  const forLinks = budget.map((most) => most * shareOfLinks)
  let taken = budget.map(() => 0)
  blocks.forEach((block, index) => {
    if (block.type !== 'links') return
    left += weight(block)
    const own = limited(block, limits)
    if (own === null || !add(index, own, minus(forLinks, taken))) return
    left -= weight(own)
    taken = plus(taken, limits.cost(kept.get(index)!))
  })

  let full = false
  blocks.forEach((block, index) => {
    if (block.type === 'links') return
    const own = full ? null : limited(block, limits)
    if (own === null) {
      if (full) left += weight(block)
      return
    }
    left += weight(block) - weight(own)
    if (add(index, own, room)) return
    left += weight(own)
    full = true
  })
  return { blocks: [...kept].toSorted(([a], [b]) => a - b).map(([, block]) => block), left }
}

const minus = (a: readonly number[], b: readonly number[]) => a.map((amount, i) => amount - b[i]!)
const plus = (a: readonly number[], b: readonly number[]) => a.map((amount, i) => amount + b[i]!)

/** How many things are missing where a block is. */
function weight(block: Block): number {
  switch (block.type) {
    case 'list':
      return block.items.length
    case 'fields':
      return block.fields.length
    case 'links':
      return block.links.length
    case 'divider':
      return 0
    case 'text':
    case 'code':
    case 'image':
    case 'context':
      return 1
  }
}

/** Within the limits of a single block; null where nothing is in it. */
function limited(block: Block, limits: NoteLimits): Block | null {
  switch (block.type) {
    case 'text':
    case 'context': {
      const text = richWithin(block.text, limits.text, limits)
      return textOf(text).trim() === '' ? null : { type: block.type, text }
    }
    case 'code': {
      const text = truncate(cleanText(block.text), limits.text)
      return text.trim() === '' ? null : { type: 'code', text }
    }
    case 'list': {
      const items: RichText[] = []
      let left = limits.text
      for (const item of block.items.slice(0, limits.items)) {
        const own = filled(richWithin(item, limits.text, limits))
        left -= textOf(own).length
        if (left < 0 && items.length > 0) break
        items.push(own)
      }
      return items.length === 0 ? null : { type: 'list', items }
    }
    case 'fields': {
      const fields = block.fields.slice(0, limits.fields).map(({ name, value, short }) => ({
        name: truncate(oneLine(name), limits.fieldName) || '–',
        value: filled(richWithin(value, limits.fieldValue, limits)),
        short,
      }))
      return fields.length === 0 ? null : { type: 'fields', fields }
    }
    case 'links': {
      const links = block.links.slice(0, limits.links).flatMap(({ title, url, ...rest }) => {
        const whole = wholeUrl(url, limits.url)
        const words = oneLine(title) || URL.parse(url)?.hostname
        return whole === null || !words
          ? []
          : [{ ...rest, title: truncate(words, limits.linkTitle), url: whole }]
      })
      return links.length === 0 ? null : { type: 'links', links }
    }
    case 'image': {
      const url = wholeUrl(block.url, limits.url)
      return url === null
        ? null
        : { type: 'image', url, alt: truncate(oneLine(block.alt) || 'image', limits.linkTitle) }
    }
    case 'divider':
      return block
  }
}

const filled = (text: RichText): RichText => (textOf(text).trim() === '' ? '–' : text)

/** Cleaned and cut. */
function richWithin(rich: RichText, max: number, limits: NoteLimits): RichText {
  const spans = []
  let seen = 0
  for (const { text, url, ...marks } of spansOf(rich)) {
    if (seen > max) break
    const clean = cleanText(text)
    const whole = url === undefined ? null : wholeUrl(url, limits.url)
    seen += clean.length
    if (clean !== '') spans.push({ text: clean, ...marks, ...(whole !== null && { url: whole }) })
  }
  return shorten(spans, max)
}

/** As the URL parser writes it, and without "|", which RFC 3986 does not allow and chats take for a mark; null where it is too
 *  long or leads elsewhere than to the web. */
export function wholeUrl(text: string, max: number): string | null {
  const url = text.length > max ? null : URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  const href = url.href.replaceAll('|', '%7C')
  return href.length <= max ? href : null
}

/** The most of a block that fits; null where nothing worth showing does. */
function shrink(block: Block, fits: (part: Block) => boolean): Block | null {
  switch (block.type) {
    case 'text':
    case 'context': {
      const { type, text } = block
      return longest(leastText, textOf(text).length, (n) => ({ type, text: shorten(text, n) }), fits)
    }
    case 'code':
      return longest(
        leastText,
        block.text.length,
        (n) => ({ type: 'code', text: truncate(block.text, n) }),
        fits,
      )
    case 'list':
      return longest(1, block.items.length, (n) => ({ type: 'list', items: block.items.slice(0, n) }), fits)
    case 'fields':
      return longest(
        1,
        block.fields.length,
        (n) => ({ type: 'fields', fields: block.fields.slice(0, n) }),
        fits,
      )
    case 'links':
      return longest(1, block.links.length, (n) => ({ type: 'links', links: block.links.slice(0, n) }), fits)
    case 'image':
    case 'divider':
      return null
  }
}

function longest<T extends Block['type']>(
  least: number,
  most: number,
  part: (n: number) => BlockOf<T>,
  fits: (part: Block) => boolean,
): Block | null {
  let low = least
  let high = most
  if (low > high || !fits(part(low))) return null
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(part(middle))) low = middle
    else high = middle - 1
  }
  return part(low)
}
