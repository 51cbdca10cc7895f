import type { Draft } from './draft.ts'
import { Unsupported } from './draft.ts'
import { noAsset } from './filters/index.ts'
import { nearest } from './nearest.ts'
import type { Place } from './problem.ts'
import type { Binding, Locals, LoopBinding, Scope } from './scope.ts'
import type { Expression, FilterCall, Path, Value } from './tree.ts'

/** Code and what is known of its result. */
export interface Code {
  readonly code: string
  readonly type: 'string' | 'number' | 'boolean' | 'unknown'
}

/** Where an expression stands. */
export interface Surroundings {
  readonly scope: Scope
  readonly locals: Locals | null
  /** Writes what `block.super` needs before the statement, and returns its variable; null where nothing may
   *  be written in between. */
  readonly superBlock: ((write: (locals: Locals | null) => void) => string) | null
}

export interface ExpressionOptions {
  /** Variables every part sees. */
  readonly roots: readonly string[]
  /** Whether a filter is known, and whether it always returns a string. */
  readonly filterKind: (name: string) => 'string' | 'unknown' | null
  readonly filterNames: readonly string[]
  /** Addresses of assets by name. */
  readonly assets: ReadonlyMap<string, string>
  /** Parse the text of a `where_exp` and its kind. */
  readonly parseValue: (source: string, place: Place) => Value
}

const expressionFilters = new Set([
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
])

const anything = (code: string): Code => ({ code, type: 'unknown' })

/** Writes expressions as JavaScript. */
export class ExpressionWriter {
  private readonly draft: Draft
  private readonly options: ExpressionOptions
  /** Set when something written since the last reset can fail at run time. */
  risky = false

  constructor(draft: Draft, options: ExpressionOptions) {
    this.draft = draft
    this.options = options
  }

  value(value: Value, where: Surroundings): Code {
    let result = this.expression(value.initial, where)
    for (const filter of value.filters) result = this.filter(result, filter, value, where)
    return result
  }

  /** The value of a variable as an expression that yields a string. */
  text(code: Code): string {
    if (code.type === 'string') return code.code
    return code.type === 'unknown' ? `text(${code.code})` : `String(${code.code})`
  }

  condition(code: Code): string {
    return code.type === 'boolean' ? code.code : `truthy(${code.code})`
  }

  expression(expression: Expression, where: Surroundings): Code {
    switch (expression.kind) {
      case 'constant':
        return constant(expression.value)
      case 'drop':
        return anything(expression.name)
      case 'path':
        return this.path(expression, where)
      case 'range':
        this.risky = true
        return anything(
          `range(${this.expression(expression.low, where).code},${this.expression(expression.high, where).code})`,
        )
      case 'operator':
        return this.operator(expression.operator, expression.operands, where)
    }
  }

  private operator(operator: string, operands: readonly Expression[], where: Surroundings): Code {
    const codes = operands.map((operand) => this.expression(operand, where))
    const [left, right] = codes as [Code, Code]
    const boolean = (code: string): Code => ({ code, type: 'boolean' })
    switch (operator) {
      case '==':
        return boolean(equality(operands, left, right))
      case '!=':
        return boolean(`!${equality(operands, left, right)}`)
      case '<':
        return boolean(`less(${left.code},${right.code})`)
      case '>':
        return boolean(`less(${right.code},${left.code})`)
      case '<=':
        return boolean(`lessOrEqual(${left.code},${right.code})`)
      case '>=':
        return boolean(`lessOrEqual(${right.code},${left.code})`)
      case 'contains':
        return boolean(`contains(${left.code},${right.code})`)
      case 'not':
        return boolean(`!${this.condition(left)}`)
      case 'and':
        return boolean(`(${this.condition(left)}&&${this.condition(right)})`)
      case 'or':
        return boolean(`(${this.condition(left)}||${this.condition(right)})`)
      default:
        throw new Unsupported('a variable whose name is computed')
    }
  }

