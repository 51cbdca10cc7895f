/** `a=b; c=d` as DKIM and DMARC write it (RFC 6376 3.2). Null where it is not such a list. The first of a name counts. */
export function parseTags(text: string): ReadonlyMap<string, string> | null {
  const tags = new Map<string, string>()
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(0, equals)).trim()
    if (!/^[a-z][a-z0-9_]*$/i.test(name)) return null
    if (!tags.has(name.toLowerCase())) tags.set(name.toLowerCase(), part.slice(equals + 1).trim())
  }
  return tags
}
