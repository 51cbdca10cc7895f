import { toValue } from 'liquidjs'
import type { Run } from '../run.ts'

/** `where_exp` and its kind over a function compiled from their text. As LiquidJS: a list keeps the elements
 *  for which the expression is exactly true, a search ends at the first that is true to JavaScript. */
export function createExpressionFilters(run: Run, list: (value: unknown) => readonly unknown[]) {
  type Test = (item: unknown) => unknown

  function toArray(value: unknown): readonly unknown[] {
    const inner: unknown = toValue(value)
    if (inner === undefined || inner === null) return []
    const all: readonly unknown[] = Array.isArray(inner) ? inner : [inner]
    pay(all)
    return all
  }

  const pay = (all: readonly unknown[]): void => run.use(all.length * 10)

  function search(value: unknown, test: Test): number {
    return toArray(value).findIndex((item) => Boolean(test(item)))
  }

  return {
    where_exp: (value: unknown, test: Test) => toArray(value).filter((item) => test(item) === true),
    reject_exp: (value: unknown, test: Test) => toArray(value).filter((item) => test(item) === false),
    has_exp: (value: unknown, test: Test) => search(value, test) >= 0,
    find_exp(value: unknown, test: Test) {
      const all = toArray(value)
      const index = search(all, test)
      return index < 0 ? undefined : all[index]
    },
    find_index_exp(value: unknown, test: Test) {
      const index = search(value, test)
      return index < 0 ? undefined : index
    },
    group_by_exp(value: unknown, test: Test) {
      const groups = new Map<unknown, unknown[]>()
      const all = list(value)
      pay(all)
      for (const item of all) {
        const name = test(item)
        const group = groups.get(name)
        if (group === undefined) groups.set(name, [item])
        else group.push(item)
      }
      return [...groups].map(([name, items]) => ({ name, items }))
    },
  }
}