  private path(path: Path, where: Surroundings): Code {
    let properties = path.properties
    let code: string
    if (typeof path.root !== 'string') code = this.expression(path.root, where).code
    else {
      const binding = this.resolve(path.root, path, where)
      if (binding.kind === 'variable') code = binding.code
      else {
        const [first, ...rest] = properties
        const key = first?.kind === 'constant' ? first.value : undefined
        if (binding.kind === 'block') {
          if (key !== 'super' || where.superBlock === null) throw new Unsupported('"block" as a value')
          if (binding.parent === null) return { code: '""', type: 'string' }
          code = where.superBlock(binding.parent)
        } else {
          const arithmetic = typeof key === 'string' ? loopProperty(binding, key) : null
          if (arithmetic !== null && rest.length === 0) return arithmetic
          if (arithmetic === null) {
            binding.needsDrop = true
            code = first === undefined ? binding.drop : this.step(binding.drop, first, where)
          } else code = arithmetic.code
        }
        if (first === undefined) return anything(code)
        properties = rest
      }
    }
    for (const property of properties) code = this.step(code, property, where)
    return anything(code)
  }

  private step(target: string, property: Expression, where: Surroundings): string {
    if (property.kind === 'constant' && typeof property.value === 'string') {
      return this.draft.property(target, property.value)
    }
    return `property(${target},${this.expression(property, where).code})`
  }

  /** The binding of a name, innermost first; a problem where nobody knows it. */
  resolve(name: string, path: Path, where: Surroundings): Binding {
    for (let locals = where.locals; locals !== null; locals = locals.outer) {
      const binding = locals.names.get(name)
      if (binding !== undefined) return binding
    }
    const counter = where.scope.counted.get(name)
    const below =
      counter === undefined
        ? this.root(name)
        : `(${counter}===U?${this.root(name) ?? 'undefined'}:${counter})`
    const assigned = where.scope.assigned.get(name)
    if (assigned !== undefined) {
      // Only where a name is both counted and assigned can the value below change under the assigned one.
      if (assigned.kind !== 'variable' || counter === undefined) return assigned
      return { kind: 'variable', code: `(${assigned.code}===U?${below}:${assigned.code})` }
    }
    if (below !== null) return { kind: 'variable', code: below }
    const known = this.options.roots
    const near = nearest(name, [...known, ...where.scope.assigned.keys()])
    this.draft.find(
      path.place,
      `Unknown variable "${name}".${near === null ? '' : ` Did you mean "${near}"?`} Known: ${known.join(', ')}`,
      name,
    )
    // LiquidJS asks the object of all variables for its size.
    return { kind: 'variable', code: name === 'size' ? 'Object.keys(d).length' : 'undefined' }
  }

  /** Code of a variable that every part sees, or null. */
  root(name: string): string | null {
    return this.options.roots.includes(name) ? `d.${name}` : null
  }

  filter(input: Code, filter: FilterCall, value: Value, where: Surroundings): Code {
    const { name } = filter
    const kind = this.options.filterKind(name)
    if (kind === null) {
      const near = nearest(name, this.options.filterNames)
      this.draft.find(
        filter.place,
        `Unknown filter "${name}".${near === null ? '' : ` Did you mean "${near}"?`}`,
      )
      return input
    }
    if (name === 'raw') return input
    if (name === 'asset_url') return this.assetUrl(filter, value)
    if (expressionFilters.has(name)) return this.expressionFilter(input, filter, where)
    this.risky = true
    const args = filter.args.map(({ key, value: arg }) => {
      const code = this.expression(arg, where).code
      return key === null ? code : `[${JSON.stringify(key)},${code}]`
    })
    if (name === 'required') return anything(`required(${input.code},${JSON.stringify(value.text)})`)
    if (name === 'default' && args.length === 1 && filter.args[0]!.key === null) {
      return anything(`otherwise(${input.code},${args[0]})`)
    }
    const all = [input.code, ...args].join(',')
    return { code: `${this.draft.filter(name)}.call(H,${all})`, type: kind }
  }

