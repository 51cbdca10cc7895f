import { readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Origin, Path } from './tree.ts'

export interface SaidValue {
  readonly path: Path
  readonly value: unknown
  readonly origin: Origin
}

/** Read a YAML file of settings: its values leaf by leaf, each with its line. Null when there is no such
 *  file. Refuses with E_CONFIG what is not YAML, or not a table at the top. */
export function readYamlFile(file: string, cwd: string): readonly SaidValue[] | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new BroadsheetError('E_CONFIG', `${file} could not be read: ${(error as Error).message}`)
  }
  const shown = relative(cwd, file).startsWith('..') ? file : relative(cwd, file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number): Origin => ({
    source: `${shown}:${lines.linePos(offset).line}`,
    base: dirname(file),
  })
  const [error] = document.errors
  if (error !== undefined)
    throw new BroadsheetError(
      'E_CONFIG',
      `${at(error.pos[0]).source}: this is not valid YAML: ${error.message}`,
    )

  const said: SaidValue[] = []
  const walk = (written: unknown, path: Path, offset: number): void => {
    const here = at(offset)
    const node = isAlias(written) ? written.resolve(document) : written
    if (isMap(node)) {
      // Said as an empty table first, so that `channels: {}` counts as said.
      if (path.length > 0) said.push({ path, value: {}, origin: here })
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : String(key)
        const position = isScalar(key) ? (key.range?.[0] ?? offset) : offset
        walk(value, [...path, name], position)
      }
    } else if (isSeq(node)) {
      said.push({ path, value: [], origin: here })
      for (const [index, item] of node.items.entries()) {
        const range = isMap(item) || isScalar(item) || isSeq(item) ? item.range : null
        walk(item, [...path, index], range?.[0] ?? offset)
      }
    } else {
      // A key without a value (`dkim:` and nothing behind it) is not said at all.
      if (!isScalar(node) || (node.value === null && node.source === '')) return
      said.push({ path, value: node.value, origin: here })
    }
  }
  if (document.contents !== null && !isMap(document.contents))
    throw new BroadsheetError(
      'E_CONFIG',
      `${shown}: must be a table of settings, such as "http: { port: 8025 }"`,
    )
  walk(document.contents, [], 0)
  return said
}
