import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
} from 'node:crypto'

/** One secret of an endpoint, ready to sign. */
export interface SigningKey {
  /** What receivers verify with: `whpk_...` of an Ed25519 key; null of a shared secret. */
  readonly publicKey: string | null
  /** `v1,...` or `v1a,...` of `id.timestamp.payload`. */
  sign(content: Buffer): string
}

// RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8.
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Standard Webhooks, "Signature scheme": `whsec_` with 24 to 64 random bytes for HMAC-SHA-256, `whsk_` with an Ed25519 seed
 *  (32 bytes, or 64 where the public key follows it). Null for everything else. */
export function readSecret(secret: string): SigningKey | null {
  const [, kind, text = ''] = /^(whsec|whsk)_(.+)$/s.exec(secret) ?? []
  if (kind === undefined || !base64.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  if (kind === 'whsec') return bytes.length < 24 || bytes.length > 64 ? null : hmacKey(bytes)
  if (bytes.length !== 32 && bytes.length !== 64) return null
  return ed25519Key(
    createPrivateKey({
      key: Buffer.concat([pkcs8Head, bytes.subarray(0, 32)]),
      format: 'der',
      type: 'pkcs8',
    }),
  )
}

function hmacKey(secret: Buffer): SigningKey {
  // Made once: from bytes Node makes one for every signature, which takes five times as long as signing.
  const key = createSecretKey(secret)
  return {
    publicKey: null,
    sign: (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
  }
}

function ed25519Key(key: KeyObject): SigningKey {
  // The last 32 bytes of the SPKI form are the key itself.
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: `whpk_${spki.subarray(-32).toString('base64')}`,
    sign: (content) => `v1a,${sign(null, content, key).toString('base64')}`,
  }
}

/** The three headers of one attempt. Several keys are a rotation: receivers take whichever signature they know. */
export function webhookHeaders(
  keys: readonly SigningKey[],
  id: string,
  now: number,
  payload: Buffer,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), payload])
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => key.sign(content)).join(' '),
  }
}

/** The same for every attempt of a post. Without a dot, which separates what is signed. */
export const webhookId = (key: string): string =>
  /^[A-Za-z0-9_-]{1,64}$/.test(key)
    ? key
    : `msg_${createHash('sha256').update(key).digest('base64url').slice(0, 27)}`
