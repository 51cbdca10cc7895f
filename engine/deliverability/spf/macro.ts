import { type Address, isFour } from '../../analytics/read/address.ts'

/** Who sends, as macros see it. */
export interface SpfSubject {
  /** The whole MAIL FROM address; `postmaster@` the HELO name where that is empty (RFC 7208 2.4). */
  readonly sender: string
  readonly helo: string
  /** Null: not known. */
  readonly ip: Address | null
}

/** Fill in the macros of a domain (RFC 7208 7.3). `p` is "unknown": looking it up is advised against (7.2), and no sender that
 *  is found today needs it. */
export function expandMacros(text: string, domain: string, subject: SpfSubject): string {
  const at = subject.sender.lastIndexOf('@')
  const values: { readonly [letter: string]: string } = {
    s: subject.sender,
    l: at > 0 ? subject.sender.slice(0, at) : 'postmaster',
    o: subject.sender.slice(at + 1),
    d: domain,
    i: dotted(subject.ip),
    p: 'unknown',
    v: subject.ip !== null && !isFour(subject.ip) ? 'ip6' : 'in-addr',
    h: subject.helo,
  }
  const expanded = text.replaceAll(
    /%(?:\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|([%_-]))/gi,
    (whole, letter: string | undefined, digits: string, reverse: string, marks: string, plain: string) => {
      if (letter === undefined) return { '%': '%', _: ' ', '-': '%20' }[plain] ?? whole
      const value = values[letter.toLowerCase()] ?? ''
      const delimiters = marks || '.'
      const parts = value.split(new RegExp(`[${delimiters.replaceAll('-', '\\-')}]`))
      if (reverse !== '') parts.reverse()
      const kept = digits === '' ? parts : parts.slice(-Number(digits))
      const made = kept.join('.')
      return letter === letter.toUpperCase() ? encodeURIComponent(made) : made
    },
  )
  // A name that is too long loses labels from its left (7.3).
  let name = expanded
  while (name.length > 253 && name.includes('.')) name = name.slice(name.indexOf('.') + 1)
  return name
}

function dotted(ip: Address | null): string {
  if (ip === null) return '0.0.0.0'
  if (isFour(ip)) return [24, 16, 8, 0].map((shift) => (ip[3]! >>> shift) & 255).join('.')
  return [...ip]
    .map((word) => word.toString(16).padStart(8, '0'))
    .join('')
    .split('')
    .join('.')
}
