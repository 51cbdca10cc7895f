import type { Liquid } from 'liquidjs'
import type { Source } from '../source.ts'
import { Placeholders } from './placeholders.ts'

// Behind it, blanks that no client shows but that keep the letter's first words out of the list of letters.
const block = `{% if preheader != '' %}<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;">{{ preheader }}${'&#847;&zwnj;&nbsp;'.repeat(20)}</div>{% endif %}`

/** The source with a hidden preheader right behind `<body ...>`; null where it has none. */
export function withPreheader(liquid: Liquid, html: Source, file: string | null): Source | null {
  const placeholders = new Placeholders(liquid, [html.text])
  const guarded = placeholders.protect(html.text, file)
  const tag = /<body[\s>]/i.exec(guarded)
  const end = tag === null ? -1 : guarded.indexOf('>', tag.index)
  return end < 0 ? null : insert(placeholders, guarded, end + 1, html, file)
}

/** The source with a hidden preheader in front: for letters that are a fragment. */
export function preheaderFirst(liquid: Liquid, html: Source, file: string | null): Source {
  const placeholders = new Placeholders(liquid, [html.text])
  return insert(placeholders, placeholders.protect(html.text, file), 0, html, file)
}

function insert(
  placeholders: Placeholders,
  guarded: string,
  at: number,
  html: Source,
  file: string | null,
): Source {
  const word = placeholders.word({ code: block, file, offset: 0, tag: null, control: false })
  const restored = placeholders.restore(guarded.slice(0, at) + word + guarded.slice(at), html.text, file)
  return {
    ...restored,
    original: html.original,
    origin: (offset) => html.origin(restored.origin(offset).offset),
  }
}
