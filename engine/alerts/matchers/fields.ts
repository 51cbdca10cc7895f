import type { Issue } from '../../errors.ts'
import { compileMatcher, type Matcher } from './matcher.ts'
import { parseMatchers } from './text.ts'

/** The three ways of Alertmanager's file to say matchers, all of which count: `matchers`, each entry a text of one or more,
 *  and the older `match` and `match_re`, by the ends of their keys. */
export function readMatchers(
  fields: {
    readonly [key: string]: readonly string[] | { readonly [label: string]: string } | null | undefined
  },
  path: string,
  issues: Issue[],
): readonly Matcher[] {
  const found: Matcher[] = []
  for (const [key, field] of Object.entries(fields)) {
    if (Array.isArray(field)) {
      for (const [i, text] of (field as readonly string[]).entries()) {
        const read = parseMatchers(text)
        if ('ok' in read) found.push(...read.ok)
        else
          issues.push({
            path: `${path}.${key}[${i}]`,
            message: `${JSON.stringify(text)} at character ${read.at + 1}: ${read.error}.`,
          })
      }
      continue
    }
    const operator = key.endsWith('_re') ? '=~' : '='
    for (const [name, value] of Object.entries(field ?? {})) {
      const compiled = compileMatcher({ name, operator, value })
      if ('ok' in compiled) found.push(compiled.ok)
      else issues.push({ path: `${path}.${key}.${name}`, message: `${compiled.error}.` })
    }
  }
  // Their order means nothing, and an id is made of them.
  return found.sort(
    (a, b) => order(a.name, b.name) || order(a.value, b.value) || order(a.operator, b.operator),
  )
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
