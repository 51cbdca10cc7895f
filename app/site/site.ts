import { globSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { readBook, targetOf } from './book.ts'
import { framed } from './frame.ts'
import { renderPage } from './markdown.ts'

/** The site of the documentation: the text of each file by its path in it. It needs no server, and asks for nothing
 *  from elsewhere. `root` is the folder of the repository. */
export function buildSite(root: string): ReadonlyMap<string, string> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const book = readBook(root)
  const files = new Map<string, string>()
  const index: [name: string, path: string, places: (readonly [text: string, anchor: string])[]][] = []
  for (const leaf of book.leaves) {
    const text = readFileSync(join(root, leaf.source), 'utf8')
    const page = renderPage(text, (href) => targetOf(book, leaf, href))
    files.set(leaf.path, framed({ book, leaf, page, version }))
    const headings = page.headings.filter(({ depth }) => depth > 1)
    index.push([
      page.title,
      leaf.path,
      [
        ...headings.map(({ text: heading, anchor }) => [heading, anchor] as const),
        ...page.rows.map(({ name, anchor }) => [name, anchor] as const),
      ],
    ])
  }
  // A script and not JSON: pages opened from a disk may not fetch.
  files.set('search-index.js', `globalThis.searchIndex = ${JSON.stringify(index)}\n`)
  for (const name of ['style.css', 'script.js'])
    files.set(name, readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8'))
  return files
}

/** Pictures of the pages, by their path in the site: where they are below docs/. */
export const sitePictures = (root: string): ReadonlyMap<string, Buffer> =>
  new Map(
    globSync('**/*.png', { cwd: join(root, 'docs') }).map((path) => [
      path.split(sep).join(posix.sep),
      readFileSync(join(root, 'docs', path)),
    ]),
  )
