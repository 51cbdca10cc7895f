import { maxLinks } from '../../model/link.ts'
import { type Encoded, encode } from '../quoted-printable.ts'
import { escapeHtml } from '../values.ts'
import { endsWithin, linkKey, type Quote, webTarget } from './target.ts'

/** How a letter is tracked; in all of them an address as mail takes it, in ASCII. */
export interface LetterTracking {
  /** `{click}{key}` is the address of a link; null: links are left as they are. */
  readonly click: string | null
  /** The pixel's address; null: there is none. */
  readonly pixel: string | null
  /** The address of a link that nobody sees; null: there is none. */
  readonly hidden: string | null
}

/** A piece of an address, as it is and in quoted-printable. */
interface Piece {
  readonly text: string
  readonly encoded: Encoded
}

/** An address that stands in letters, and the key by which tracked ones name it. */
export interface Target extends Piece {
  readonly url: string
  /** The key. */
  readonly text: string
  /** False: it is left as it is, in tracked letters too. */
  tracked: boolean
  /** The batch that last held it. */
  batch: number
}

export interface UsedLink {
  readonly key: string
  readonly url: string
}

// Of attributes that are remembered, for templates that write another one in every letter.
const maxChars = 2_000_000
const maxRemembered = 1000
const maxRememberedLength = 4000
const nothing: Piece = { text: '', encoded: encode('') }

/** The links of the letters of one publication in one thread: what the code of templates asks. */
export class Tracker {
  /** What our own addresses begin with. */
  private readonly own: string
  /** By address, those that are or were tracked: no more than a publication may have, and one that says so. */
  private readonly targets = new Map<string, Target>()
  private readonly urls = new Map<string, string>()
  /** By what stands in an attribute; null: no address for tracking. */
  private readonly attributes = new Map<string, Target | null>()
  /** Keys by address: of these alone. */
  private only: ReadonlyMap<string, string> | null = null
  private used: Target[] = []
  private batch = 1
  private chars = 0
  /** Of the letter at hand: whether its links are tracked, what their addresses begin with, and what is at its end. */
  links = false
  base: Piece = nothing
  private end = ''

  constructor(own: string) {
    this.own = own
  }

  begin(letter: LetterTracking | null): void {
    const click = letter?.click ?? null
    this.links = click !== null
    if (click !== null) {
      const text = escapeHtml(click)
      this.base = { text, encoded: encode(text) }
    }
    const { hidden = null, pixel = null } = letter ?? {}
    this.end = (hidden === null ? '' : hiddenLink(hidden)) + (pixel === null ? '' : pixelImage(pixel))
  }

  /** The pixel, once a letter. */
  tail(): string {
    const { end } = this
    this.end = ''
    return end
  }

  /** The address in an attribute, where it is tracked now. */
  find(attribute: string, quote: Quote): Target | null {
    const target = this.lookUp(attribute, quote)
    return target?.tracked === true ? target : null
  }

  /** The address in an attribute, tracked or not; null: it is none for tracking. */
  lookUp(attribute: string, quote: Quote): Target | null {
    if (endsWithin(attribute, quote)) return null
    let target = this.attributes.get(attribute)
    if (target === undefined) {
      if (this.chars > maxChars) this.forget()
      this.chars += attribute.length
      const url = webTarget(attribute, this.own)
      target = url === null ? null : this.of(url)
      this.attributes.set(attribute, target)
    }
    return target
  }

  /** `find` for one place in a template, whose attribute depends on one value alone. */
  remembering(attributeOf: (value: unknown) => string, quote: Quote): (value: unknown) => Target | null {
    const memory = new Map<unknown, Target | null>()
    return (value) => {
      let target = memory.get(value)
      if (target === undefined || target?.tracked === false) {
        target = this.lookUp(attributeOf(value), quote)
        if (memory.size >= maxRemembered) memory.clear()
        if (typeof value === 'string' && value.length <= maxRememberedLength) memory.set(value, target)
      }
      return target?.tracked === true ? target : null
    }
  }

  /** The letter at hand holds this one. */
  use(target: Target): void {
    if (target.batch === this.batch) return
    target.batch = this.batch
    this.used.push(target)
  }

  /** What an attribute becomes, in HTML that is not encoded. */
  address(attribute: string, quote: Quote): string {
    const target = this.links ? this.find(attribute, quote) : null
    if (target === null) return attribute
    this.use(target)
    return this.base.text + target.text
  }

  /** What the letters since the last call held. */
  take(): readonly UsedLink[] {
    const links = this.used.map(({ text, url }) => ({ key: text, url }))
    this.used = []
    this.batch += 1
    return links
  }

  /** From now on track these alone: the publication has no room for more. */
  restrict(links: readonly UsedLink[]): void {
    this.only = new Map(links.map(({ key, url }) => [url, key]))
    for (const target of this.targets.values()) target.tracked = this.only.get(target.url) === target.text
    this.forget()
  }

  private forget(): void {
    this.attributes.clear()
    this.chars = 0
  }

  private of(url: string): Target {
    const known = this.targets.get(url)
    if (known !== undefined) return known
    const key = linkKey(url)
    // Two addresses with one key: the first has it.
    const free = (this.urls.get(key) ?? url) === url
    const room = this.only === null ? this.targets.size <= maxLinks : this.only.get(url) === key
    const target = { url, text: key, encoded: encode(key), tracked: free && room, batch: 0 }
    if (target.tracked) {
      this.targets.set(url, target)
      this.urls.set(key, url)
    }
    return target
  }
}

const hiddenLink = (url: string): string =>
  `<a href="${escapeHtml(url)}" tabindex="-1" aria-hidden="true" style="display:none;mso-hide:all"></a>`
const pixelImage = (url: string): string =>
  `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`
