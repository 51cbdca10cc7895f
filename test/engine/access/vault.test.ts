import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVault } from '../../../engine/access/vault.ts'

const keyText = (letter: string) => letter.repeat(43)
const [old, fresh, other] = [keyText('a'), keyText('b'), keyText('c')]
const place = { purpose: 'user.totp', row: 7 }
const secret = Buffer.from('a secret')
const refused = { code: 'E_VAULT' }

describe('the vault', () => {
  test('opens what it sealed, whatever it is', () => {
    const vault = createVault([old])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string(), (bytes, purpose, row) => {
        const sealed = vault.seal(bytes, { purpose, row })
        expect(vault.open(sealed, { purpose, row }).equals(bytes)).toBe(true)
      }),
    )
  })

  test('shows nothing of it, and seals the same differently each time', () => {
    const vault = createVault([old])
    const sealed = vault.seal(secret, place)
    expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/)
    expect(sealed).not.toContain(secret.toString('base64url'))
    expect(vault.seal(secret, place)).not.toBe(sealed)
    expect(sealed).not.toContain(old.slice(0, 8))
  })

  test('opens nothing that was moved elsewhere', () => {
    const vault = createVault([old])
    const sealed = vault.seal(secret, place)
    for (const elsewhere of [
      { ...place, row: 8 },
      { ...place, purpose: 'user' },
      { purpose: 'user.totp","7', row: '' },
    ])
      expect(() => vault.open(sealed, elsewhere)).toThrow(expect.objectContaining(refused))
    expect(vault.open(sealed, { ...place, row: '7' })).toEqual(secret)
  })

  test('opens nothing that was changed, at any place', () => {
    const vault = createVault([old])
    const sealed = vault.seal(secret, place)
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      // The last digit of base64 has bits that mean nothing.
      let opened: Buffer | null = null
      try {
        opened = vault.open(changed, place)
      } catch (error) {
        expect(error).toMatchObject(refused)
      }
      if (opened !== null) expect([at, opened]).toEqual([sealed.length - 1, secret])
    }
    for (const text of ['', 'v1', 'v1.a.b.c', `v2${sealed.slice(2)}`, `${sealed}.x`, 'plain'])
      expect(() => vault.open(text, place)).toThrow(expect.objectContaining(refused))
  })

  test('seals under the newest key, and opens under all', () => {
    const before = createVault([old]).seal(secret, place)
    const both = createVault([fresh, old])
    expect(both.open(before, place)).toEqual(secret)
    const after = both.seal(secret, place)
    expect(createVault([fresh]).open(after, place)).toEqual(secret)
    expect(() => createVault([old]).open(after, place)).toThrow(expect.objectContaining(refused))
  })

  test('reseals what is not under the newest key, once, and only what it can open', () => {
    const before = createVault([old]).seal(secret, place)
    const both = createVault([fresh, old])
    const resealed = both.reseal(before, place)
    expect(createVault([fresh]).open(resealed!, place)).toEqual(secret)
    expect(both.reseal(resealed!, place)).toBeNull()
    expect(() => both.reseal(before, { ...place, row: 9 })).toThrow(expect.objectContaining(refused))
    expect(() => createVault([other]).reseal(before, place)).toThrow(
      expect.objectContaining({ code: 'E_VAULT', message: expect.stringMatching(/the key "[\w-]{8}"/) }),
    )
  })

  test('needs a key', () => {
    expect(() => createVault([])).toThrow(expect.objectContaining(refused))
  })
})
