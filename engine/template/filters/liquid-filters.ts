import { filters as builtIn, toValue, toValueSync } from 'liquidjs'
import { printed } from '../printed.ts'
import type { Run } from '../run.ts'
import { type Filter, type FilterHost, runOf } from './host.ts'

// What LiquidJS's filters do is right; what they cost is not always announced. Each is wrapped so that the run
// pays before the work begins.

/** They read characters: their arguments become text first, and a long needle is paid for. */
const textFilters = new Set(
  `escape xml_escape escape_once newline_to_br strip_html url_decode url_encode cgi_escape uri_escape slugify
   append prepend lstrip downcase upcase remove remove_first remove_last rstrip split strip strip_newlines
   squish capitalize replace replace_first replace_last truncatewords normalize_whitespace number_of_words
   base64_encode base64_decode sha256 hmac_sha256`.split(/\s+/),
)
const searchFilters = new Set(
  'remove remove_first remove_last split replace replace_first replace_last'.split(' '),
)
/** They return text whatever they are given. */
const alwaysText = new Set([...textFilters].filter((name) => name !== 'split' && name !== 'number_of_words'))
alwaysText.add('join')
/** They only look at the surface of a list. */
const shallow = new Set('size first last default raw'.split(' '))
/** Price of each value they look at: a scope per element, or a comparison some log(n) times. */
const prices: { readonly [name: string]: number } = {
  where: 40,
  reject: 40,
  has: 40,
  find: 40,
  find_index: 40,
  group_by: 40,
  where_exp: 40,
  reject_exp: 40,
  has_exp: 40,
  find_exp: 40,
  find_index_exp: 40,
  group_by_exp: 40,
  map: 20,
  sum: 8,
  sort: 20,
  sort_natural: 40,
  uniq: 8,
}
const defaultPrice = 2

type BuiltIn = (this: FilterHost, value: unknown, ...args: unknown[]) => unknown

/** LiquidJS's filters by name, paying their way. `raw` keeps its mark. */
export function createLiquidFilters(): Map<string, Filter> {
  const filters = new Map<string, Filter>()
  for (const [name, filter] of Object.entries(builtIn)) {
    if (typeof filter === 'function') filters.set(name, paying(name, filter as BuiltIn))
  }
  filters.set('raw', (value) => value)
  filters.set('truncate', truncate)
  return filters
}

export const returnsText = (name: string): boolean => alwaysText.has(name)

function paying(name: string, filter: BuiltIn): Filter {
  if (textFilters.has(name)) {
    const searches = searchFilters.has(name)
    return function (value, ...args) {
      const run = runOf(this)
      const text = textOf(run, value)
      // Percent-encoding a character takes up to nine.
      run.use(text.length >> 1)
      for (let index = 0; index < args.length; index++) {
        const arg = args[index]
        if (typeof arg === 'object' && arg !== null) args[index] = textOf(run, arg)
        else if (typeof arg === 'string') run.use(arg.length >> 4)
      }
      if (searches) run.search(text, printed(args[0] ?? ''))
      const result = filter.call(this, text, ...args)
      if (typeof result === 'string') run.use(result.length)
      return result
    }
  }
  if (shallow.has(name)) return filter
  const price = prices[name] ?? defaultPrice
  return function (value, ...args) {
    const run = runOf(this)
    run.weigh(value, price)
    for (const arg of args) run.weigh(arg, price)
    const result = toValueSync(filter.call(this, value, ...args) as never) as unknown
    if (typeof result === 'string') run.use(result.length)
    return result
  }
}

const surrogate = /[\ud800-\udfff]/

/** As LiquidJS's, which counts code points one by one; most texts have no astral ones to count. */
const truncate: Filter = function (value, length = 50, ellipsis = '...') {
  const run = runOf(this)
  const text = textOf(run, value)
  const end = textOf(run, ellipsis)
  if (
    typeof length !== 'number' ||
    !Number.isInteger(length) ||
    length < 0 ||
    surrogate.test(text.slice(0, length + 1)) ||
    surrogate.test(end)
  ) {
    run.weigh(length)
    return liquidTruncate.call(this, value, length, end)
  }
  run.use(end.length)
  if (text.length <= length) return value
  return text.slice(0, Math.max(length - end.length, 0)) + end
}
const liquidTruncate = (builtIn as unknown as { readonly truncate: BuiltIn }).truncate

/** As LiquidJS's stringify. */
function textOf(run: Run, value: unknown): string {
  if (typeof value === 'string') return value
  const inner: unknown = toValue(value)
  if (inner === undefined || inner === null) return ''
  if (Array.isArray(inner)) {
    run.weigh(inner)
    return inner.map((one) => textOf(run, one)).join('')
  }
  return printed(inner)
}
