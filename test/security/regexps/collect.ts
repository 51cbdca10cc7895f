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

const root = new URL('../../../', import.meta.url).pathname

/** Every literal in the folders whose code meets outside input: not the commands, the demo and what makes pages for people. */
export async function writtenRegexps(): Promise<readonly Written[]> {
  const found: Written[] = []
  const files = glob(['app/**/*.ts', 'engine/**/*.ts', 'plugins/**/*.ts', 'stores/**/*.ts'], {
    cwd: root,
    exclude: ['app/cli/**', 'app/demo/**', 'app/reference/**', 'app/plugins/kit/**'],
  })
  for await (const file of files) {
    const text = readFileSync(root + file, 'utf8')
    visit(parseAst(text, { lang: 'ts' }), ({ source, flags, start }) => {
      found.push({ file, line: text.slice(0, start).split('\n').length, source, flags })
    })
  }
  return found.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
}

function visit(
  node: unknown,
  hear: (literal: { source: string; flags: string; start: number }) => void,
): void {
  if (typeof node !== 'object' || node === null) return
  const { type, regex, start } = node as {
    type?: string
    regex?: { pattern: string; flags: string }
    start?: number
  }
  if (type === 'Literal' && regex !== undefined)
    hear({ source: regex.pattern, flags: regex.flags, start: start ?? 0 })
  for (const child of Object.values(node)) visit(child, hear)
}
