import type { FastifyReply } from 'fastify'
import { type Html, html, markupOf, type Piece, trusted } from './html.ts'
import { sourceOf, type Theme } from './theme.ts'
import type { Words } from './words.ts'

/** One page. */
export interface Page {
  readonly title: string
  readonly body: Piece
  /** Default 200. */
  readonly status?: number
  /** Search engines may find it. Default: not. */
  readonly open?: boolean
  /** Anyone may keep it that long: it is the same for everyone. Default: nobody may. */
  readonly maxAgeSeconds?: number
  /** The text of a script of ours, allowed by its hash. */
  readonly script?: string
  /** More for its head. */
  readonly head?: Html
}

/** Everything that is the same on all pages: head, masthead, foot. Without the page's own script it has none. */
export function frame(page: Page, theme: Theme, words: Words): string {
  const { title, logo, imprint, privacy, postalAddress } = theme
  return `<!doctype html>\n${markupOf(html`<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${page.open === true ? null : html`<meta name="robots" content="noindex, nofollow">\n`}<meta name="referrer" content="no-referrer">
<title>${page.title === title ? title : `${page.title} · ${title}`}</title>
${theme.style}
${page.head ?? null}
</head>
<body>
<a class="skip" href="#main">${words.skip}</a>
<header class="masthead column"><div>${logo === null ? null : html`<img src="${logo}" alt="">`}<p>${title}</p></div></header>
<main class="column" id="main" tabindex="-1">
<h1>${page.title}</h1>
${page.body}
</main>
<footer class="column"><div>${privacy === null ? null : html`<a href="${privacy}">${words.privacy}</a>`}${imprint === null ? null : html`<a href="${imprint}">${words.imprint}</a>`}${
    postalAddress.length === 0
      ? null
      : html`<address>${postalAddress.map((line, index) => [index === 0 ? null : html`<br>`, line])}</address>`
  }</div></footer>
${page.script === undefined ? null : trusted(`<script>${page.script}</script>`)}
</body>
</html>
`)}`
}

/** Answer with a page. */
export async function show(reply: FastifyReply, page: Page, theme: Theme, words: Words): Promise<undefined> {
  const policy = [
    "default-src 'none'",
    `style-src ${theme.styleSource}`,
    ...(theme.imageSource === null ? [] : [`img-src ${theme.imageSource}`]),
    ...(page.script === undefined ? [] : [`script-src ${sourceOf(page.script)}`]),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  await reply
    .code(page.status ?? 200)
    .headers({
      'content-security-policy': policy.join('; '),
      'cache-control':
        page.maxAgeSeconds === undefined ? 'no-store' : `public, max-age=${page.maxAgeSeconds}`,
      'content-language': words.language,
      vary: 'accept-language',
      ...(page.open !== true && { 'x-robots-tag': 'noindex, nofollow' }),
    })
    .type('text/html; charset=utf-8')
    .send(frame(page, theme, words))
  return undefined
}
