import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ESTree, parseSync, Visitor } from 'vite'

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** What runs in browsers, and what is copied into projects of others, has no log of the daemon's. */
const elsewhere = ['app/console/', 'app/plugins/kit/template/']

/** Every event that the sources log, by name, with the levels that it is logged at. Throws where a name cannot be read
 *  from the call: names are written out, so that whoever reads one in a log finds it in the code. */
export function loggedEvents(): ReadonlyMap<string, ReadonlySet<LogLevel>> {
  const found = new Map<string, Set<LogLevel>>()
  for (const folder of ['engine', 'stores', 'plugins', 'app'])
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
      if (!entry.isFile() || !path.endsWith('.ts') || elsewhere.some((one) => path.startsWith(one))) continue
      for (const { event, levels } of eventsOf(path, readFileSync(join(root, path), 'utf8')))
        found.set(event, new Set([...(found.get(event) ?? []), ...levels]))
    }
  return found
}

interface Logged {
  readonly event: string
  readonly levels: readonly LogLevel[]
}

/** The calls of one file: `log.warn({ ... }, 'channel.slowed')`, on anything that is called `log`. */
export function eventsOf(path: string, text: string): readonly Logged[] {
  if (!/\blog\s*\??[.[]/.test(text)) return []
  const { program } = parseSync(path, text)
  const calls: ESTree.CallExpression[] = []
  const bindings = new Map<string, Set<string> | null>()
  /** Two of one name in a file are taken together; one that is no list of names spoils it. */
  const bind = (name: string, values: readonly string[] | null) => {
    const before = bindings.get(name)
    bindings.set(name, values === null || before === null ? null : new Set([...(before ?? []), ...values]))
  }
  new Visitor({
    CallExpression(node) {
      calls.push(node)
    },
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier') bind(id.name, init === null ? null : textsOf(init, noNames))
    },
    Identifier(node) {
      const type = 'typeAnnotation' in node ? node.typeAnnotation?.typeAnnotation : null
      if (type?.type === 'TSUnionType' || type?.type === 'TSLiteralType') bind(node.name, literalsOf(type))
    },
  }).visit(program)

  return calls.flatMap(({ callee, arguments: args, start }) => {
    if (callee.type !== 'MemberExpression' || !isLog(callee.object)) return []
    const named = callee.computed ? textsOf(callee.property, noNames) : [nameOf(callee.property)]
    // What a plugin logs has the level that the plugin gave it.
    const levels = named === null ? logLevels : logLevels.filter((level) => named.includes(level))
    if (levels.length === 0) return []
    const last = args.at(-1)
    const events =
      last === undefined || last.type === 'SpreadElement'
        ? null
        : textsOf(last, (name) => [...(bindings.get(name) ?? [])])
    if (events === null || events.length === 0)
      throw new Error(
        `${path}:${text.slice(0, start).split('\n').length}: the name of the event is not written out. Write it as a text, as texts of a condition, or give the parameter a union of texts as its type.`,
      )
    return events.map((event) => ({ event, levels }))
  })
}

const noNames = () => null

/** All texts that an expression may come to, or null where that cannot be read. */
function textsOf(node: ESTree.Expression, named: (name: string) => string[] | null): string[] | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : null
  if (node.type === 'Identifier') return named(node.name)
  if (node.type !== 'ConditionalExpression') return null
  const [one, other] = [textsOf(node.consequent, named), textsOf(node.alternate, named)]
  return one === null || other === null ? null : [...one, ...other]
}

function literalsOf(type: ESTree.TSType): string[] | null {
  if (type.type === 'TSUnionType') {
    const each = type.types.map(literalsOf)
    return each.includes(null) ? null : each.flatMap((one) => one!)
  }
  if (type.type !== 'TSLiteralType' || type.literal.type !== 'Literal') return null
  return typeof type.literal.value === 'string' ? [type.literal.value] : null
}

const isLog = (node: ESTree.Expression | ESTree.Super): boolean =>
  nameOf(node.type === 'MemberExpression' ? node.property : node) === 'log'

const nameOf = (node: ESTree.Node): string => (node.type === 'Identifier' ? node.name : '')
