/** `Name: value`, the name in lower case, the value on one line. */
export interface Field {
  readonly name: string
  readonly value: string
}

const maxFields = 400
const maxValue = 8000
// RFC 5322 3.6.8, and a blank before the colon, which old servers write.
const start = /^([A-Za-z][A-Za-z0-9_-]{0,60})[ \t]{0,4}:/

/** A block of fields as RFC 822 writes them, unfolded. What is no field is passed over. */
export function readFields(block: string): readonly Field[] {
  const fields: { name: string; value: string }[] = []
  for (const line of block.split('\n')) {
    const last = fields.at(-1)
    if (last !== undefined && /^[ \t]/.test(line)) {
      if (last.value.length < maxValue) last.value = `${last.value} ${line.trim()}`.trim()
      continue
    }
    const name = start.exec(line)
    if (name === null) continue
    if (fields.length === maxFields) break
    fields.push({ name: name[1]!.toLowerCase(), value: line.slice(name[0].length, maxValue).trim() })
  }
  return fields
}

/** The first of that name. */
export const fieldOf = (fields: readonly Field[], name: string): string | null =>
  fields.find((field) => field.name === name)?.value ?? null

export const fieldsOf = (fields: readonly Field[], name: string): readonly string[] =>
  fields.filter((field) => field.name === name).map(({ value }) => value)

/** `text` of `rfc822; text`, without comments in front of it. */
export function typed(value: string): { readonly type: string; readonly text: string } {
  const at = value.indexOf(';')
  // Some leave the type out.
  if (at < 0 || at > 30) return { type: '', text: value.trim() }
  return { type: value.slice(0, at).trim().toLowerCase(), text: value.slice(at + 1).trim() }
}