  /** `'logo.png' | asset_url`: known when it is compiled, so that letters pay nothing for it. */
  private assetUrl(filter: FilterCall, { initial, filters }: Value): Code {
    const name = initial.kind === 'constant' && filters[0] === filter ? initial.value : undefined
    if (typeof name !== 'string') {
      this.draft.find(
        filter.place,
        "asset_url stands directly behind the name of an asset: {{ 'logo.png' | asset_url }}",
      )
      return constant('')
    }
    const url = this.options.assets.get(name)
    if (url === undefined) this.draft.find(filter.place, noAsset(name), name)
    return constant(url ?? '')
  }

  /** `where_exp: "item", "item.price > 3"`: the text becomes a function of its own. */
  private expressionFilter(input: Code, filter: FilterCall, where: Surroundings): Code {
    const [item, source] = filter.args.map((arg) => (arg.value.kind === 'constant' ? arg.value.value : null))
    if (typeof item !== 'string' || typeof source !== 'string') {
      throw new Unsupported(`${filter.name} with an expression that is computed`)
    }
    this.risky = true
    const variable = this.draft.fresh('x')
    const inner = this.value(this.options.parseValue(source, filter.place), {
      ...where,
      locals: { names: new Map([[item, { kind: 'variable', code: variable }]]), outer: where.locals },
      superBlock: null,
    })
    return anything(`byExpression.${filter.name}(${input.code},(${variable})=>${inner.code})`)
  }
}

function constant(value: string | number | boolean | undefined): Code {
  if (typeof value === 'string') return { code: JSON.stringify(value), type: 'string' }
  // Parenthesised: -1 behind an operator, and 1 before a dot.
  if (typeof value === 'number') return { code: Object.is(value, -0) ? '(-0)' : `(${value})`, type: 'number' }
  if (typeof value === 'boolean') return { code: String(value), type: 'boolean' }
  return anything('undefined')
}

const nullTests = { nil: 'isNil', empty: 'isEmpty', blank: 'isBlank' } as const

function equality(operands: readonly Expression[], left: Code, right: Code): string {
  const [leftOperand, rightOperand] = operands as [Expression, Expression]
  // A drop on the left decides first, as in LiquidJS; two drops go the general way.
  if (leftOperand.kind === 'drop' && rightOperand.kind !== 'drop') {
    return `${nullTests[leftOperand.name]}(${right.code})`
  }
  if (leftOperand.kind !== 'drop' && leftOperand.kind !== 'path' && rightOperand.kind === 'path') {
    if (leftOperand.kind === 'constant' && leftOperand.value !== undefined)
      return `is(${right.code},${left.code})`
  }
  if (rightOperand.kind === 'constant' && rightOperand.value !== undefined)
    return `is(${left.code},${right.code})`
  return `equal(${left.code},${right.code})`
}

function loopProperty({ index, length, cols }: LoopBinding, key: string): Code | null {
  const number = (code: string): Code => ({ code: `(${code})`, type: 'number' })
  const boolean = (code: string): Code => ({ code: `(${code})`, type: 'boolean' })
  switch (key) {
    case 'index':
      return number(`${index}+1`)
    case 'index0':
      return number(index)
    case 'rindex':
      return number(`${length}-${index}`)
    case 'rindex0':
      return number(`${length}-${index}-1`)
    case 'length':
      return number(length)
    case 'first':
      return boolean(`${index}===0`)
    case 'last':
      return boolean(`${index}===${length}-1`)
    default:
      break
  }
  if (cols === null) return null
  switch (key) {
    case 'row':
      return number(`Math.floor(${index}/${cols})+1`)
    case 'col':
      return number(`${index}%${cols}+1`)
    case 'col0':
      return number(`${index}%${cols}`)
    case 'col_first':
      return boolean(`${index}%${cols}===0`)
    case 'col_last':
      return boolean(`${index}%${cols}+1===${cols}`)
    default:
      return null
  }
}
