import { Drop, Tokenizer, TypeGuards } from 'liquidjs'

// LiquidJS keeps one instance of each and exports none of them; its parser hands them out.
const literal = (name: string): unknown => {
  const token = new Tokenizer(name).readValue()
  if (token === undefined || !TypeGuards.isLiteralToken(token))
    throw new Error(`LiquidJS no longer knows ${name}`)
  return token.content
}

export const nilDrop: unknown = literal('nil')
export const emptyDrop: unknown = literal('empty')
export const blankDrop: unknown = literal('blank')

/** `forloop` and `tablerowloop` as values: only where a template does more than ask for `forloop.index` and its
 *  kind, which need no object. Prints and reads as LiquidJS's, without its methods of the prototype chain. */
export class LoopDrop extends Drop {
  i = 0
  readonly length: number
  readonly name: string
  readonly cols?: unknown

  constructor(length: number, collection: string, variable: string | undefined, cols?: unknown) {
    super()
    this.length = length
    this.name = `${variable}-${collection}`
    if (cols !== undefined) this.cols = cols
  }

  override valueOf(): string {
    return JSON.stringify(this)
  }

  /** LiquidJS's own filters (`map`, `where`) ask here for what is not a plain property. */
  override liquidMethodMissing(key: string | number): unknown {
    return this.read(String(key))
  }

  read(key: string): unknown {
    const cols = this.cols as number
    switch (key) {
      case 'i':
      case 'index0':
        return this.i
      case 'index':
        return this.i + 1
      case 'first':
        return this.i === 0
      case 'last':
        return this.i === this.length - 1
      case 'rindex':
        return this.length - this.i
      case 'rindex0':
        return this.length - this.i - 1
      case 'length':
        return this.length
      case 'name':
        return this.name
      default:
        break
    }
    if (this.cols === undefined) return undefined
    switch (key) {
      case 'cols':
        return cols
      case 'row':
        return Math.floor(this.i / cols) + 1
      case 'col0':
        return this.i % cols
      case 'col':
        return (this.i % cols) + 1
      case 'col_first':
        return this.i % cols === 0
      case 'col_last':
        return (this.i % cols) + 1 === cols
      default:
        return undefined
    }
  }
}
