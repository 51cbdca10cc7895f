import { createPublicKey } from 'node:crypto'
import type { DnsFailure, Resolver } from '../ports/resolver.ts'
import { isAbsent } from '../ports/resolver.ts'
import { parseTags } from './tags.ts'

/** What `SELECTOR._domainkey.DOMAIN` publishes. */
export type DkimLook =
  | {
      readonly kind: 'key'
      readonly name: string
      readonly algorithm: 'rsa' | 'ed25519'
      readonly bits: number
      /** `t=y`: receivers treat what it signs as unsigned (RFC 6376 3.6.1). */
      readonly testing: boolean
      /** Of the key alone, base64. */
      readonly published: string
    }
  /** An empty `p=`: whatever it signs fails. */
  | { readonly kind: 'revoked'; readonly name: string }
  | { readonly kind: 'absent'; readonly name: string }
  | { readonly kind: 'malformed'; readonly name: string; readonly problem: string }
  | { readonly kind: 'unanswered'; readonly name: string; readonly failure: DnsFailure }

/** Look a DKIM key up (RFC 6376 3.6, RFC 8463). Never rejects. */
export async function lookUpDkim(domain: string, selector: string, resolver: Resolver): Promise<DkimLook> {
  const name = `${selector}._domainkey.${domain}`
  const answer = await resolver.txt(name)
  if (answer.failure !== undefined)
    return isAbsent(answer.failure)
      ? { kind: 'absent', name }
      : { kind: 'unanswered', name, failure: answer.failure }
  const wrong = (problem: string): DkimLook => ({ kind: 'malformed', name, problem })
  if (answer.ok.length > 1)
    return wrong(`there are ${answer.ok.length} records: which one holds is undefined`)
  const tags = parseTags(answer.ok[0]!)
  if (tags === null) return wrong('it is no list of tags')
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1') return wrong(`its version is "${tags.get('v')}"`)
  const key = tags.get('p')?.replaceAll(/\s/g, '')
  if (key === undefined) return wrong('it has no "p="')
  if (key === '') return { kind: 'revoked', name }
  const algorithm = tags.get('k') ?? 'rsa'
  if (algorithm !== 'rsa' && algorithm !== 'ed25519') return wrong(`its kind of key is "${algorithm}"`)
  const services = (tags.get('s') ?? '*').split(':').map((service) => service.trim())
  if (!services.includes('*') && !services.includes('email')) return wrong('it is not for e-mail ("s=")')
  const hashes = tags
    .get('h')
    ?.split(':')
    .map((hash) => hash.trim())
  if (hashes !== undefined && !hashes.includes('sha256')) return wrong('it does not allow SHA-256 ("h=")')
  const bits = bitsOf(algorithm, Buffer.from(key, 'base64'))
  if (bits === null) return wrong('its "p=" is no key: it may have been cut when it was entered')
  const testing = (tags.get('t') ?? '').split(':').some((flag) => flag.trim() === 'y')
  return { kind: 'key', name, algorithm, bits, testing, published: key }
}

// RFC 8410: what stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo.
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex')

function bitsOf(algorithm: 'rsa' | 'ed25519', der: Buffer): number | null {
  if (algorithm === 'ed25519' && der.length !== 32) return null
  try {
    const key = createPublicKey({
      key: algorithm === 'rsa' ? der : Buffer.concat([ed25519Prefix, der]),
      format: 'der',
      type: 'spki',
    })
    if (algorithm === 'ed25519') return 256
    return key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? null) : null
  } catch {
    return null
  }
}
