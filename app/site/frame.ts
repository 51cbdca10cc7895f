import { type Book, type Leaf, relativePath } from './book.ts'
import type { Heading, Rendered } from './markdown.ts'
import { escapeHtml } from './text.ts'

export interface FrameParts {
  readonly book: Book
  readonly leaf: Leaf
  readonly page: Rendered
  readonly version: string
}

// A page runs the site's own script and nothing else, wherever it is served from.
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%238a3324' d='M2 2h12v2H2zm0 4h7v2H2zm0 3h7v2H2zm0 3h12v2H2zm8-6h4v5h-4z'/%3E%3C/svg%3E"

/** A whole page: masthead, pages at the left, text, sections at the right. */
export function framed({ book, leaf, page, version }: FrameParts): string {
  const to = (path: string) => relativePath(leaf, path)
  const title = leaf === book.home ? 'Broadsheet: documentation' : `${page.title} · Broadsheet`
  const sections = contents(page.headings)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(page.lead.slice(0, 200))}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${to('style.css')}">
<script defer src="${to('script.js')}" data-root="${to('index.html').slice(0, -'index.html'.length)}"></script>
</head>
<body>
<a class="skip" href="#site-text">To the text</a>
<header class="masthead">
<a class="brand" href="${to('index.html')}">Broadsheet</a>
<div class="search" id="site-search"></div>
<a class="menu" href="#site-pages">Pages</a>
</header>
<div class="sheet">
<nav class="pages" id="site-pages" aria-label="Pages">
<a class="close" href="#site-text">Close</a>
${pagesOf(book, leaf, to)}
</nav>
<main id="site-text">
<article class="${leaf === book.home ? 'home' : 'page'}">
${sections === '' ? page.html : withContents(page.html, `<details class="sections"><summary>On this page</summary>${sections}</details>`)}
</article>
${around(book, leaf, to)}
<footer>Broadsheet ${escapeHtml(version)}</footer>
</main>
${sections === '' ? '' : `<nav class="aside" aria-label="On this page"><h2>On this page</h2>${sections}</nav>`}
</div>
</body>
</html>
`
}

function pagesOf(book: Book, leaf: Leaf, to: (path: string) => string): string {
  const entry = ({ path, name }: Leaf) =>
    `<li><a href="${to(path)}"${path === leaf.path ? ' aria-current="page"' : ''}>${escapeHtml(name)}</a></li>`
  return book.parts
    .map(({ name, leaves }) => `<h2>${escapeHtml(name)}</h2>\n<ul>\n${leaves.map(entry).join('\n')}\n</ul>`)
    .join('\n')
}

/** A page with two sections needs no list of them. */
function contents(headings: readonly Heading[]): string {
  const listed = headings.filter(({ depth }) => depth === 2 || depth === 3)
  if (listed.length < 3) return ''
  const items = listed.map(
    ({ depth, text, anchor }) =>
      `<li class="depth-${depth}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`,
  )
  return `<ul>\n${items.join('\n')}\n</ul>`
}

/** Behind the title. */
const withContents = (html: string, list: string): string => html.replace('</h1>\n', `</h1>\n${list}\n`)

function around({ leaves, parts }: Book, leaf: Leaf, to: (path: string) => string): string {
  const order = leaves.slice(0, 1 + parts.reduce((sum, part) => sum + part.leaves.length, 0))
  const at = order.findIndex(({ path }) => path === leaf.path)
  if (at === -1) return ''
  const link = (one: Leaf | undefined, rel: 'prev' | 'next', label: string) =>
    one === undefined
      ? ''
      : `<a rel="${rel}" href="${to(one.path)}"><small>${label}</small>${escapeHtml(one.name)}</a>`
  return `<nav class="around" aria-label="Before and after">${link(order[at - 1], 'prev', 'Before')}${link(order[at + 1], 'next', 'Next')}</nav>`
}
