import { bodiesOf, type Node } from './tree.ts'

/** What a name stands for while code is generated. */
export type Binding =
  /** A JavaScript variable. */
  | { readonly kind: 'variable'; readonly code: string }
  | LoopBinding
  /** `block` inside `{% block %}`; `parent` writes the block it replaces, which sees the names of the place
   *  that asks for it. */
  | { readonly kind: 'block'; readonly parent: ((locals: Locals | null) => void) | null }

/** `forloop` and `tablerowloop`. Their properties are arithmetic on the loop's variables; an object is made
 *  only when `needsDrop` was set. */
export interface LoopBinding {
  readonly kind: 'loop'
  readonly index: string
  readonly length: string
  readonly drop: string
  readonly cols: string | null
  needsDrop: boolean
}

/** LiquidJS's Context at compile time: the root's, or that of a partial taken in by `render`. Each name that
 *  is ever assigned or counted in it is a JavaScript variable, declared before anything runs. */
export interface Scope {
  readonly assigned: Map<string, Binding>
  readonly counted: Map<string, string>
  /** `cycle` positions by group and candidates. */
  readonly cycles: Map<string, string>
  /** Where loops left off, for `offset: continue`. */
  readonly continued: Map<string, string>
}

/** Names pushed by loops, includes, layouts and blocks; innermost first. */
export interface Locals {
  readonly names: ReadonlyMap<string, Binding>
  readonly outer: Locals | null
}

export interface NamesUsed {
  readonly assigned: Set<string>
  readonly counted: Set<string>
  /** Keys of loops that use `offset: continue`. */
  readonly continued: Set<string>
}

/** `for`'s key of where it left off, as LiquidJS builds it. */
export const continueKey = (variable: string, collection: string): string => `${variable}-${collection}`

/** The names a scope's templates assign and count, through includes and layouts (they share it; `render` does
 *  not). `lookUp` returns null for partials that do not exist. */
export function namesUsed(
  nodes: readonly Node[],
  lookUp: (file: string) => readonly Node[] | null,
): NamesUsed {
  const used: NamesUsed = { assigned: new Set(), counted: new Set(), continued: new Set() }
  const seen = new Set<string>()
  const file = (name: string | null | undefined): void => {
    if (name === null || name === undefined || seen.has(name)) return
    seen.add(name)
    walk(lookUp(name) ?? [])
  }
  const walk = (list: readonly Node[]): void => {
    for (const node of list) {
      if (node.kind === 'assign' || node.kind === 'capture') used.assigned.add(node.name)
      else if (node.kind === 'count') used.counted.add(node.name)
      else if (node.kind === 'include' || node.kind === 'layout') file(node.file)
      else if (node.kind === 'for' && node.args.some((arg) => mentionsContinue(arg.value))) {
        used.continued.add(continueKey(node.variable, node.collectionText))
      }
      for (const body of bodiesOf(node)) walk(body)
    }
  }
  walk(nodes)
  return used
}

const mentionsContinue = (value: unknown): boolean =>
  JSON.stringify(value)?.includes('"root":"continue"') ?? false
