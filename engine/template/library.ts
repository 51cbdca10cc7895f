import type { Liquid } from 'liquidjs'
import { parseTree } from './parse.ts'
import type { Source } from './source.ts'
import type { Node } from './tree.ts'

/** Layouts and partials in one medium (HTML, or text), parsed when first asked for. */
export interface Library {
  readonly sources: ReadonlyMap<string, Source>
  readonly names: readonly string[]
  /** Null where there is none; throws FindingError where it does not parse. */
  readonly nodes: (file: string) => readonly Node[] | null
}

/** `names`: all that a template could take in, for the reader of a problem. */
export function createLibrary(
  liquid: Liquid,
  sources: ReadonlyMap<string, Source>,
  names: readonly string[] = [...sources.keys()],
): Library {
  const trees = new Map<string, readonly Node[]>()
  return {
    sources,
    names,
    nodes(file) {
      const source = sources.get(file)
      if (source === undefined) return null
      let tree = trees.get(file)
      if (tree === undefined) {
        tree = parseTree(liquid, source.text, file)
        trees.set(file, tree)
      }
      return tree
    },
  }
}
