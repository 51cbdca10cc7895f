import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLinks, createPersonTokens } from '../../../engine/compose/index.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'

const publicUrl = 'https://news.example.org/'
const old = 'an old secret of the house'
const young = 'a new secret of the house'
const tokens = createPersonTokens({ secrets: [old], publicUrl })
const rotated = createPersonTokens({ secrets: [young, old], publicUrl })
const at = 1_800_000_000_000
const id = (value: number) => value as SubscriberId

describe('a person’s token', () => {
  it('gives back purpose, person and second', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('manage' as const, 'confirm' as const),
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 8_640_000_000_000 }),
        (purpose, subscriber, second) => {
          const token = tokens.token(purpose, id(subscriber), second * 1000 + 999)
          expect(token).toMatch(/^[A-Za-z0-9_-]{26,46}$/)
          expect(tokens.read(token)).toEqual({
            purpose,
            subscriberId: subscriber,
            issuedAt: second * 1000,
          })
        },
      ),
    )
  })

  it('outlives a rotation, and ends with its secret', () => {
    const token = tokens.token('confirm', id(5), at)
    expect(rotated.read(token)).toEqual({ purpose: 'confirm', subscriberId: 5, issuedAt: at })
    expect(createPersonTokens({ secrets: [young], publicUrl }).read(token)).toBeNull()
  })

  it('is no letter’s token, nor the other way round', () => {
    const links = createLinks({ secrets: [old], publicUrl })
    expect(links.read(tokens.token('manage', id(5), at))).toBeNull()
    expect(links.read(tokens.token('confirm', id(1), 0))).toBeNull()
    for (let publication = 0; publication < 50; publication++)
      expect(tokens.read(links.token(publication as PublicationId, id(5)))).toBeNull()
  })

  it('of one purpose does not pass for the other, and no character may change', () => {
    const token = tokens.token('confirm', id(5), at)
    const bytes = Buffer.from(token, 'base64url')
    bytes[1] = 0
    expect(tokens.read(bytes.toString('base64url'))).toBeNull()
    for (let i = 0; i < token.length; i++)
      for (const other of ['A', 'b', '9', '-']) {
        if (other === token[i]) continue
        expect(tokens.read(token.slice(0, i) + other + token.slice(i + 1))).toBeNull()
      }
    for (const text of ['', 'A', token.slice(1), `${token}=`, `${token}A`, 'x'.repeat(5000)])
      expect(tokens.read(text)).toBeNull()
  })

  it('stands in links that begin with the public address', () => {
    expect(tokens.manageUrl(id(5))).toBe(`https://news.example.org/p/${tokens.token('manage', id(5), 0)}`)
    expect(tokens.manageUrl(id(5))).toBe(tokens.manageUrl(id(5)))
    expect(tokens.confirmUrl(id(5), at)).toBe(
      `https://news.example.org/s/confirm/${tokens.token('confirm', id(5), at)}`,
    )
  })
})
