import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { lexer, type Token, walkTokens } from 'marked'
import { expect, test } from 'vitest'
import { readBook } from '../../app/site/book.ts'

const root = resolve(import.meta.dirname, '../..')
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => join('docs', file))
const pages = new Set(['README.md', ...docs, ...readBook(root).leaves.map(({ source }) => source)])

interface Page {
  /** As they are written, without those that leave the repository. */
  readonly links: readonly string[]
  readonly anchors: ReadonlySet<string>
}

const read = new Map<string, Page>()
function pageOf(path: string): Page {
  const known = read.get(path)
  if (known !== undefined) return known
  const links: string[] = []
  const anchors = new Set<string>()
  void walkTokens(lexer(readFileSync(join(root, path), 'utf8')), (token) => {
    if ((token.type === 'link' || token.type === 'image') && !/^[a-z]+:/.test(token.href))
      links.push(token.href)
    if (token.type === 'heading') anchors.add(unused(slug(plain(token.tokens ?? [])), anchors))
  })
  const page = { links, anchors }
  read.set(path, page)
  return page
}

const plain = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      'tokens' in token && token.tokens ? plain(token.tokens) : 'text' in token ? token.text : '',
    )
    .join('')

/** The anchor that GitHub gives a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')

function unused(name: string, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const one = n === 0 ? name : `${name}-${n}`
    if (!taken.has(one)) return one
  }
}

/** Where a link of a page leads, or what is wrong with it. */
function problemOf(from: string, link: string): string | null {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : relative(root, resolve(root, dirname(from), decodeURI(file)))
  if (file.startsWith('/') || target.startsWith('..')) return 'leaves the repository'
  if (!existsSync(join(root, target))) return `there is no ${target}`
  if (anchor === undefined || !target.endsWith('.md')) return null
  return pageOf(target).anchors.has(anchor) ? null : `${target} has no heading "${anchor}"`
}

test.each([...pages].toSorted())('%s links to what is there', (page) => {
  const wrong = pageOf(page).links.flatMap((link) => {
    const problem = problemOf(page, link)
    return problem === null ? [] : [`${link}: ${problem}`]
  })
  expect(wrong).toEqual([])
})

test('docs/index.md leads to every page, and README.md to docs/index.md', () => {
  const linked = pageOf('docs/index.md').links.map((link) => join('docs', link.split('#')[0]!))
  expect(linked).toEqual(expect.arrayContaining(docs.filter((page) => page !== 'docs/index.md')))
  expect(linked).toContain('README.md')
  expect(pageOf('README.md').links).toContain('docs/index.md')
})
