import { createPublicKey, verify } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { readSecret, webhookHeaders, webhookId } from '../../plugins/webhook/sign.ts'

const secret = (bytes: number, fill = 7) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`
const payload = Buffer.from('{"test": 2432232314}')
const at = 1_614_265_330_000
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const signatures = (...secrets: string[]) =>
  webhookHeaders(
    secrets.map((one) => readSecret(one)!),
    id,
    at,
    payload,
  )['webhook-signature']

describe('signatures are those of Standard Webhooks', () => {
  // The vectors of its own libraries (libraries/go: TestWebhookSign, TestAsymmetricWebhookSign).
  test('HMAC', () => {
    expect(signatures('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    )
  })
  test('Ed25519', () => {
    expect(signatures('whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=')).toBe(
      'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==',
    )
  })

  test.each([24, 32, 64])(
    'its package verifies ours with a secret of %i bytes, and nothing else',
    (bytes) => {
      const key = readSecret(secret(bytes))!
      const headers = webhookHeaders([key], 'msg_1', Date.now(), Buffer.from('{"a":"Grüße 😀"}'))
      expect(new Webhook(secret(bytes)).verify('{"a":"Grüße 😀"}', headers)).toEqual({ a: 'Grüße 😀' })
      expect(() => new Webhook(secret(bytes)).verify('{"a":"b"}', headers)).toThrow('No matching signature')
      expect(() =>
        new Webhook(secret(bytes)).verify('{"a":"Grüße 😀"}', { ...headers, 'webhook-id': 'msg_2' }),
      ).toThrow()
      expect(() => new Webhook(secret(bytes, 8)).verify('{"a":"Grüße 😀"}', headers)).toThrow()
    },
  )

  test('two secrets while they are exchanged: whoever has either verifies', () => {
    const keys = [readSecret(secret(32, 1))!, readSecret(secret(32, 2))!]
    const headers = webhookHeaders(keys, 'msg_1', Date.now(), payload)
    for (const fill of [1, 2]) expect(new Webhook(secret(32, fill)).verify(payload, headers)).toBeTruthy()
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
  })

  test('the public key that receivers are told verifies', () => {
    const key = readSecret(`whsk_${Buffer.alloc(32, 9).toString('base64')}`)!
    const content = Buffer.from('msg_1.1614265330.{}')
    const raw = Buffer.from(key.publicKey!.replace('whpk_', ''), 'base64')
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const signature = Buffer.from(key.sign(content).replace('v1a,', ''), 'base64')
    expect(verify(null, content, publicKey, signature)).toBe(true)
    // A key that its public half follows is the same key.
    const both = `whsk_${Buffer.concat([Buffer.alloc(32, 9), raw]).toString('base64')}`
    expect(readSecret(both)!.publicKey).toBe(key.publicKey)
  })
})

test.each([
  '',
  'whsec_',
  secret(23),
  secret(65),
  `whsec_${'ä'.repeat(40)}`,
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n',
  Buffer.alloc(32).toString('base64'),
  `whsk_${Buffer.alloc(31).toString('base64')}`,
  `whpk_${Buffer.alloc(32).toString('base64')}`,
])('is no secret: %j', (text) => {
  expect(readSecret(text)).toBeNull()
})

test('an id is the same for the same key, and holds no dot', () => {
  expect(webhookId('5f2a-42_x')).toBe('5f2a-42_x')
  const made = webhookId('<0123abcd@news.example.org>')
  expect(made).toMatch(/^msg_[A-Za-z0-9_-]{27}$/)
  expect(webhookId('<0123abcd@news.example.org>')).toBe(made)
  expect(webhookId('<0123abce@news.example.org>')).not.toBe(made)
})
