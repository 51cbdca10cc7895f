import { Drop, toValue } from 'liquidjs'
import { blankDrop, emptyDrop, LoopDrop, nilDrop } from './drops.ts'
import { printed } from './printed.ts'
import type { Run } from './run.ts'

/** How LiquidJS reads, compares and prints values, without its generators. Values are JSON and drops.
 *  What the generated code calls; bound to the run that pays for walks through nested values. */
export type Values = ReturnType<typeof createValues>

const hasOwn = Object.hasOwn
const htmlSpecial = /[&<>"']/
const htmlSpecials = /[&<>"']/g
const htmlEscapes: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string =>
  htmlSpecial.test(text) ? text.replace(htmlSpecials, (char) => htmlEscapes[char]!) : text

/** JSON values have no functions; LiquidJS calls them, we never do. */
const plain = (value: unknown): unknown => (typeof value === 'function' ? undefined : value)

export function createValues(run: Run) {
  /** What `{{ value }}` prints. */
  function text(value: unknown): string {
    if (typeof value === 'string') return value
    if (value === undefined || value === null) return ''
    if (typeof value === 'object') return objectText(value)
    return printed(value)
  }

  function objectText(value: object): string {
    const inner: unknown = toValue(value)
    if (inner !== value) return text(inner)
    if (Array.isArray(value)) {
      run.weigh(value)
      return value.map(text).join('')
    }
    return printed(value)
  }

  function html(value: unknown): string {
    const plainText = text(value)
    // A million characters of "&" become five million.
    if (plainText.length > 1000) run.use(plainText.length)
    return escapeHtml(plainText)
  }

  /** `target.key` and `target[key]`, own properties only. */
  function property(target: unknown, key: unknown): unknown {
    if (target === undefined || target === null) return target
    const name = typeof key === 'object' && key !== null ? keyOf(key) : key
    if (Array.isArray(target) && typeof name === 'number') {
      const index = name < 0 ? target.length + name : name
      return hasOwn(target, index) ? target[index] : undefined
    }
    if (target instanceof Drop) return target instanceof LoopDrop ? target.read(String(name)) : undefined
    const owner = target as { readonly [key: string]: unknown }
    if (hasOwn(owner, name as string)) return plain(owner[name as string])
    switch (name) {
      case 'size':
        if (Array.isArray(target) || typeof target === 'string') return target.length
        return typeof target === 'object' ? Object.keys(target).length : undefined
      case 'first':
        return Array.isArray(target) && hasOwn(target, 0) ? target[0] : undefined
      case 'last':
        return Array.isArray(target) && hasOwn(target, target.length - 1)
          ? target[target.length - 1]
          : undefined
      default:
        return undefined
    }
  }

  /** An array as a key is read as text, as JavaScript does. */
  function keyOf(key: object): unknown {
    const value: unknown = toValue(key)
    if (typeof value === 'object' && value !== null) {
      run.weigh(value)
      return printed(value)
    }
    return value
  }

  const truthy = (value: unknown): boolean =>
    value !== false && value !== undefined && value !== null && value !== nilDrop

  function equal(left: unknown, right: unknown): boolean {
    if (left === nilDrop) return isNil(right)
    if (left === blankDrop) return isBlank(right)
    if (left === emptyDrop) return isEmpty(right)
    if (right === nilDrop) return isNil(left)
    if (right === blankDrop) return isBlank(left)
    if (right === emptyDrop) return isEmpty(left)
    const a: unknown = toValue(left)
    const b: unknown = toValue(right)
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false
      run.use(a.length + 1)
      for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false
      return true
    }
    return a === b
  }

  /** Against a literal, which is most comparisons. */
  const is = (value: unknown, literal: unknown): boolean =>
    value === literal || (typeof value === 'object' && value !== null && equal(value, literal))

  const isNil = (value: unknown): boolean => value === undefined || value === null || value === nilDrop

  function isEmpty(value: unknown): boolean {
    if (value === emptyDrop || value === blankDrop) return false
    const inner: unknown = toValue(value)
    if (typeof inner === 'string' || Array.isArray(inner)) return inner.length === 0
    return typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0
  }

  function isBlank(value: unknown): boolean {
    if (value === false || isNil(value)) return true
    if (typeof value === 'string') return /^\s*$/.test(value)
    return isEmpty(value)
  }

  function comparable(value: unknown): number {
    const inner: unknown = toValue(value)
    if (typeof inner === 'object' && inner !== null) run.weigh(inner)
    // JavaScript's relational operators convert what remains, as they do in LiquidJS.
    return inner as number
  }

  const less = (left: unknown, right: unknown): boolean =>
    !incomparable(left) && !incomparable(right) && comparable(left) < comparable(right)
  const lessOrEqual = (left: unknown, right: unknown): boolean =>
    !incomparable(left) && !incomparable(right) && comparable(left) <= comparable(right)
  const incomparable = (value: unknown): boolean =>
    value === nilDrop || value === emptyDrop || value === blankDrop

  function contains(container: unknown, item: unknown): boolean {
    const inner: unknown = toValue(container)
    if (Array.isArray(inner)) {
      run.use(inner.length >> 4)
      for (const value of inner) if (equal(value, item)) return true
      return false
    }
    if (typeof inner !== 'string') return false
    const needle: unknown = toValue(item)
    if (typeof needle === 'object' && needle !== null) run.weigh(needle)
    const word = String(needle)
    run.search(inner, word)
    return inner.includes(word)
  }

  /** What `for` goes through. */
  function list(value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value
    const inner: unknown = toValue(value)
    if (Array.isArray(inner)) return inner
    if (typeof inner === 'string') return inner === '' ? [] : [inner]
    if (typeof inner !== 'object' || inner === null) return []
    const keys = Object.keys(inner)
    run.use(keys.length)
    return keys.map((key) => [key, (inner as { readonly [key: string]: unknown })[key]])
  }

  function range(low: unknown, high: unknown): number[] {
    const from = +comparable(low)
    const to = +comparable(high)
    run.use((to - from + 1) * 2)
    const numbers: number[] = []
    for (let number = from; number < to + 1; number++) numbers.push(number)
    return numbers
  }

  /** The part of a list that `offset`, `limit` and `reversed` leave; `undefined` is not given. */
  function part(
    all: readonly unknown[],
    offset: unknown,
    limit: unknown,
    reversed: unknown,
  ): readonly unknown[] {
    let some = all
    if (offset !== undefined) some = some.slice(+comparable(offset))
    if (limit !== undefined) some = some.slice(0, +comparable(limit))
    if (reversed !== undefined) some = some.toReversed()
    return some
  }

  return {
    text,
    html,
    property,
    truthy,
    equal,
    is,
    isNil,
    isEmpty,
    isBlank,
    less,
    lessOrEqual,
    contains,
    list,
    range,
    part,
    comparable,
  }
}
