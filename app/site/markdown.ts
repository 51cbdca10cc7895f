import { Marked, type Token, type Tokens } from 'marked'
import { createAnchors } from './anchors.ts'
import { highlight } from './highlight.ts'
import { breakable, escapeHtml } from './text.ts'

export interface Heading {
  readonly depth: number
  readonly text: string
  readonly anchor: string
}

export interface Rendered {
  readonly title: string
  /** The first paragraph, as text. */
  readonly lead: string
  readonly html: string
  readonly headings: readonly Heading[]
  /** Rows that can be found by name: settings, codes, events, operations. */
  readonly rows: readonly { readonly name: string; readonly anchor: string }[]
}

export interface Target {
  readonly address: string
  /** What to call it where the text of the link is its file. */
  readonly name: string | null
}

/** One page. `link` says where a link leads, or null where that is not in the site: then its text stays, without a link. */
export function renderPage(text: string, link: (href: string) => Target | null): Rendered {
  const anchors = createAnchors()
  const headings: Heading[] = []
  const rows: { name: string; anchor: string }[] = []
  let lead = ''
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const plain = plainOf(tokens)
        const anchor = anchors.ofHeading(plain)
        headings.push({ depth, text: plain, anchor })
        const inner = this.parser.parseInline(tokens)
        if (depth === 1) return `<h1 id="${anchor}">${inner}</h1>\n`
        return `<h${depth} id="${anchor}">${inner} <a class="anchor" href="#${anchor}" aria-label="Link to this section">#</a></h${depth}>\n`
      },
      paragraph({ tokens }) {
        if (lead === '') lead = plainOf(tokens).replaceAll('\n', ' ')
        return `<p>${this.parser.parseInline(tokens)}</p>\n`
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens)
        const to = link(href)
        if (to === null)
          return `<span class="elsewhere" title="${escapeHtml(href)}, in the repository">${inner}</span>`
        const words = to.name !== null && inner.endsWith('.md') ? escapeHtml(to.name) : inner
        return `<a href="${escapeHtml(to.address)}">${words}</a>`
      },
      codespan: ({ text: code }) =>
        `<code${code.length > 28 ? '' : ' class="whole"'}>${escapeHtml(code)}</code>`,
      code({ text: code, lang }) {
        const language = lang?.split(/\s/)[0] ?? ''
        const label = language === '' ? '' : ` data-language="${escapeHtml(language)}"`
        return `<div class="code"${label}><pre tabindex="0"><code>${highlight(code, language)}</code></pre></div>\n`
      },
      table({ header, rows: lines }) {
        const inner = (tokens: readonly Token[]) =>
          this.parser.parseInline(
            tokens.map((one) => (one.type === 'codespan' ? { ...one, type: 'cellcode' } : one)),
          )
        return tableOf(header, lines, inner, (name) => {
          const anchor = anchors.ofRow(name)
          rows.push({ name, anchor })
          return anchor
        })
      },
      // Remarks for generators are not for readers; no page has other HTML.
      html: ({ text: raw }) => (raw.trim().startsWith('<!--') ? '' : escapeHtml(raw)),
    },
    extensions: [
      { name: 'cellcode', renderer: ({ text: code }) => `<code>${breakable(code as string)}</code>` },
    ],
  })
  const html = marked.parse(text, { async: false })
  return { title: headings.find(({ depth }) => depth === 1)?.text ?? '', lead, html, headings, rows }
}

type Inline = (tokens: readonly Token[]) => string

/** Cells carry the name of their column: on a narrow screen a row of many columns is shown as a card. */
function tableOf(
  header: readonly Tokens.TableCell[],
  lines: readonly (readonly Tokens.TableCell[])[],
  inner: Inline,
  anchorFor: (name: string) => string,
): string {
  const columns = header.map(({ tokens }) => plainOf(tokens))
  const long = columns.map((_, at) => lines.some((cells) => (codeOf(cells[at])?.length ?? 0) > 20))
  // Rows of references can be linked and found; the few of a small table are found by its heading.
  const isReference = lines.length >= 12 || lines.every(isOperation)
  const named = isReference && new Set(lines.map(rowName)).size === lines.length
  const body = lines.map((cells) => {
    const name = rowName(cells)
    const id = named && name !== null ? ` id="${escapeHtml(anchorFor(name))}"` : ''
    const tds = cells.map(({ tokens, align }, at) => {
      const content = inner(tokens)
      const look = content === '' ? ' class="empty"' : long[at] ? ' class="long"' : ''
      const aligned = align === 'right' ? ' align="right"' : ''
      return `<td data-column="${escapeHtml(columns[at] ?? '')}"${look}${aligned}>${content}</td>`
    })
    const kind = isOperation(cells) ? ' class="operation"' : ''
    return `<tr${id}${kind}>${tds.join('')}</tr>`
  })
  // Columns of prose are too narrow on a telephone, three of them already.
  const longest = Math.max(0, ...lines.map((cells) => cells.reduce((sum, { text }) => sum + text.length, 0)))
  const wide = columns.length > 3 || (columns.length === 3 && longest > 120) ? ' cards' : ''
  const head = columns.some((column) => column !== '')
    ? `<thead><tr>${header.map(({ tokens }) => `<th scope="col">${inner(tokens)}</th>`).join('')}</tr></thead>\n`
    : ''
  return `<div class="table${wide}"><table>\n${head}<tbody>\n${body.join('\n')}\n</tbody></table></div>\n`
}

/** What a row is about, where its first cell is one name in code; of operations, method and path. */
function rowName([first, second]: readonly Tokens.TableCell[]): string | null {
  const name = codeOf(first)
  if (name !== null) return name.startsWith('-') ? null : name
  const path = codeOf(second)
  return path !== null && /^[A-Z]+$/.test(first?.text ?? '') ? `${first!.text} ${path}` : null
}

const isOperation = (cells: readonly Tokens.TableCell[]): boolean =>
  codeOf(cells[0]) === null && rowName(cells) !== null

const codeOf = (cell: Tokens.TableCell | undefined): string | null =>
  cell?.tokens.length === 1 && cell.tokens[0]?.type === 'codespan' ? String(cell.tokens[0].text) : null

const plainOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      'tokens' in token && token.tokens ? plainOf(token.tokens) : 'text' in token ? String(token.text) : '',
    )
    .join('')
