import { isAbsent, type Resolver } from '../ports/resolver.ts'
import { parseTags } from './tags.ts'

export type DmarcPolicy = 'none' | 'quarantine' | 'reject'

export interface DmarcRecord {
  /** Where it is published, without `_dmarc.`. */
  readonly domain: string
  readonly text: string
  readonly policy: DmarcPolicy
  readonly subdomainPolicy: DmarcPolicy
  readonly dkim: 'relaxed' | 'strict'
  readonly spf: 'relaxed' | 'strict'
  /** Aggregate reports go somewhere. */
  readonly reports: boolean
  /** `t=y` (RFC 9989 4.7): receivers apply the next weaker policy. */
  readonly testing: boolean
}

export type DmarcLook =
  | {
      readonly kind: 'record'
      readonly record: DmarcRecord
      /** What holds for the domain that was asked about. */
      readonly policy: DmarcPolicy
      /** What relaxed alignment goes by. */
      readonly organization: string
    }
  | { readonly kind: 'absent'; readonly organization: string }
  | { readonly kind: 'malformed'; readonly domain: string; readonly problem: string }
  | { readonly kind: 'unanswered'; readonly domain: string }

// RFC 9989 4.10: of a name with more labels the walk goes on with seven.
const maxLabels = 8

/** Find the policy of a domain by the tree walk of RFC 9989 4.10, which has taken the place of RFC 7489's list of public
 *  suffixes: the domain itself, then its parents. Never rejects. */
export async function lookUpDmarc(domain: string, resolver: Resolver): Promise<DmarcLook> {
  const found: {
    readonly domain: string
    readonly tags: ReadonlyMap<string, string>
    readonly text: string
  }[] = []
  for (const place of walkOf(domain)) {
    const answer = await resolver.txt(`_dmarc.${place}`)
    if (answer.failure !== undefined && !isAbsent(answer.failure))
      return { kind: 'unanswered', domain: place }
    const records = (answer.ok ?? []).filter((text) => /^v\s*=\s*DMARC1\s*(;|$)/.test(text))
    if (records.length > 1 && place === domain)
      return {
        kind: 'malformed',
        domain: place,
        problem: `there are ${records.length} records: none of them counts`,
      }
    if (records.length !== 1) continue
    const tags = parseTags(records[0]!)
    if (tags === null) {
      if (place === domain) return { kind: 'malformed', domain: place, problem: 'it is no list of tags' }
      continue
    }
    found.push({ domain: place, tags, text: records[0]! })
    // "psd=n": this is the organization's, whatever stands above it.
    if (tags.get('psd') === 'n') break
  }
  const organization = organizationOf(domain, found)
  const [own] = found
  const holder = own?.domain === domain ? own : found.find((each) => each.domain === organization)
  if (holder === undefined) return { kind: 'absent', organization }

  const said = holder.tags.get('p')
  if (said !== undefined && policyOf(said) === null)
    return { kind: 'malformed', domain: holder.domain, problem: `its policy is "p=${said}"` }
  const policy = policyOf(said) ?? 'none'
  const subdomainPolicy = policyOf(holder.tags.get('sp')) ?? policy
  const record: DmarcRecord = {
    domain: holder.domain,
    text: holder.text,
    policy,
    subdomainPolicy,
    dkim: holder.tags.get('adkim') === 's' ? 'strict' : 'relaxed',
    spf: holder.tags.get('aspf') === 's' ? 'strict' : 'relaxed',
    reports: (holder.tags.get('rua') ?? '') !== '',
    testing: holder.tags.get('t') === 'y',
  }
  return {
    kind: 'record',
    record,
    policy: holder.domain === domain ? policy : subdomainPolicy,
    organization,
  }
}

const policyOf = (text: string | undefined): DmarcPolicy | null =>
  text === 'none' || text === 'quarantine' || text === 'reject' ? text : null

/** The domain, then its parents down to the last label. */
function walkOf(domain: string): readonly string[] {
  const labels = domain.split('.')
  const places = [domain]
  const first = labels.length > maxLabels ? labels.length - (maxLabels - 1) : 1
  for (let i = first; i < labels.length; i++) places.push(labels.slice(i).join('.'))
  return places
}

/** RFC 9989 4.10.2: below a public suffix, else where "psd=n" is said, else the highest that has a record, else itself. */
function organizationOf(
  domain: string,
  found: readonly { readonly domain: string; readonly tags: ReadonlyMap<string, string> }[],
): string {
  for (const { domain: place, tags } of found) {
    if (tags.get('psd') === 'n') return place
    if (tags.get('psd') === 'y' && place !== domain) {
      const depth = place.split('.').length
      return domain
        .split('.')
        .slice(-depth - 1)
        .join('.')
    }
  }
  return found.at(-1)?.domain ?? domain
}

/** RFC 9989 4.9: does a domain that passed speak for the From domain? Each needs its organization for `relaxed`. */
export function isAligned(
  mode: 'relaxed' | 'strict',
  from: { readonly domain: string; readonly organization: string },
  passed: { readonly domain: string; readonly organization: string },
): boolean {
  if (from.domain === passed.domain) return true
  return mode === 'relaxed' && from.organization === passed.organization
}
