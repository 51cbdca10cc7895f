import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLinks } from '../../../engine/compose/links.ts'
import { createReturnAddresses } from '../../../engine/compose/verp.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'

const links = createLinks({ secrets: ['a secret of the test'], publicUrl: 'https://news.example.org' })
const returns = createReturnAddresses({ address: 'bounce@example.org', separator: '+', links })
const id = fc.integer({ min: 1, max: 2 ** 40 })
const of = (publication: number, subscriber: number) =>
  returns.of(publication as PublicationId, subscriber as SubscriberId)

describe('the envelope sender of a letter', () => {
  test('is an address that says whose letter it is, in upper and lower case', () => {
    fc.assert(
      fc.property(id, id, fc.constantFrom('as it is', 'lower', 'upper'), (publication, subscriber, how) => {
        const address = of(publication, subscriber)
        expect(address).toMatch(/^bounce\+[0-9a-v]{30,54}@example\.org$/)
        expect(address.indexOf('@')).toBeLessThanOrEqual(64)
        const back =
          how === 'upper' ? address.toUpperCase() : how === 'lower' ? address.toLowerCase() : address
        expect(links.read(returns.token(back)!)).toEqual({
          publicationId: publication,
          subscriberId: subscriber,
        })
      }),
    )
  })

  test('is found in brackets, and in what forwarders make of it', () => {
    const address = of(7, 42)
    const token = links.token(7 as PublicationId, 42 as SubscriberId)
    const [local] = address.split('@')
    for (const text of [
      `<${address}>`,
      `"Bounces" <${address}>`,
      `SRS0=HHH=TT=example.org=${local}@forwarder.example`,
      `prvs=1234567890=${address}`,
    ])
      expect(returns.token(text), text).toBe(token)
  })

  test('of another local part, domain or length says nothing', () => {
    const address = of(7, 42)
    for (const text of [
      'bounce@example.org',
      'bounce+jane@example.org',
      address.replace('bounce+', 'news+'),
      address.replace('example.org', 'example.net'),
      address.replace('@', '0000000000000000000000@'),
      '',
    ])
      expect(links.read(returns.token(text) ?? ''), text).toBeNull()
  })

  test('that somebody else wrote is nobody’s', () => {
    const address = of(7, 42)
    fc.assert(
      fc.property(
        fc.integer({ min: 7, max: 40 }),
        fc.constantFrom(...Array.from('0123456789abcdefghijklmnopqrstuv')),
        (at, digit) => {
          const forged = address.slice(0, at) + digit + address.slice(at + 1)
          const token = returns.token(forged)
          const subject = token === null ? null : links.read(token)
          expect(subject === null || forged === address).toBe(true)
        },
      ),
    )
  })

  test('is the bare address where a local part would be too long', () => {
    const long = createReturnAddresses({
      address: 'all-that-comes-back-to-us-from-the-newsletter@example.org',
      separator: '-',
      links,
    })
    expect(long.of(7 as PublicationId, 42 as SubscriberId)).toBe(
      'all-that-comes-back-to-us-from-the-newsletter@example.org',
    )
  })
})
