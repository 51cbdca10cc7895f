import { type Address, isFour, parseAddress } from '../../analytics/read/address.ts'
import { type DnsAnswer, isAbsent, type Resolver } from '../../ports/resolver.ts'
import { expandMacros, type SpfSubject } from './macro.ts'
import { isSpf, type Mechanism, parseSpf, type Qualifier } from './record.ts'

/** RFC 7208 2.6, and `temperror` for what DNS did not answer. */
export type SpfResult = Qualifier | 'none' | 'temperror' | 'permerror'

export interface SpfVerdict {
  readonly result: SpfResult
  /** For people: the term that decided, or what is wrong. */
  readonly why: string
  /** The domain's own record; null where there is none. */
  readonly record: string | null
  /** Terms that asked DNS, of at most 10. */
  readonly lookups: number
  /** Of those, answered with nothing, of at most 2. */
  readonly voids: number
}

export const spfLimits = { lookups: 10, voids: 2, names: 10 } as const

/** Ends the evaluation wherever it is. */
class Stop extends Error {
  readonly result: 'permerror' | 'temperror'
  constructor(result: 'permerror' | 'temperror', why: string) {
    super(why)
    this.result = result
  }
}

/** RFC 7208 4: may `ip` send mail from `domain`? Without an address every term is followed and none matches: what comes out is
 *  how the record ends, whether it can be evaluated at all, and what that costs at worst. Never rejects. */
