import {
  type Liquid,
  Value as LiquidValue,
  type TagToken,
  type Template,
  type Token,
  TypeGuards,
} from 'liquidjs'
import { hrefTag, pixelTag } from './links/tags.ts'
import type { Quote } from './links/target.ts'
import { parseFailure } from './parse-failure.ts'
import { FindingError, type Place } from './problem.ts'
import type { Argument, Expression, FileName, FilterCall, Node, Value } from './tree.ts'

// LiquidJS declares most fields of its tags private. These are their shapes in 10.30, read nowhere else.
interface RawExpression {
  readonly postfix: readonly Token[]
}
interface RawFilter {
  readonly name: string
  readonly raw: boolean
  readonly args: readonly (Token | readonly [string, Token | undefined])[]
  readonly token: Token
}
interface RawValue {
  readonly initial: RawExpression
  readonly filters: readonly RawFilter[]
}
interface RawHash {
  readonly hash: { readonly [name: string]: Token | undefined }
}
interface RawBranch {
  readonly value: RawValue
  readonly values: readonly Token[]
  readonly test?: unknown
  readonly templates: readonly RawTag[]
}
interface RawBinding {
  readonly value: Token
  readonly alias?: string
}
interface RawTag {
  readonly token: Token
  readonly name?: string
  readonly str: string
  readonly value: RawValue
  readonly key: string
  readonly variable: string
  readonly templates: readonly RawTag[]
  readonly elseTemplates?: readonly RawTag[]
  readonly branches: readonly RawBranch[]
  readonly collection: Token
  readonly hash: RawHash
  readonly args: RawHash
  readonly group?: Token
  readonly candidates: readonly (Token & {
    readonly initial: RawExpression
    readonly filters: readonly Token[]
  })[]
  readonly file?: string | Token | readonly RawTag[]
  readonly withVar?: Token
  readonly with?: RawBinding
  readonly forBinding?: RawBinding
  readonly block: string
  readonly tokens: readonly Token[]
}

/** Parse a source with LiquidJS's parser into our tree. Throws FindingError with the place of the mistake. */
export function parseTree(liquid: Liquid, source: string, file: string | null): Node[] {
  let templates: Template[]
  try {
    templates = liquid.parse(source, file ?? undefined)
  } catch (error) {
    throw parseFailure(error, file, Object.keys(liquid.tags))
  }
  return new Reader(file).nodes(templates as unknown as readonly RawTag[])
}

/** Parse the expression in a filter's argument (`where_exp: "item", "item.price > 3"`). */
export function parseValue(liquid: Liquid, source: string, place: Place): Value {
  try {
    const value = new LiquidValue(source, liquid) as unknown as RawValue
    const { initial, filters } = new Reader(place.file).loose(value)
    return {
      initial: at(initial, place),
      filters: filters.map((filter) => ({ ...filter, place })),
      text: source,
      place,
    }
  } catch (error) {
    if (error instanceof FindingError || !(error instanceof Error)) throw error
    const message = error.message.replace(/, line:\d+, col:\d+$/, '')
    throw new FindingError({ place, variable: source, message })
  }
}

/** The same expression, its places moved to where its text stands. */
function at(expression: Expression, place: Place): Expression {
  if (expression.kind === 'path') {
    const root = typeof expression.root === 'string' ? expression.root : at(expression.root, place)
    return { ...expression, root, properties: expression.properties.map((inner) => at(inner, place)), place }
  }
  if (expression.kind === 'range') {
    return { ...expression, low: at(expression.low, place), high: at(expression.high, place), place }
  }
  if (expression.kind !== 'operator') return expression
  return { ...expression, operands: expression.operands.map((operand) => at(operand, place)) }
}

class Reader {
  private readonly file: string | null

  constructor(file: string | null) {
    this.file = file
  }

  nodes(templates: readonly RawTag[] | undefined): Node[] {
    const nodes: Node[] = []
    for (const template of templates ?? []) this.add(template, nodes)
    return nodes
  }

  private place(token: Token): Place {
    return { file: this.file, begin: token.begin }
  }

