import { createHash } from 'node:crypto'
import type { Words } from './unsubscribe-words.ts'

/** What the page has to say. */
export type UnsubscribeView =
  | { readonly kind: 'ask'; readonly who: string; readonly lists: readonly string[] }
  /** `others`: more newsletters go to this address. */
  | {
      readonly kind: 'left'
      readonly who: string
      readonly lists: readonly string[]
      readonly others: boolean
    }
  | {
      readonly kind: 'gone'
      readonly who: string
      readonly lists: readonly string[]
      readonly others: boolean
    }
  | { readonly kind: 'left-all'; readonly who: string }
  | { readonly kind: 'bad' }
  | { readonly kind: 'failed' }

/** `m…@example.org`: letters are forwarded, and whoever opens the link need not learn the address. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  // A whole character, not half of a surrogate pair.
  const first = String.fromCodePoint(address.codePointAt(0) ?? 0x3f)
  return `${first}…${address.slice(at)}`
}

const style = `
:root{color-scheme:light dark;--paper:#f6f4ef;--card:#fffefb;--ink:#1d1b16;--soft:#625d52;--line:#d9d4c7;--accent:#7a2e1d;--on:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#161512;--card:#201e1a;--ink:#f1ede3;--soft:#aca593;--line:#3b382f;--accent:#e9a48f;--on:#2a120b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--paper);color:var(--ink);font:1.0625rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:2.25rem 2rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:4px}
h1{margin:0 0 .75rem;font:600 1.75rem/1.2 Georgia,'Times New Roman',serif;letter-spacing:-.01em;text-wrap:balance}
p{margin:0;overflow-wrap:anywhere;hyphens:auto}
form{margin-top:1.75rem}
p+p{margin-top:.75rem}
button{display:block;width:100%;min-height:3rem;padding:.7rem 1rem;border:1px solid var(--accent);border-radius:4px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;line-height:1.3;cursor:pointer;overflow-wrap:anywhere;hyphens:auto}
button.quiet{background:transparent;color:var(--ink);border-color:var(--soft)}
button:hover{filter:brightness(1.08)}
button.quiet:hover{border-color:var(--ink)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
small{display:block;margin:.4rem 0 1.25rem;color:var(--soft);font-size:.9375rem}
small:last-child{margin-bottom:0}
@media (max-width:26rem){body{padding:0;place-items:stretch}main{max-width:none;border-width:4px 0 0;border-radius:0;padding:2rem 1.25rem}}
`

/** For the Content-Security-Policy: this style and nothing else. */
export const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

const escapes: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Text as HTML. */
const text = (plain: string): string => plain.replace(/[&<>"']/g, (character) => escapes[character]!)

/** The whole page. It has no script, loads nothing, and its forms post to where it came from. */
export function unsubscribePage(view: UnsubscribeView, words: Words): string {
  const title = titleOf(view, words)
  return `<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${text(title)}</h1>
${content(view, words)}
</main>
</body>
</html>
`
}

function titleOf(view: UnsubscribeView, words: Words): string {
  switch (view.kind) {
    case 'ask':
      return words.title
    case 'left':
    case 'left-all':
    case 'gone':
      return words.leftTitle
    case 'bad':
      return words.badTitle
    case 'failed':
      return words.failedTitle
  }
}

function content(view: UnsubscribeView, words: Words): string {
  switch (view.kind) {
    case 'ask': {
      const lists = join(view.lists, words)
      return `${paragraph(words.question(view.who, lists))}
<form method="post">
${view.lists.length === 0 ? '' : `${button('list', words.leaveLists(lists), false)}\n<small>${text(words.noteLists)}</small>\n`}${button('all', words.leaveAll, view.lists.length > 0)}
<small>${text(words.noteAll)}</small>
</form>`
    }
    case 'left':
      return paragraph(words.left(view.who, join(view.lists, words)), 'status') + others(view.others, words)
    case 'gone':
      return paragraph(words.notOnList(view.who, join(view.lists, words))) + others(view.others, words)
    case 'left-all':
      return paragraph(words.leftAll(view.who), 'status')
    case 'bad':
      return paragraph(words.bad)
    case 'failed':
      return paragraph(words.failed, 'alert')
  }
}

const paragraph = (words: string, role?: string): string =>
  `<p${role === undefined ? '' : ` role="${role}"`}>${text(words)}</p>`

const button = (choice: 'list' | 'all', label: string, quiet: boolean): string =>
  `<button type="submit" name="choice" value="${choice}"${quiet ? ' class="quiet"' : ''}>${text(label)}</button>`

const others = (shown: boolean, words: Words): string =>
  shown
    ? `\n${paragraph(words.stillOthers)}\n<form method="post">\n${button('all', words.leaveAll, true)}\n</form>`
    : ''

/** `A`, `A and B`, `A, B and C`; quotation marks are the language's own. */
function join(lists: readonly string[], words: Words): string {
  const quoted = lists.map((list) => (words.language === 'de' ? `„${list}“` : `“${list}”`))
  const last = quoted.at(-1) ?? ''
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} ${words.and} ${last}`
}