export async function checkSpf(
  question: {
    readonly domain: string
    /** The MAIL FROM address. Default: postmaster of the domain. */
    readonly sender?: string
    readonly helo?: string
    /** Null: not known. */
    readonly ip: string | null
  },
  resolver: Resolver,
): Promise<SpfVerdict> {
  const { domain, helo = domain, sender = `postmaster@${domain}` } = question
  const subject: SpfSubject = {
    sender,
    helo,
    ip: question.ip === null ? null : parseAddress(question.ip),
  }
  let record: string | null = null
  let lookups = 0
  let voids = 0

  function countLookup(term: string): void {
    if (++lookups > spfLimits.lookups)
      throw new Stop(
        'permerror',
        `needs more than ${spfLimits.lookups} DNS lookups (reached at "${term}"): receivers give up`,
      )
  }

  /** What is there, where nothing is also an answer. */
  function listOf<T>(answer: DnsAnswer<T>, name: string): readonly T[] {
    if (answer.ok !== undefined) return answer.ok
    if (!isAbsent(answer.failure)) throw new Stop('temperror', `DNS did not answer for ${name}`)
    if (++voids > spfLimits.voids)
      throw new Stop('permerror', `more than ${spfLimits.voids} of its lookups find nothing (last: ${name})`)
    return []
  }

  const addressesOf = async (name: string): Promise<readonly string[]> => {
    if (subject.ip !== null)
      return listOf(await (isFour(subject.ip) ? resolver.a(name) : resolver.aaaa(name)), name)
    const [four, six] = await Promise.all([resolver.a(name), resolver.aaaa(name)])
    return [...(four.ok ?? []), ...(six.ok === undefined ? listOf(four.ok ? { ok: [] } : six, name) : six.ok)]
  }

  const within = (address: string, { bits4, bits6 }: Mechanism): boolean => {
    const network = parseAddress(address)
    if (subject.ip === null || network === null || isFour(network) !== isFour(subject.ip)) return false
    return sameNetwork(subject.ip, network, isFour(network) ? 96 + bits4 : bits6)
  }

  async function matches(mechanism: Mechanism, here: string): Promise<boolean> {
    const { kind, text } = mechanism
    const target = mechanism.target === null ? here : expandMacros(mechanism.target, here, subject)
    switch (kind) {
      case 'all':
        return true
      case 'ip4':
      case 'ip6':
        if (parseAddress(target) === null) throw new Stop('permerror', `"${text}" holds no address`)
        return within(target, mechanism)
      case 'a':
        countLookup(text)
        return (await addressesOf(target)).some((address) => within(address, mechanism))
      case 'mx': {
        countLookup(text)
        const hosts = listOf(await resolver.mx(target), target)
        if (hosts.length > spfLimits.names)
          throw new Stop('permerror', `"${text}" has more than ${spfLimits.names} mail servers`)
        for (const { host } of hosts)
          if ((await addressesOf(host)).some((address) => within(address, mechanism))) return true
        return false
      }
      case 'exists':
        countLookup(text)
        // Its name is made of the address: without one there is nothing to ask.
        return subject.ip !== null && listOf(await resolver.a(target), target).length > 0
      case 'ptr':
        countLookup(text)
        return hasName(target)
      case 'include': {
        countLookup(text)
        const inner = await evaluate(target)
        if (inner.result === 'none') throw new Stop('permerror', `"${text}": ${target} has no SPF record`)
        return subject.ip !== null && inner.result === 'pass'
      }
    }
  }

  /** A name of the address that leads back to it and ends in `target` (5.5). What DNS does not answer does not match. */
  async function hasName(target: string): Promise<boolean> {
    if (question.ip === null) return false
    const names = (await resolver.ptr(question.ip)).ok ?? []
    for (const name of names.slice(0, spfLimits.names)) {
      if (!isWithin(name, target)) continue
      const back = subject.ip !== null && isFour(subject.ip) ? resolver.a(name) : resolver.aaaa(name)
      const whole = { bits4: 32, bits6: 128 } as Mechanism
      if (((await back).ok ?? []).some((address) => within(address, whole))) return true
    }
    return false
  }

  async function evaluate(here: string): Promise<{ readonly result: SpfResult; readonly why: string }> {
    const answer = await resolver.txt(here)
    if (answer.failure !== undefined && !isAbsent(answer.failure))
      throw new Stop('temperror', `DNS did not answer for ${here}`)
    const found = (answer.ok ?? []).filter(isSpf)
    if (found.length === 0) return { result: 'none', why: `${here} has no SPF record` }
    if (here === domain) record ??= found[0]!
    if (found.length > 1)
      throw new Stop('permerror', `${here} has ${found.length} SPF records: there may be one`)
    const parsed = parseSpf(found[0]!)
    if ('problem' in parsed) throw new Stop('permerror', `${here}: ${parsed.problem}`)
    for (const mechanism of parsed.mechanisms) {
      if (await matches(mechanism, here))
        return { result: mechanism.qualifier, why: `"${mechanism.text}" of ${here}` }
    }
    if (parsed.redirect === null) return { result: 'neutral', why: `no term of ${here} fits` }
    countLookup(`redirect=${parsed.redirect}`)
    const target = expandMacros(parsed.redirect, here, subject)
    const outcome = await evaluate(target)
    if (outcome.result !== 'none') return outcome
    throw new Stop('permerror', `"redirect=${parsed.redirect}": ${target} has no SPF record`)
  }

  try {
    const { result, why } = await evaluate(domain)
    return { result, why, record, lookups, voids }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { result: error.result, why: error.message, record, lookups, voids }
  }
}

/** Is `name` this domain, or below it? */
export function isWithin(name: string, domain: string): boolean {
  const inner = name.toLowerCase().replace(/\.$/, '')
  const outer = domain.toLowerCase().replace(/\.$/, '')
  return inner === outer || inner.endsWith(`.${outer}`)
}

function sameNetwork(one: Address, other: Address, bits: number): boolean {
  for (let word = 0; word < 4; word++) {
    const left = bits - word * 32
    if (left <= 0) return true
    const mask = left >= 32 ? 0xffffffff : (0xffffffff << (32 - left)) >>> 0
    if ((one[word]! & mask) >>> 0 !== (other[word]! & mask) >>> 0) return false
  }
  return true
}
