import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKeyedHash } from '../../../engine/compose/hmac.ts'
import { createLinks } from '../../../engine/compose/index.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'

const publicUrl = 'https://news.example.org/'
const old = 'an old secret of the house'
const young = 'a new secret of the house'
const links = createLinks({ secrets: [old], publicUrl })
const rotated = createLinks({ secrets: [young, old], publicUrl })
const ids = (publication: number, subscriber: number) =>
  [publication as PublicationId, subscriber as SubscriberId] as const
const anyId = fc.oneof(fc.nat(300), fc.maxSafeNat())

describe('a token', () => {
  it('gives back whom it was made for, is URL-safe and at most 44 characters', () => {
    fc.assert(
      fc.property(anyId, anyId, (publication, subscriber) => {
        const token = links.token(...ids(publication, subscriber))
        expect(token).toMatch(/^[A-Za-z0-9_-]{26,44}$/)
        expect(links.read(token)).toEqual({ publicationId: publication, subscriberId: subscriber })
        expect(links.token(...ids(publication, subscriber))).toBe(token)
      }),
    )
    expect(links.token(...ids(12, 4321))).toHaveLength(27)
  })

  it('outlives a rotation, and ends with its secret', () => {
    const token = links.token(...ids(7, 99))
    expect(rotated.read(token)).toEqual({ publicationId: 7, subscriberId: 99 })
    const next = rotated.token(...ids(7, 99))
    expect(next).not.toBe(token)
    expect(rotated.read(next)).toEqual({ publicationId: 7, subscriberId: 99 })
    expect(links.read(next)).toBeNull()
    expect(createLinks({ secrets: [young], publicUrl }).read(token)).toBeNull()
  })

  it('is found among many secrets, even when two have the same key id', () => {
    // 400 secrets have 256 key ids at most.
    const many = Array.from({ length: 400 }, (_, index) => `secret number ${index}`)
    const all = createLinks({ secrets: many, publicUrl })
    for (const secret of many) {
      const token = createLinks({ secrets: [secret], publicUrl }).token(...ids(3, 4))
      expect(all.read(token)).toEqual({ publicationId: 3, subscriberId: 4 })
    }
  })

  it('with any character changed, added or taken away is nobody’s', () => {
    const token = links.token(...ids(12, 4321))
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (let at = 0; at < token.length; at++) {
      for (const other of alphabet) {
        if (other === token[at]) continue
        expect(links.read(token.slice(0, at) + other + token.slice(at + 1))).toBeNull()
      }
      expect(links.read(token.slice(0, at))).toBeNull()
    }
    for (const end of [...alphabet.split(''), '=', '==', ' ', '\n', '%00', '.'])
      expect(links.read(token + end)).toBeNull()
  })

  it('that is garbage is nobody’s, and nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.string({ maxLength: 50 })),
        (text) => {
          expect(links.read(text)).toBeNull()
        },
      ),
    )
    for (const odd of ['', 'A', '_'.repeat(44), 'A'.repeat(44), 'x'.repeat(1_000_000), '\0']) {
      expect(links.read(odd)).toBeNull()
    }
    expect(links.read(undefined as unknown as string)).toBeNull()
    expect(links.read({ length: 3 } as unknown as string)).toBeNull()
  })

  it('stands in the unsubscribe address', () => {
    const token = links.token(...ids(1, 2))
    expect(links.unsubscribeUrl(...ids(1, 2))).toBe(`https://news.example.org/u/${token}`)
    const under = createLinks({ secrets: [old], publicUrl: 'https://exämple.org/news/' })
    expect(under.unsubscribeUrl(...ids(1, 2))).toBe(`https://xn--exmple-cua.org/news/u/${token}`)
  })
})

describe('a Message-ID', () => {
  it('is the same over a rotation, and another for every delivery', () => {
    const id = links.messageId(...ids(7, 99), 'smtp', 'example.org')
    expect(id).toMatch(/^<[0-9a-f]{32}@example\.org>$/)
    expect(rotated.messageId(...ids(7, 99), 'smtp', 'example.org')).toBe(id)
    const others = [
      links.messageId(...ids(7, 98), 'smtp', 'example.org'),
      links.messageId(...ids(79, 9), 'smtp', 'example.org'),
      links.messageId(...ids(7, 99), 'ses', 'example.org'),
    ]
    expect(new Set([id, ...others]).size).toBe(4)
  })
})

describe('the keyed hash', () => {
  it('is HMAC-SHA-256', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }).filter((text) => /^[\x00-\x7f]*$/.test(text)),
        (text) => {
          const key = createHmac('sha256', old).update('a purpose').digest('hex')
          const expected = createHmac('sha256', key).update(text).digest('hex')
          expect(createKeyedHash(old, 'a purpose')(text)).toBe(expected)
        },
      ),
    )
  })
})
