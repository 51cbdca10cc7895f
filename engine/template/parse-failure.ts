import type { Token } from 'liquidjs'
import { nearest } from './nearest.ts'
import { FindingError } from './problem.ts'

/** What LiquidJS's parser threw, as a finding with its place; anything else as it is. */
export function parseFailure(error: unknown, file: string | null, tags: readonly string[]): unknown {
  if (error instanceof RangeError) {
    return new FindingError({
      place: { file, begin: 0 },
      variable: null,
      message: 'Tags are nested too deep',
    })
  }
  if (!(error instanceof Error)) return error
  const token = (error as { readonly token?: Token }).token
  if (token === undefined) return error
  // LiquidJS appends the position to the message; ours has fields for it.
  const unplaced = error.message.replace(/, line:\d{1,10}, col:\d{1,10}$/, '')
  const named = `, file:${token.file}`
  const message = unplaced.endsWith(named) ? unplaced.slice(0, -named.length) : unplaced
  const unknown = /^tag "(.*)" not found$/s.exec(message)?.[1]
  return new FindingError({
    place: { file: token.file ?? file, begin: token.begin },
    variable: null,
    message:
      unknown === undefined ? message.charAt(0).toUpperCase() + message.slice(1) : unknownTag(unknown, tags),
  })
}

function unknownTag(name: string, tags: readonly string[]): string {
  if (/^(end|else$|elsif$|when$)/.test(name)) return `"${name}" has no tag that it belongs to`
  const near = nearest(name, tags)
  return `Unknown tag "${name}".${near === null ? '' : ` Did you mean "${near}"?`}`
}
