import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { DkimKey } from '../config.ts'
import { BroadsheetError } from '../errors.ts'

const minRsaBits = 1024

export interface LoadedDkimKey {
  readonly key: KeyObject
  readonly rsa: boolean
  readonly signatureBytes: number
}

/** The private key of a DKIM setting. Throws E_CONFIG that names the key and what is wrong with it,
 *  never what is in it. RSA below 1024 bits is refused (RFC 8301 3.2: no verifier takes it). */
export function loadDkimKey(config: DkimKey): LoadedDkimKey {
  const pem = config.privateKey.trim()
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    refuseDkimKey(
      config,
      /-----BEGIN (CERTIFICATE|[A-Z ]*PUBLIC KEY)-----/.test(pem)
        ? 'is a public key or a certificate: the private key is needed'
        : 'is not a private key in PEM: it must begin with "-----BEGIN PRIVATE KEY-----"',
    )
  }
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    refuseDkimKey(config, 'is encrypted with a passphrase: store it decrypted (openssl pkey -in key.pem)')
  }
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    refuseDkimKey(config, 'cannot be read: the PEM block is damaged or cut off')
  }
  if (key.asymmetricKeyType === 'ed25519') return { key, rsa: false, signatureBytes: 64 }
  if (key.asymmetricKeyType !== 'rsa') {
    refuseDkimKey(config, `is of type ${key.asymmetricKeyType}: DKIM knows rsa and ed25519`)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < minRsaBits) {
    refuseDkimKey(config, `has ${bits} bits: verifiers refuse less than ${minRsaBits}; make one of 2048`)
  }
  return { key, rsa: true, signatureBytes: Math.ceil(bits / 8) }
}

export function refuseDkimKey({ domain, selector }: DkimKey, what: string): never {
  throw new BroadsheetError('E_CONFIG', `DKIM key "${selector}" of ${domain} ${what}`)
}

/** The TXT record that publishes a key, and its name (RFC 6376 3.6.2.1, RFC 8463 section 4). A string
 *  of a TXT record holds 255 characters: longer values are split when they are entered. */
export function dkimRecord(config: DkimKey): { readonly name: string; readonly value: string } {
  const { key, rsa } = loadDkimKey(config)
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' })
  // An Ed25519 record holds the bare key: the last 32 bytes of its SubjectPublicKeyInfo.
  const published = (rsa ? der : der.subarray(-32)).toString('base64')
  return {
    name: `${config.selector}._domainkey.${config.domain}`,
    value: `v=DKIM1; k=${rsa ? 'rsa' : 'ed25519'}; p=${published}`,
  }
}
