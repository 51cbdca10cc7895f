import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseAst } from 'vite'
import { describe, expect, test } from 'vitest'
import { de } from '../../../app/console/words/de.ts'
import { en } from '../../../app/console/words/en.ts'

const root = join(import.meta.dirname, '../../../app/console')
const screens = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.tsx'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))

/** What readers see, or hear from a reader of screens. */
const said = new Set([
  'aria-label',
  'aria-description',
  'alt',
  'description',
  'error',
  'label',
  'nothingFound',
  'placeholder',
  'title',
])
// Names of keys, formats and units are the same in every language.
const same = new Set(
  'Ctrl Enter Esc Space Tab API CSS CSV HTML JSON NDJSON TSV URL YAML Liquid MJML Markdown Broadsheet Node js kB MB GB ms'.split(
    ' ',
  ),
)
const isSaid = (text: string): boolean =>
  !/^\/[\w./-]*$/.test(text.trim()) &&
  (text.match(/\p{L}+/gu) ?? []).some((word) => word.length > 1 && !same.has(word))

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* nodesOf(each)
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value) yield value as Node
    for (const child of Object.values(value)) yield* nodesOf(child)
  }
}

/** An address, a name or a language, as one would type it. */
const isExample = (value: Node | null): boolean =>
  value?.type === 'Literal' && /^[a-z][\w:/.@-]*(?:, [\w-]+)*$/.test(String(value.value))

function textsOf(node: Node): string[] {
  if (node.type === 'TemplateLiteral')
    return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked)
  if (node.type === 'ConditionalExpression')
    return [...textsOf(node.consequent as Node), ...textsOf(node.alternate as Node)]
  return /^(?:Literal|JSXText)$/.test(node.type) && typeof node.value === 'string' ? [node.value] : []
}

/** Texts that stand in a screen itself: between tags, and as what an attribute says. */
function spoken(source: string): string[] {
  const found: string[] = []
  const keep = (node: Node | null | undefined): void => {
    if (node === null || node === undefined) return
    const inner = node.type === 'JSXExpressionContainer' ? (node.expression as Node) : node
    for (const text of textsOf(inner))
      if (isSaid(text)) found.push(`line ${source.slice(0, inner.start).split('\n').length}: ${text.trim()}`)
  }
  for (const node of nodesOf(parseAst(source, { lang: 'tsx' }))) {
    if (node.type === 'JSXText') keep(node)
    if (node.type === 'JSXElement' || node.type === 'JSXFragment')
      for (const child of node.children as Node[]) if (child.type === 'JSXExpressionContainer') keep(child)
    if (node.type !== 'JSXAttribute') continue
    const { name } = node.name as { name: string }
    const value = node.value as Node | null
    if (said.has(name) && !(name === 'placeholder' && isExample(value))) keep(value)
  }
  return found
}

test('the search for texts finds them', () => {
  const two = '$' + '{x}'
  expect(spoken(`<a title="Go"><b>Hello {name}</b>{\`so ${two}\`}{on ? "yes" : "No way"}</a>`)).toHaveLength(
    5,
  )
  expect(spoken('<a title={words.go} href="x">{words.hello(name)} · {42} Ctrl K</a>')).toEqual([])
})

test.each(screens)('%s says nothing that is not in the catalogue', (path) => {
  expect(spoken(readFileSync(join(root, path), 'utf8'))).toEqual([])
})

describe('the catalogues', () => {
  /** Every text by its place, functions called with names and numbers. */
  function* texts(value: unknown, path: string): Generator<readonly [string, string]> {
    if (typeof value === 'string') yield [path, value]
    else if (typeof value === 'object' && value !== null)
      for (const [key, child] of Object.entries(value)) yield* texts(child, `${path}.${key}`)
  }
  const english = new Map(texts(en, ''))
  const german = new Map(texts(de, ''))

  test('have the same places', () => {
    expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  })
  test('leave nothing empty, and nothing of length untranslated', () => {
    expect([...german].filter(([, text]) => text.trim() === '')).toEqual([])
    expect([...english].filter(([, text]) => text.trim() === '')).toEqual([])
    const same = [...german].filter(
      ([path, text]) => text.split(' ').length > 3 && english.get(path) === text,
    )
    expect(same).toEqual([])
  })
})
