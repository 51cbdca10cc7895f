import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { parseAst } from 'rolldown/parseAst'

/** A regular expression as it stands in the code. */
export interface Written {
  readonly file: string
  readonly line: number
  readonly source: string
  readonly flags: string
}

/** One that is put together at run time. */
export interface Made {
  readonly file: string
  readonly line: number
  /** What it is made of, as it stands in the code. */
  readonly from: string
  /** Of a template, the texts that stand between what is put in, as they are; null: it is no template. */
  readonly fixed: readonly string[] | null
}

const root = new URL('../../../', import.meta.url).pathname

/** Every literal, and every call of `RegExp`, in the folders whose code meets outside input: not the commands, the demo, what makes
 *  pages for people, and the console, where everybody types for themselves. */
export async function regexpsOf(): Promise<{
  readonly written: readonly Written[]
  readonly made: readonly Made[]
}> {
  const written: Written[] = []
  const made: Made[] = []
  const files = glob(['app/**/*.ts', 'engine/**/*.ts', 'plugins/**/*.ts', 'stores/**/*.ts'], {
    cwd: root,
    exclude: [
      'app/cli/**',
      'app/demo/**',
      'app/console/**',
      'app/reference/**',
      'app/site/**',
      'app/plugins/kit/**',
    ],
  })
  for await (const file of files) {
    const text = readFileSync(root + file, 'utf8')
    const lineOf = (start: number) => text.slice(0, start).split('\n').length
    visit(parseAst(text, { lang: 'ts' }), {
      literal: ({ pattern, flags }, start) =>
        written.push({ file, line: lineOf(start), source: pattern, flags }),
      call({ start, end, quasis }) {
        const fixed = quasis?.map(({ value }) => value.cooked) ?? null
        made.push({ file, line: lineOf(start), from: text.slice(start, end), fixed })
      },
    })
  }
  const inOrder = <Place extends { readonly file: string; readonly line: number }>(places: Place[]) =>
    places.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
  return { written: inOrder(written), made: inOrder(made) }
}

interface Node {
  readonly type?: string
  readonly start: number
  readonly end: number
  readonly regex?: { readonly pattern: string; readonly flags: string }
  readonly callee?: { readonly type: string; readonly name?: string }
  readonly arguments?: readonly Node[]
  /** Of a template. */
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[]
}

function visit(
  node: unknown,
  heard: {
    literal(regex: { readonly pattern: string; readonly flags: string }, start: number): void
    /** `argument`: the first, which is the pattern. */
    call(argument: Node): void
  },
): void {
  if (typeof node !== 'object' || node === null) return
  const { type, regex, start, callee, arguments: given } = node as Node
  if (type === 'Literal' && regex !== undefined) heard.literal(regex, start)
  const isCall = type === 'NewExpression' || type === 'CallExpression'
  if (isCall && callee?.name === 'RegExp' && given?.[0] !== undefined) heard.call(given[0])
  for (const child of Object.values(node)) visit(child, heard)
}
