import type { Expression, FileName, Node, Value } from '../tree.ts'
import { bodiesOf } from '../tree.ts'

/** Variables whose values are a reader's own. `links` are, too; `block` is what another file writes. */
const own = ['subscriber', 'links', 'block']

// Nodes and expressions looked at. Partials that take in each other twice over, and names that hang on each other backwards,
// could take for ever.
const maxSteps = 500_000

class Entangled extends Error {}

/** The links (as `key` names them) whose addresses are made of what is a reader's own, directly or by way of other
 *  variables: such an address would put personal data into a table that outlives them. What only decides between two
 *  addresses (`{% if subscriber.name %}` around them) makes none of them personal; within one it does, to be on the
 *  safe side. Null: they are too entangled to tell. */
export function personalLinks(
  trees: ReadonlyMap<string | null, readonly Node[]>,
  key: (place: { readonly file: string | null; readonly begin: number }) => string,
): ReadonlySet<string> | null {
  const found = new Set<string>()
  /** Names that are assigned somewhere from what is personal. */
  const tainted = new Set(own)
  let grown = true
  let seen = new Set<string>()
  let steps = 0
  const step = (): void => {
    if (++steps > maxSteps) throw new Entangled()
  }

  type Locals = ReadonlyMap<string, boolean>

  const reads = (value: unknown, locals: Locals): boolean => {
    if (typeof value !== 'object' || value === null) return false
    step()
    if (Array.isArray(value)) return value.some((inner) => reads(inner, locals))
    const part = value as Partial<Expression & Value & { name: string; args: unknown; file: FileName }>
    if (
      part.kind === 'path' &&
      typeof part.root === 'string' &&
      (locals.get(part.root) ?? tainted.has(part.root))
    )
      return true
    // `{{ [name] }}` may be any variable.
    if (part.kind === 'operator' && part.operator === '[]') return true
    // `where_exp: "item", "item.city == subscriber.attributes.city"`
    if (
      typeof part.name === 'string' &&
      part.name.endsWith('_exp') &&
      /\b(?:subscriber|links)\b/.test(JSON.stringify(part.args))
    )
      return true
    return Object.values(value).some((inner) => reads(inner, locals))
  }

  /** What a body writes is personal: itself, or what it takes in. */
  const writes = (nodes: readonly Node[], locals: Locals, files: readonly string[]): boolean =>
    reads(nodes, locals) ||
    callsOf(nodes).some(({ file, args }) =>
      (file === null ? [...trees.keys()] : [file]).some((name) => {
        if (name === null || files.includes(name)) return false
        return writes(trees.get(name) ?? [], argumentsOf(args, locals), [...files, name])
      }),
    )

  const argumentsOf = (args: Call['args'], locals: Locals): Locals =>
    new Map(args.map(({ name, value }) => [name, reads(value, locals)]))

  const taint = (name: string, personal: boolean): void => {
    if (!personal || tainted.has(name)) return
    tainted.add(name)
    grown = true
  }

  const visit = (nodes: readonly Node[], locals: Locals, files: readonly string[]): void => {
    for (const node of nodes) {
      step()
      let inner = locals
      switch (node.kind) {
        case 'assign':
          taint(node.name, reads(node.value, locals))
          break
        case 'capture':
          taint(node.name, writes(node.body, locals, files))
          break
        case 'for':
        case 'tablerow':
          inner = new Map([...locals, [node.variable, reads(node.collection, locals)]])
          break
        case 'href':
          if (writes(node.body, locals, files)) found.add(key(node.place))
          break
        case 'include':
        case 'render':
        case 'layout':
          for (const { file, args, shares } of callsOf([node])) {
            const given = new Map([...(shares ? locals : []), ...argumentsOf(args, locals)])
            for (const name of file === null ? trees.keys() : [file]) {
              if (name === null || files.includes(name)) continue
              const call = JSON.stringify([name, [...given].sort(([a], [b]) => (a < b ? -1 : 1))])
              if (seen.has(call)) continue
              seen.add(call)
              visit(trees.get(name) ?? [], given, [...files, name])
            }
          }
          break
        default:
          break
      }
      for (const body of bodiesOf(node)) visit(body, inner, files)
    }
  }

  // A name may be used before the place that taints it: in a loop's next turn.
  try {
    while (grown) {
      grown = false
      seen = new Set()
      visit(trees.get(null) ?? [], new Map(), [])
    }
  } catch (error) {
    if (error instanceof Entangled) return null
    throw error
  }
  return found
}

interface Call {
  readonly file: FileName
  readonly args: readonly { readonly name: string; readonly value: Expression }[]
  /** It sees the names of the place that calls. */
  readonly shares: boolean
}

/** What nodes take in, and with what. */
function callsOf(nodes: readonly Node[]): readonly Call[] {
  return nodes.flatMap((node): readonly Call[] => {
    switch (node.kind) {
      case 'include': {
        const given = node.with === null ? [] : [{ name: node.file ?? '', value: node.with }]
        return [{ file: node.file, args: [...node.args, ...given], shares: true }]
      }
      case 'render': {
        const given = [node.with, node.for].flatMap((binding) =>
          binding === null ? [] : [{ name: binding.alias ?? node.file ?? '', value: binding.value }],
        )
        return [{ file: node.file, args: [...node.args, ...given], shares: false }]
      }
      case 'layout': {
        const own = node.file === undefined ? [] : [{ file: node.file, args: node.args, shares: true }]
        return [...own, ...callsOf(node.body)]
      }
      default:
        return bodiesOf(node).flatMap(callsOf)
    }
  })
}