  private add(tag: RawTag, nodes: Node[]): void {
    const place = this.place(tag.token)
    if (TypeGuards.isHTMLToken(tag.token)) {
      text(nodes, tag.str)
      return
    }
    if (TypeGuards.isOutputToken(tag.token)) {
      nodes.push(this.output(tag.value, tag.token, place))
      return
    }
    switch (tag.name) {
      case 'echo':
        if (tag.value !== undefined) nodes.push(this.output(tag.value, tag.token, place))
        return
      case 'assign':
        nodes.push({ kind: 'assign', name: tag.key, value: this.value(tag.value, tag.token), place })
        return
      case 'capture':
        nodes.push({ kind: 'capture', name: tag.variable, body: this.nodes(tag.templates), place })
        return
      case 'if':
      case 'unless':
        nodes.push({
          kind: 'choice',
          branches: tag.branches.map((branch, index) => ({
            value: this.value(branch.value, tag.token),
            negated: tag.name === 'unless' && index === 0,
            body: this.nodes(branch.templates),
          })),
          otherwise: this.nodes(tag.elseTemplates),
          place,
        })
        return
      case 'case':
        nodes.push({
          kind: 'case',
          value: this.value(tag.value, tag.token),
          branches: tag.branches.map((branch) => ({
            values: branch.values.map((value) => this.expression(value)),
            body: this.nodes(branch.templates),
          })),
          otherwise: this.nodes(tag.elseTemplates),
          place,
        })
        return
      case 'for':
      case 'tablerow':
        nodes.push({
          kind: tag.name,
          variable: tag.variable,
          collection: this.expression(tag.collection),
          collectionText: tag.collection.getText(),
          args: this.args(tag.name === 'for' ? tag.hash : tag.args),
          body: this.nodes(tag.templates),
          otherwise: this.nodes(tag.elseTemplates),
          place,
        })
        return
      case 'cycle':
        nodes.push({
          kind: 'cycle',
          group: tag.group === undefined ? null : this.expression(tag.group),
          candidates: tag.candidates.map((candidate) => ({
            value: {
              initial: this.postfix(candidate.initial.postfix),
              filters: candidate.filters.map((filter) => this.filter(filter as Token & RawFilter, filter)),
              text: candidate.getText(),
              place: this.place(candidate),
            },
            escape: (candidate.filters.at(-1) as { name?: string } | undefined)?.name !== 'raw',
          })),
          place,
        })
        return
      case 'increment':
      case 'decrement':
        nodes.push({ kind: 'count', name: tag.variable, step: tag.name === 'increment' ? 1 : -1, place })
        return
      case 'include':
        nodes.push({
          kind: 'include',
          file: fileName(tag.file),
          with: tag.withVar === undefined ? null : this.expression(tag.withVar),
          args: this.args(tag.hash),
          place,
        })
        return
      case 'render':
        nodes.push({
          kind: 'render',
          file: fileName(tag.file),
          args: this.args(tag.hash),
          with: tag.with === undefined ? null : this.binding(tag.with),
          for: tag.forBinding === undefined ? null : this.binding(tag.forBinding),
          place,
        })
        return
      case 'layout':
        nodes.push({
          kind: 'layout',
          file: tag.file === undefined ? undefined : fileName(tag.file),
          args: this.args(tag.args),
          body: this.nodes(tag.templates),
          place,
        })
        return
      case 'block':
        nodes.push({ kind: 'block', name: tag.block, body: this.nodes(tag.templates), place })
        return
      case hrefTag:
        nodes.push({
          kind: 'href',
          quote: (tag.token as TagToken).args as Quote,
          body: this.nodes(tag.templates),
          place,
        })
        return
      case pixelTag:
        nodes.push({ kind: 'pixel', place })
        return
      case 'liquid':
        for (const inner of tag.templates) this.add(inner, nodes)
        return
      case 'raw':
        text(nodes, tag.tokens.map((token) => token.getText()).join(''))
        return
      case 'break':
      case 'continue':
        nodes.push({ kind: tag.name, place })
        return
      case 'comment':
      case '#':
        return
      default:
        throw new FindingError({ place, variable: null, message: `Tag "${tag.name}" is not known` })
    }
  }

  /** Without a template around it. */
  loose(value: RawValue): Pick<Value, 'initial' | 'filters'> {
    return {
      initial: this.postfix(value.initial.postfix),
      filters: value.filters.map((filter) => this.filter(filter, filter.token)),
    }
  }

