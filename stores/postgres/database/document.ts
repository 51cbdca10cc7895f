/** For `json_to_recordset`, which refuses halves of surrogate pairs in what becomes text. Null where there are none: the
 *  function has nothing to do with them then. */
export function documentOf(rows: readonly object[]): string | null {
  if (rows.length === 0) return null
  const text = JSON.stringify(rows)
  if (!/\\ud[89a-f]/i.test(text)) return text
  return JSON.stringify(rows, (_, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part))
}
