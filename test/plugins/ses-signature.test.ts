import { describe, expect, test } from 'vitest'
import { signRequest } from '../../plugins/ses/sign.ts'
import { expectedSignature, signatureFault } from '../servers/sigv4.ts'

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: null }
const scope = { region: 'us-east-1', service: 'service' }
const at = Date.UTC(2015, 7, 30, 12, 36)
const host = 'example.amazonaws.com'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** AWS's published suite (aws-sig-v4-test-suite): request and signature. */
const vectors: readonly [
  name: string,
  request: { method: string; target: string; headers?: Record<string, string>; body?: string },
  signature: string,
][] = [
  [
    'get-vanilla',
    { method: 'GET', target: '/' },
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'get-vanilla-query-order-key-case',
    { method: 'GET', target: '/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-vanilla',
    { method: 'POST', target: '/' },
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-x-www-form-urlencoded',
    { method: 'POST', target: '/', headers: form, body: 'Param1=value1' },
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
]

describe("AWS's own vectors", () => {
  test.each(vectors)('%s', (_, { method, target, headers = {}, body }, signature) => {
    const bytes = body === undefined ? null : Buffer.from(body)
    const url = `https://${host}${target}`
    const signed = signRequest({ method, url, headers, body: bytes, ...scope, credentials, at })
    const names = [...Object.keys(headers), 'host', 'x-amz-date'].join(';')
    expect(signed.headers.Authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    )
    // The server that plays SES computes it by itself.
    const received = { ...headers, host, 'x-amz-date': '20150830T123600Z' }
    const message = { method, target, headers: received, body: bytes ?? Buffer.alloc(0) }
    expect(expectedSignature(message, secretAccessKey, scope, names.split(';'))).toBe(signature)
  })
})

describe('the server that plays SES believes only what is signed as AWS wants it', () => {
  const body = Buffer.from('{"a":1}')
  const headers = { 'content-type': 'application/json' }
  const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey, sessionToken: 'a session' }
  const judge = (change: object = {}, later = 0, of: object = {}) => {
    const url = `https://${host}/v2/email/outbound-emails`
    const own = { ...credentials, sessionToken: 'a session', ...of }
    const signed = signRequest({ method: 'POST', url, headers, body, ...scope, credentials: own, at })
    const low = Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
    )
    const message = { method: 'POST', target: '/v2/email/outbound-emails', headers: low, body }
    return signatureFault({ ...message, ...change }, { keys: [key], ...scope, now: at + later })?.type ?? null
  }

  test('as it was signed', () => expect(judge()).toBeNull())
  test('another body', () =>
    expect(judge({ body: Buffer.from('{"a":2}') })).toBe('InvalidSignatureException'))
  test('another path', () => expect(judge({ target: '/v2/email/x' })).toBe('InvalidSignatureException'))
  test('six minutes late', () => expect(judge({}, 360_000)).toBe('InvalidSignatureException'))
  test('another secret', () =>
    expect(judge({}, 0, { secretAccessKey: 'x' })).toBe('InvalidSignatureException'))
  test('no session token', () =>
    expect(judge({}, 0, { sessionToken: null })).toBe('InvalidSignatureException'))
  test('an unknown key', () =>
    expect(judge({}, 0, { accessKeyId: 'AKID2' })).toBe('UnrecognizedClientException'))
  test('no signature', () => expect(judge({ headers })).toBe('MissingAuthenticationTokenException'))
})
