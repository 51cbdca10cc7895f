import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { lexer, type Tokens, walkTokens } from 'marked'
import type { Target } from './markdown.ts'

/** One page of the site. Paths are from the root of the repository, and from that of the site. */
export interface Leaf {
  readonly source: string
  readonly path: string
  /** As docs/index.md calls it. */
  readonly name: string
  /** What docs/index.md says of it. */
  readonly about: string
}

export interface Part {
  readonly name: string
  readonly leaves: readonly Leaf[]
}

export interface Book {
  readonly home: Leaf
  readonly parts: readonly Part[]
  /** In the order of reading, the home page first. Those that only other pages link come last. */
  readonly leaves: readonly Leaf[]
}

const home = 'docs/index.md'

/** What belongs to the site: docs/index.md, the pages of its tables in their order, and every page that those link. */
export function readBook(root: string): Book {
  const first: Leaf = { source: home, path: 'index.html', name: 'Documentation', about: '' }
  const parts: { name: string; leaves: Leaf[] }[] = []
  for (const token of lexer(readFileSync(join(root, home), 'utf8'))) {
    if (token.type === 'heading' && token.depth === 2) parts.push({ name: token.text, leaves: [] })
    if (token.type !== 'table') continue
    for (const [links, about] of (token as Tokens.Table).rows)
      for (const { text, href } of linksIn(links?.tokens ?? [])) {
        const source = sourceOf(home, href)
        parts.at(-1)?.leaves.push({ source, path: pathOf(source), name: text, about: about?.text ?? '' })
      }
  }
  const leaves = [first, ...parts.flatMap((part) => part.leaves)]
  for (let i = 0; i < leaves.length; i++) {
    const { source } = leaves[i]!
    for (const { href } of linksIn(lexer(readFileSync(join(root, source), 'utf8')))) {
      if (isOutside(href)) continue
      const target = sourceOf(source, href)
      const known = leaves.some((leaf) => leaf.source === target)
      if (known || !target.endsWith('.md') || !existsSync(join(root, target))) continue
      leaves.push({ source: target, path: pathOf(target), name: nameOf(root, target), about: '' })
    }
  }
  return { home: first, parts, leaves }
}

/** Where a link of a page leads: the page or place of the site, or null to what is not in it. */
export function targetOf(book: Book, from: Leaf, href: string): Target | null {
  if (isOutside(href) || href.startsWith('#')) return { address: href, name: null }
  const target = book.leaves.find(({ source }) => source === sourceOf(from.source, href))
  if (target === undefined) return null
  const [, anchor] = href.split('#')
  const address = relativePath(from, target.path) + (anchor === undefined ? '' : `#${anchor}`)
  return { address, name: target.name.toLowerCase() }
}

export const relativePath = (from: Pick<Leaf, 'path'>, to: string): string =>
  posix.relative(posix.dirname(from.path), to)

const isOutside = (href: string): boolean => /^[a-z]+:/i.test(href)

const sourceOf = (from: string, href: string): string => {
  const [file = ''] = href.split('#')
  return file === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURI(file)))
}

/** Pages of docs/ stand at the root of the site, those from elsewhere in `about/`: there are two called "security". */
const pathOf = (source: string): string => {
  const page = source.startsWith('docs/') ? source.slice('docs/'.length) : `about/${source.toLowerCase()}`
  return page.replace(/\.md$/, '.html')
}

const nameOf = (root: string, source: string): string =>
  /^# (.+)$/m.exec(readFileSync(join(root, source), 'utf8'))?.[1] ?? source

function linksIn(tokens: Parameters<typeof walkTokens>[0]): readonly Tokens.Link[] {
  const found: Tokens.Link[] = []
  void walkTokens(tokens, (token) => {
    if (token.type === 'link') found.push(token as Tokens.Link)
  })
  return found
}
