import { type Liquid, Tokenizer, TypeGuards } from 'liquidjs'
import type { Source } from '../source.ts'

/** A piece of Liquid that is kept out of another language's way. */
export interface Piece {
  readonly code: string
  readonly file: string | null
  readonly offset: number
  /** The tag's name; null for `{{ output }}`. */
  readonly tag: string | null
  /** A tag that writes nothing itself. */
  readonly control: boolean
}

const writingTags = new Set(['echo', 'cycle', 'increment', 'decrement', 'raw', 'render', 'include'])

/** Index of the last start that is not behind `offset`; -1 when all are. */
function lastAtMost(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** As many characters, so that places inside stay right. */
const withoutDashes = (code: string): string => code.replace(/^(\{[{%])-/, '$1 ').replace(/-([%}]\})$/, ' $1')

/** Replaces Liquid by words of letters and digits, which Markdown, MJML and HTML-to-text carry along
 *  untouched, and puts it back. One guards all files that end up in the same text. */
export class Placeholders {
  readonly pieces: Piece[] = []
  private readonly liquid: Liquid
  private readonly prefix: string
  private readonly pattern: RegExp

  /** `texts`: all that will be protected. The words are ones that none of them contains. */
  constructor(liquid: Liquid, texts: Iterable<string>) {
    this.liquid = liquid
    const all = [...texts]
    let prefix = 'lqd'
    // Authors cannot know the word, and if they do, it grows.
    while (all.some((text) => text.toLowerCase().includes(prefix))) prefix += 'q'
    this.prefix = prefix
    this.pattern = new RegExp(`${prefix}(\\d+)x`, 'g')
  }

  /** The source as text and pieces. A `raw` or `comment` block is one piece, inside included. `trim` does what
   *  the dashes of `{%- tags -%}` ask for and leaves them out: behind a conversion they would trim something else. */
  split(source: string, file: string | null, trim = false): (string | Piece)[] {
    const tokens = new Tokenizer(source).readTopLevelTokens(this.liquid.options)
    const parts: (string | Piece)[] = []
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index]!
      if (TypeGuards.isHTMLToken(token)) {
        parts.push(trim ? token.getContent() : token.getText())
        continue
      }
      const tag = TypeGuards.isTagToken(token) ? token.name : null
      let end = token.end
      let whole = false
      if (tag === 'raw' || tag === 'comment') {
        whole = true
        while (index + 1 < tokens.length) {
          const next = tokens[++index]!
          end = next.end
          if (TypeGuards.isTagToken(next) && next.name === `end${tag}`) break
        }
      }
      parts.push({
        code: trim && !whole ? withoutDashes(source.slice(token.begin, end)) : source.slice(token.begin, end),
        file,
        offset: token.begin,
        tag,
        control: tag !== null && !writingTags.has(tag),
      })
    }
    return parts
  }

  /** The word for a piece. */
  word(piece: Piece): string {
    return `${this.prefix}${this.pieces.push(piece) - 1}x`
  }

  protect(source: string, file: string | null, trim = false): string {
    return this.split(source, file, trim)
      .map((part) => (typeof part === 'string' ? part : this.word(part)))
      .join('')
  }

  /** Matches words; group 1 is the piece's index. A new one each time, so that nobody shares `lastIndex`. */
  words(): RegExp {
    return new RegExp(this.pattern.source, 'g')
  }

  mentionedIn(text: string): boolean {
    return text.includes(this.prefix)
  }

  /** Put the Liquid back, remembering where each piece came from. */
  restore(text: string, original: string, file: string | null): Source {
    const starts: number[] = []
    const pieces: Piece[] = []
    let out = ''
    let end = 0
    for (const match of text.matchAll(this.words())) {
      const piece = this.pieces[Number(match[1])]!
      out += text.slice(end, match.index)
      starts.push(out.length)
      pieces.push(piece)
      out += piece.code
      end = match.index + match[0].length
    }
    out += text.slice(end)
    return {
      text: out,
      original,
      origin(offset) {
        const index = lastAtMost(starts, offset)
        const piece = pieces[index]
        if (piece === undefined) return { file, offset: 0 }
        return {
          file: piece.file,
          offset: piece.offset + Math.min(offset - starts[index]!, piece.code.length),
        }
      },
    }
  }
}
