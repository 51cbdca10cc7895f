/** The parts of an SPF record (RFC 7208 4.6). */
export interface SpfRecord {
  readonly text: string
  readonly mechanisms: readonly Mechanism[]
  readonly redirect: string | null
}

export type Qualifier = 'pass' | 'fail' | 'softfail' | 'neutral'

export interface Mechanism {
  readonly kind: 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists'
  readonly qualifier: Qualifier
  /** Behind the colon; null: the domain itself. */
  readonly target: string | null
  readonly bits4: number
  readonly bits6: number
  readonly text: string
}

const qualifiers: { readonly [mark: string]: Qualifier } = {
  '+': 'pass',
  '-': 'fail',
  '~': 'softfail',
  '?': 'neutral',
}

/** Is it an SPF record at all, right or wrong? */
export const isSpf = (text: string): boolean => /^v=spf1( |$)/i.test(text)

/** The record, or what is wrong with it: for people, naming the term. */
export function parseSpf(text: string): SpfRecord | { readonly problem: string } {
  const mechanisms: Mechanism[] = []
  const modifiers = new Map<string, string>()
  for (const term of text.trim().split(/ +/).slice(1)) {
    const modifier = /^([a-z][a-z0-9._-]*)=(.*)$/i.exec(term)
    if (modifier !== null) {
      const name = modifier[1]!.toLowerCase()
      if (name !== 'redirect' && name !== 'exp') continue
      if (modifiers.has(name)) return { problem: `"${name}=" is there twice` }
      if (!isDomainSpec(modifier[2]!)) return { problem: `"${term}" names no domain` }
      modifiers.set(name, modifier[2]!)
      continue
    }
    const mechanism = parseMechanism(term)
    if (mechanism === null) return { problem: `"${term}" is no mechanism that there is` }
    mechanisms.push(mechanism)
  }
  return { text, mechanisms, redirect: modifiers.get('redirect') ?? null }
}

function parseMechanism(term: string): Mechanism | null {
  const [, mark = '', name = '', rest = ''] = /^([+\-~?]?)([a-z0-9]+)(.*)$/is.exec(term) ?? []
  const qualifier = qualifiers[mark || '+']!
  const kind = name.toLowerCase()
  const whole = { qualifier, target: null, bits4: 32, bits6: 128, text: term }
  switch (kind) {
    case 'all':
      return rest === '' ? { ...whole, kind } : null
    case 'include':
    case 'exists':
      return rest.startsWith(':') && isDomainSpec(rest.slice(1))
        ? { ...whole, kind, target: rest.slice(1) }
        : null
    case 'ptr':
      if (rest === '') return { ...whole, kind }
      return rest.startsWith(':') && isDomainSpec(rest.slice(1))
        ? { ...whole, kind, target: rest.slice(1) }
        : null
    case 'a':
    case 'mx': {
      const [, target, four, six] =
        /^(?::((?:[^/{]|\{[^}]*\})+))?(?:\/(\d{1,2}))?(?:\/\/(\d{1,3}))?$/.exec(rest) ?? []
      if (rest !== '' && target === undefined && four === undefined && six === undefined) return null
      if (target !== undefined && !isDomainSpec(target)) return null
      const bits4 = bitsOf(four, 32)
      const bits6 = bitsOf(six, 128)
      return bits4 === null || bits6 === null
        ? null
        : { ...whole, kind, target: target ?? null, bits4, bits6 }
    }
    case 'ip4':
    case 'ip6': {
      const [, target, length] = /^:([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(rest) ?? []
      const bits = bitsOf(length, kind === 'ip4' ? 32 : 128)
      if (target === undefined || bits === null || target.includes(':') !== (kind === 'ip6')) return null
      return kind === 'ip4'
        ? { ...whole, kind, target, bits4: bits }
        : { ...whole, kind, target, bits6: bits }
    }
    default:
      return null
  }
}

function bitsOf(text: string | undefined, most: number): number | null {
  if (text === undefined) return most
  if (text.length > 1 && text.startsWith('0')) return null
  const bits = Number(text)
  return bits <= most ? bits : null
}

/** RFC 7208 7.1: visible characters, macros in their form, and an end that is a domain's or a macro. */
function isDomainSpec(text: string): boolean {
  const rest = text.replaceAll(/%(?:\{[slodiphcrtv]\d*r?[.\-+,/_=]*\}|[%_-])/gi, '')
  return rest.length <= 253 && /^[\x21-\x24\x26-\x7e]*$/.test(rest) && text !== ''
}
