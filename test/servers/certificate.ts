import { createSign, generateKeyPairSync } from 'node:crypto'

const day = 86_400_000

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A self-signed certificate for these names and addresses, made without any tool: DER by hand (RFC 5280). Valid from
 *  yesterday on, for 31 days, unless `from` (epoch ms) says otherwise. */
export function makeCertificate(
  names: readonly string[],
  addresses: readonly string[] = [],
  options: { readonly kind?: 'ec' | 'rsa'; readonly from?: number } = {},
): Certificate {
  const { kind = 'ec', from = Date.now() - day } = options
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const algorithm =
    kind === 'ec'
      ? sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
      : sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), tlv(0x05, Buffer.alloc(0)))
  const name = sequence(
    tlv(0x31, sequence(oid(0x55, 0x04, 0x03), tlv(0x0c, Buffer.from(names[0] ?? 'test')))),
  )
  const alternatives = sequence(
    ...names.map((text) => tlv(0x82, Buffer.from(text))),
    ...addresses.map((text) => tlv(0x87, Buffer.from(text.split('.').map(Number)))),
  )
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(utcTime(from), utcTime(from + 31 * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), tlv(0x04, alternatives)))),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const der = sequence(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: readonly Buffer[]) => tlv(0x30, Buffer.concat(parts))
const oid = (...bytes: readonly number[]) => tlv(0x06, Buffer.from(bytes))
/** Below 128. */
const integer = (value: number) => tlv(0x02, Buffer.from([value]))
const utcTime = (ms: number) =>
  tlv(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
