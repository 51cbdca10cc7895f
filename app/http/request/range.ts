/** The one range of bytes that a request asks for, both ends included (RFC 9110, 14). Null: all of it, also where it asks for several
 *  ranges, for another unit, or, by `If-Range`, for a part of something else. */
export function rangeOf(
  headers: { readonly [name: string]: string | readonly string[] | undefined },
  etag: string,
  size: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | null {
  const { range, 'if-range': onlyIf } = headers
  if (onlyIf !== undefined && onlyIf !== etag) return null
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(String(range)) ?? []
  if (first === '' && last === '') return null
  if (first === '') {
    const count = Math.min(Number(last), size)
    return count === 0 ? 'unsatisfiable' : { from: size - count, to: size - 1 }
  }
  const from = Number(first)
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < from) return null
  return from >= size ? 'unsatisfiable' : { from, to }
}