  private output(value: RawValue, token: Token, place: Place): Node {
    // With `outputEscape` LiquidJS appends the escape as a filter of its own, named by toString() of a
    // function, unless the last one is raw. The parser here runs without, so only `raw` must be found.
    return {
      kind: 'output',
      value: this.value(value, token),
      escape: value.filters.at(-1)?.raw !== true,
      place,
    }
  }

  private value(value: RawValue, token: Token): Value {
    const first = value.initial.postfix[0]
    return {
      initial: this.postfix(value.initial.postfix),
      filters: value.filters.map((filter) => this.filter(filter, filter.token)),
      text: first === undefined ? token.getText() : first.getText(),
      place: this.place(first ?? token),
    }
  }

  private filter(filter: Pick<RawFilter, 'name' | 'args'>, token: Token): FilterCall {
    return {
      name: filter.name,
      args: filter.args.map((arg) => {
        if (!isKeyed(arg)) return { key: null, value: this.expression(arg) }
        const [key, value] = arg
        return { key, value: value === undefined ? undefinedValue : this.expression(value) }
      }),
      place: this.place(token),
    }
  }

  private args(hash: RawHash): Argument[] {
    return Object.entries(hash.hash).map(([name, token]) => ({
      name,
      value: token === undefined ? { kind: 'constant', value: true } : this.expression(token),
    }))
  }

  private binding(binding: RawBinding): { value: Expression; alias: string | null; text: string } {
    return {
      value: this.expression(binding.value),
      alias: binding.alias ?? null,
      text: binding.value.getText(),
    }
  }

  private postfix(tokens: readonly Token[]): Expression {
    const operands: Expression[] = []
    for (const token of tokens) {
      if (!TypeGuards.isOperatorToken(token)) {
        operands.push(this.expression(token))
        continue
      }
      const right = operands.pop() ?? undefinedValue
      const unary = token.operator === 'not'
      const left = unary ? null : (operands.pop() ?? undefinedValue)
      operands.push({
        kind: 'operator',
        operator: token.operator,
        operands: left === null ? [right] : [left, right],
      })
    }
    // As LiquidJS: what stands behind a complete expression without an operator is ignored.
    return operands[0] ?? undefinedValue
  }

  expression(token: Token): Expression {
    if (TypeGuards.isLiteralToken(token)) {
      const name = token.literal
      if (name === 'true' || name === 'false') return { kind: 'constant', value: name === 'true' }
      return { kind: 'drop', name: name === 'empty' || name === 'blank' ? name : 'nil' }
    }
    if (TypeGuards.isQuotedToken(token) || TypeGuards.isNumberToken(token) || TypeGuards.isWordToken(token)) {
      return { kind: 'constant', value: token.content }
    }
    if (TypeGuards.isRangeToken(token)) {
      return {
        kind: 'range',
        low: this.expression(token.lhs),
        high: this.expression(token.rhs),
        place: this.place(token),
      }
    }
    if (TypeGuards.isPropertyAccessToken(token)) {
      const properties = token.props.map((prop) => this.expression(prop as Token))
      const shared = { kind: 'path', text: token.getText(), place: this.place(token) } as const
      if (token.variable !== undefined) {
        return { ...shared, root: this.expression(token.variable as Token), properties }
      }
      const [root, ...rest] = properties
      if (root?.kind === 'constant' && typeof root.value === 'string') {
        return { ...shared, root: root.value, properties: rest }
      }
      // `{{ [name] }}`: which variable it is shows while rendering. An operator no generator knows says so.
      return { kind: 'operator', operator: '[]', operands: root === undefined ? [] : [root] }
    }
    throw new FindingError({
      place: this.place(token),
      variable: token.getText(),
      message: `"${token.getText()}" is not an expression`,
    })
  }
}

const isKeyed = (arg: RawFilter['args'][number]): arg is readonly [string, Token | undefined] =>
  Array.isArray(arg)

const undefinedValue: Expression = { kind: 'constant', value: undefined }

function text(nodes: Node[], text: string): void {
  if (text === '') return
  const last = nodes.at(-1)
  // Neighbours become one piece, so that the writers know what follows a piece is computed.
  if (last?.kind === 'text') nodes[nodes.length - 1] = { kind: 'text', text: last.text + text }
  else nodes.push({ kind: 'text', text })
}

function fileName(file: RawTag['file']): FileName {
  return typeof file === 'string' ? file : null
}
