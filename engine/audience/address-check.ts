import { resolveMx } from 'node:dns/promises'
import { LRUCache } from 'lru-cache'
import { domainOf } from '../model/address.ts'
import { disposableDomains, providerDomains, roleNames } from './address-lists.ts'

export const checkNames = ['role', 'disposable', 'typo', 'mx'] as const
export type CheckName = (typeof checkNames)[number]
export const checkActions = ['off', 'warn', 'reject'] as const
export type CheckAction = (typeof checkActions)[number]
/** What to do about each; absent is `off`. */
export type CheckActions = { readonly [name in CheckName]?: CheckAction | undefined }

export interface AddressFinding {
  readonly check: CheckName
  readonly message: string
  /** The address that was probably meant. */
  readonly suggestion?: string
}

export interface AddressChecker {
  /** Findings about an address as `parseAddress` gives it. Only `mx` asks the network. */
  check(address: string, names: ReadonlySet<CheckName>): Promise<readonly AddressFinding[]>
}

export interface AddressCheckerOptions {
  /** The operator's own disposable domains, beside those that are known. */
  readonly disposable?: readonly string[]
  /** Domains that are not disposable whatever a list says. */
  readonly trusted?: readonly string[]
  /** Rejects with ENODATA or ENOTFOUND where there is none. Default: node:dns. */
  readonly resolveMx?: (domain: string) => Promise<readonly { readonly exchange: string }[]>
  readonly maxLookups?: number
}

const rememberedDomains = 10_000

/** Checks beyond the syntax, which `parseAddress` has done. An answer of the name service that is no answer (a time-out, a
 *  broken server) is no finding. */
export function createAddressChecker(options: AddressCheckerOptions = {}): AddressChecker {
  const { resolveMx: resolve = resolveMx, maxLookups = 16 } = options
  const own = new Set((options.disposable ?? []).map((domain) => domain.toLowerCase()))
  const trusted = new Set((options.trusted ?? []).map((domain) => domain.toLowerCase()))
  const hosts = new LRUCache<string, Promise<boolean>>({ max: rememberedDomains })
  let packaged: Promise<ReadonlySet<string>> | null = null
  let running = 0
  const waiting: (() => void)[] = []

  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= maxLookups) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
  const takesMail = (domain: string): Promise<boolean> => {
    const known = hosts.get(domain)
    if (known !== undefined) return known
    const answer = limited(async () => {
      try {
        const found = await resolve(domain)
        // RFC 7505: one exchange "." says that there is no mail.
        return found.some(({ exchange }) => exchange !== '' && exchange !== '.')
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'ENOTFOUND' || code === 'ENODATA') return false
        hosts.delete(domain)
        return true
      }
    })
    hosts.set(domain, answer)
    return answer
  }
  const isDisposable = async (domain: string): Promise<boolean> => {
    // 1 MB of names: only for those who ask.
    packaged ??= import('mailchecker').then(({ default: checker }) => new Set(checker.blacklist()))
    const lists = [own, disposableDomains, await packaged]
    for (let name = domain; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
      if (trusted.has(name)) return false
      if (lists.some((list) => list.has(name))) return true
    }
    return false
  }

  return {
    async check(address, names) {
      const domain = domainOf(address)
      const local = address.slice(0, address.length - domain.length - 1)
      const found: AddressFinding[] = []
      if (names.has('role') && roleNames.has(local.split('+', 1)[0]!))
        found.push({ check: 'role', message: `"${local}" is a role and not a person` })
      if (names.has('disposable') && (await isDisposable(domain)))
        found.push({ check: 'disposable', message: `"${domain}" gives addresses away for minutes` })
      const meant = names.has('typo') ? likelyDomain(domain) : null
      if (meant !== null)
        found.push({
          check: 'typo',
          message: `"${domain}" is probably "${meant}"`,
          suggestion: `${local}@${meant}`,
        })
      if (names.has('mx') && !(await takesMail(domain)))
        found.push({ check: 'mx', message: `"${domain}" has no mail server` })
      return found
    },
  }
}

/** The large provider that a domain is one slip away from (two in long names), or null. Known domains are themselves. */
export function likelyDomain(domain: string): string | null {
  if (providerDomains.has(domain) || domain.length > 40) return null
  let best: string | null = null
  let bestSlips = 3
  for (const provider of providerDomains.keys()) {
    if (Math.abs(provider.length - domain.length) > 2) continue
    const allowed = provider.length >= 10 ? 2 : 1
    const slips = distance(domain, provider, Math.min(allowed, bestSlips - 1))
    if (slips < bestSlips && slips <= allowed) {
      best = provider
      bestSlips = slips
    }
  }
  if (best === null || bestSlips < 2) return best
  // Two slips: only where the beginning is the same, or "gmx.com" would be "gm.at".
  return best[0] === domain[0] ? best : null
}

/** Edit distance with swapped neighbours as one slip (optimal string alignment); more than `limit` is `limit` + 1. */
export function distance(a: string, b: string, limit: number): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, before[j - 2]! + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least > limit) return limit + 1
    before = last
    last = row
  }
  return Math.min(last[b.length]!, limit + 1)
}
