/** Text with marks: a plain string is without any. */
export type Inline =
  | string
  | {
      readonly text: string
      readonly bold?: boolean
      readonly code?: boolean
      /** http or https; what the text leads to. */
      readonly url?: string
    }
export type RichText = Inline | readonly Inline[]

export interface NoteLink {
  readonly title: string
  /** http or https. */
  readonly url: string
  /** `primary`: what most readers want. */
  readonly style?: 'primary' | 'danger'
}

export type Block =
  /** A paragraph; line breaks stay. */
  | { readonly type: 'text'; readonly text: RichText }
  /** Names with values; `short` ones may stand side by side. */
  | {
      readonly type: 'fields'
      readonly fields: readonly { readonly name: string; readonly value: RichText; readonly short: boolean }[]
    }
  | { readonly type: 'list'; readonly items: readonly RichText[] }
  /** As it is, in a fixed width. */
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'image'; readonly url: string; readonly alt: string }
  | { readonly type: 'divider' }
  /** Buttons where the channel has some. */
  | { readonly type: 'links'; readonly links: readonly NoteLink[] }
  /** Small print. */
  | { readonly type: 'context'; readonly text: RichText }

/** How it feels: a colour, a sign. `good`: it is over. `muted`: nobody needs to act. */
export const tones = ['critical', 'error', 'warning', 'info', 'good', 'muted'] as const
export type Tone = (typeof tones)[number]

/** A message that knows nothing of the channel it goes by. Nothing in it is markup: channels escape all of it. */
export interface Note {
  /** One line. */
  readonly title: string
  /** What the title leads to. */
  readonly url: string | null
  readonly tone: Tone
  /** One line that says it all, for lock screens and readers without blocks. */
  readonly summary: string
  /** The most important first: where a channel has less room, it shortens and drops from the end, and says that more is left
   *  out. `links` blocks are kept longest. */
  readonly blocks: readonly Block[]
}

/** Why a post is made. `firing`: something began. `changed`: others joined or left it. `repeat`: it still goes on.
 *  `escalated`: nobody acknowledged it in time. `digest`: several that were held back, in one. */
export type PostReason =
  | 'firing'
  | 'changed'
  | 'repeat'
  | 'escalated'
  | 'acknowledged'
  | 'resolved'
  | 'expired'
  | 'digest'
