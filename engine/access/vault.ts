import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { BroadsheetError } from '../errors.ts'

/** Where a sealed value is kept. It opens nowhere else: who can write to the database cannot move one user's secret to
 *  another's row. */
export interface SealedFor {
  /** "user.totp". */
  readonly purpose: string
  /** The id of its row. */
  readonly row: string | number
}

/** Keeps secrets that are kept in the database unreadable there. */
export interface Vault {
  /** Under the newest key: `v1.KEY.NONCE.SEALED`. */
  seal(secret: Uint8Array, place: SealedFor): string
  /** Throws E_VAULT: it was sealed under a key that is not here, for another place, or was changed. */
  open(sealed: string, place: SealedFor): Buffer
  /** Under the newest key; null: it is. Throws as `open` does. */
  reseal(sealed: string, place: SealedFor): string | null
}

const version = 'v1'
// NIST SP 800-38D: a random nonce of 96 bits is good for 2^32 values under one key.
const nonceBytes = 12
const tagBytes = 16

interface Key {
  readonly id: string
  readonly bytes: Uint8Array
}

/** `keys`: texts of at least 32 random characters, the newest first. AES-256-GCM, under a key made of each by HKDF (RFC 5869);
 *  the name of a key is made of it too, so that nobody has to give it one. */
export function createVault(keys: readonly string[]): Vault {
  const known = new Map<string, Key>()
  for (const text of keys) {
    const key = keyOf(text)
    if (!known.has(key.id)) known.set(key.id, key)
  }
  const [newest] = known.values()
  if (newest === undefined) throw new BroadsheetError('E_VAULT', 'The vault has no key.')

  const seal = (secret: Uint8Array, place: SealedFor): string => {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', newest.bytes, nonce)
    cipher.setAAD(placeOf(newest, place))
    const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
    return [version, newest.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
  }

  const open = (text: string, place: SealedFor): Buffer => {
    const { id, nonce, sealed } = parse(text)
    const key = known.get(id)
    if (key === undefined)
      throw new BroadsheetError(
        'E_VAULT',
        `A secret was sealed under the key "${id}", which is not among the vault's: ${[...known.keys()].join(', ')}. Bring it back from the backup of <data>/vault, or of the setting "vaultKeys".`,
      )
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce)
    decipher.setAAD(placeOf(key, place))
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
    } catch (error) {
      throw new BroadsheetError(
        'E_VAULT',
        `A secret that was sealed for ${place.purpose} does not open: it was changed, or belongs elsewhere.`,
        { cause: error },
      )
    }
  }

  return {
    seal,
    open,
    reseal: (sealed, place) => (parse(sealed).id === newest.id ? null : seal(open(sealed, place), place)),
  }
}

const derive = (text: string, what: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', text, '', `broadsheet vault ${what} 1`, length))

const keyOf = (text: string): Key => ({
  id: derive(text, 'key name', 6).toString('base64url'),
  bytes: derive(text, 'key', 32),
})

/** Unambiguous, whatever the parts hold. */
const placeOf = ({ id }: Key, { purpose, row }: SealedFor): Buffer =>
  Buffer.from(JSON.stringify([version, id, purpose, String(row)]))

function parse(text: string): { readonly id: string; readonly nonce: Buffer; readonly sealed: Buffer } {
  const [form, id = '', nonce = '', sealed = '', ...more] = text.split('.')
  const parsed = { id, nonce: Buffer.from(nonce, 'base64url'), sealed: Buffer.from(sealed, 'base64url') }
  if (
    form !== version ||
    more.length > 0 ||
    parsed.nonce.length !== nonceBytes ||
    parsed.sealed.length < tagBytes
  )
    throw new BroadsheetError('E_VAULT', 'A sealed secret in the store is not one that Broadsheet wrote.')
  return parsed
}
