const entities: { readonly [name: string]: string } = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
  '#34': '"',
}

/** Readable text of a small piece of HTML: tags go, paragraphs and line breaks stay, entities are resolved.
 *  Reads every character once. */
export function stripTags(html: string): string {
  if (!html.includes('<') && !html.includes('&')) return html
  let text = ''
  let from = 0
  let lower: string | null = null
  for (;;) {
    const open = html.indexOf('<', from)
    if (open < 0) break
    text += html.slice(from, open)
    const name = /^[a-z!/][a-z0-9]*/i.exec(html.slice(open + 1, open + 12))?.[0]?.toLowerCase()
    if (name === undefined) {
      text += '<'
      from = open + 1
      continue
    }
    let start = open
    if (name === 'script' || name === 'style') {
      lower ??= html.toLowerCase()
      start = lower.indexOf(`</${name}`, open)
      if (start < 0) return resolve(text)
    }
    const end = html.indexOf('>', start)
    if (end < 0) return resolve(text)
    if (name === 'br' || name === 'li') text += '\n'
    else if (name === '/p' || name === '/div' || name === '/tr' || name === '/h1' || name === '/h2')
      text += '\n'
    from = end + 1
  }
  return resolve(text + html.slice(from))
}

function resolve(text: string): string {
  return text.replace(/&(#?[a-z0-9]{1,8});/gi, (whole, name: string) => {
    const known = entities[name.toLowerCase()]
    if (known !== undefined) return known
    if (!name.startsWith('#')) return whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
      ? String.fromCodePoint(code)
      : whole
  })
}
