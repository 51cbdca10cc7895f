import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crockford, toBase32 } from '../../../engine/access/base32.ts'
import { newRecoveryCodes, takeRecoveryCode } from '../../../engine/access/recovery.ts'
import { newTotpSecret, otpauthUri, stepAt, takenStep, totpCode } from '../../../engine/access/totp.ts'

describe('TOTP', () => {
  // RFC 6238, appendix B: the secret is as long as the hash.
  const seed = (length: number) => Buffer.from('1234567890'.repeat(7).slice(0, length))
  const vectors = [
    [59, '94287082', '46119246', '90693936'],
    [1_111_111_109, '07081804', '68084774', '25091201'],
    [1_111_111_111, '14050471', '67062674', '99943326'],
    [1_234_567_890, '89005924', '91819424', '93441116'],
    [2_000_000_000, '69279037', '90698825', '38618901'],
    [20_000_000_000, '65353130', '77737706', '47863826'],
  ] as const

  test.each(vectors)('gives at %i s what RFC 6238 says', (seconds, sha1, sha256, sha512) => {
    const step = stepAt(seconds * 1000)
    const options = { digits: 8 }
    expect(totpCode(seed(20), step, options)).toBe(sha1)
    expect(totpCode(seed(32), step, { ...options, algorithm: 'sha256' })).toBe(sha256)
    expect(totpCode(seed(64), step, { ...options, algorithm: 'sha512' })).toBe(sha512)
    expect(totpCode(seed(20), step)).toBe(sha1.slice(-6))
  })

  const secret = seed(20)
  const now = 1_800_000_000_000
  const present = stepAt(now)
  const code = (step: number) => totpCode(secret, step)

  test('takes the code of now, of the step before and of the one after', () => {
    for (const step of [present - 1, present, present + 1])
      expect(takenStep(secret, code(step), { now, lastStep: null })).toBe(step)
    for (const step of [present - 2, present + 2])
      expect(takenStep(secret, code(step), { now, lastStep: null })).toBeNull()
    expect(takenStep(newTotpSecret(), code(present), { now, lastStep: null })).toBeNull()
  })

  test('takes a code once, and none of before it afterwards', () => {
    expect(takenStep(secret, code(present), { now, lastStep: present })).toBeNull()
    expect(takenStep(secret, code(present - 1), { now, lastStep: present })).toBeNull()
    expect(takenStep(secret, code(present + 1), { now, lastStep: present })).toBe(present + 1)
    expect(takenStep(secret, code(present), { now, lastStep: present - 1 })).toBe(present)
  })

  test('takes a code as apps show it, and nothing that is no code', () => {
    const shown = code(present).replace(/^.../, '$& ')
    expect(takenStep(secret, shown, { now, lastStep: null })).toBe(present)
    for (const typed of ['', code(present).slice(1), `${code(present)}0`, '１２３４５６', '\0'])
      expect(takenStep(secret, typed, { now, lastStep: null })).toBeNull()
  })

  test('works at the beginning of time', () => {
    expect(takenStep(secret, code(0), { now: 0, lastStep: null })).toBe(0)
  })

  test('its URI says what an app must know, whatever the names hold', () => {
    const uri = otpauthUri({ issuer: 'The Daily: News & more', name: 'anna+x@example.org', secret })
    const url = new URL(uri)
    expect(uri).toMatch(/^otpauth:\/\/totp\/The%20Daily%20%20News%20%26%20more:anna%2Bx%40example\.org\?/)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'The Daily: News & more',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base 32 of "%s" is that of RFC 4648, section 10', (text, encoded) => {
  expect(toBase32(Buffer.from(text))).toBe(encoded)
})

describe('recovery codes', () => {
  test('are ten, all different, and kept as hashes', () => {
    const { codes, hashes } = newRecoveryCodes()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(new RegExp(`^([${crockford}]{6}-){3}[${crockford}]{6}$`))
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(newRecoveryCodes().codes).not.toEqual(codes)
  })

  test('each is taken once, in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (order) => {
        const { codes, hashes } = newRecoveryCodes()
        let left: readonly string[] = hashes
        for (const index of order) {
          const after = takeRecoveryCode(left, codes[index]!)
          expect(after).toEqual(left.filter((hash) => hash !== hashes[index]))
          expect(takeRecoveryCode(after!, codes[index]!)).toBeNull()
          left = after!
        }
        expect(left).toHaveLength(10 - order.length)
      }),
      { numRuns: 20 },
    )
  })

  test('are read as they were written down', () => {
    const { codes, hashes } = newRecoveryCodes()
    for (const code of codes) {
      const written = code.toUpperCase().replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('-', ' ')
      expect(takeRecoveryCode(hashes, ` ${written} `)).toHaveLength(9)
    }
    expect(takeRecoveryCode(hashes, '')).toBeNull()
    expect(takeRecoveryCode(hashes, hashes[0]!)).toBeNull()
  })
})
