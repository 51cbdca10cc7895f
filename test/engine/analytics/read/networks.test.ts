import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isFour, parseAddress } from '../../../../engine/analytics/read/address.ts'
import { knownNetworks } from '../../../../engine/analytics/read/network-table.ts'
import { createNetworkFinder } from '../../../../engine/analytics/read/networks.ts'

const familyOf = (ip: string) => (isIP(ip) === 4 ? 'ipv4' : 'ipv6')
const wordsOf = (ip: string) => parseAddress(ip)?.join(' ') ?? null

const four = fc.ipV4()
const six = fc.ipV6()

/** A network in CIDR notation, from any address and length. */
const range = fc
  .oneof(
    fc.tuple(fc.nat(0xffff_ffff), fc.integer({ min: 0, max: 32 })).map(([value, length]) => {
      const base = length === 0 ? 0 : value - (value % 2 ** (32 - length))
      return `${[24, 16, 8, 0].map((bits) => Math.floor(base / 2 ** bits) % 256).join('.')}/${length}`
    }),
    fc
      .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 128 }))
      .map(([value, length]) => {
        const base = (value >> BigInt(128 - length)) << BigInt(128 - length)
        const groups = Array.from({ length: 8 }, (_, i) =>
          ((base >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
        )
        return `${groups.join(':')}/${length}`
      }),
  )
  // What is inside ::ffff:0:0/96 is IPv4 here, and IPv6 to Node.
  .filter((text) => !text.startsWith('0:0:0:0:0:'))

describe('an address', () => {
  test('is one exactly where Node says so', () => {
    const text = fc.oneof(
      four,
      six,
      fc.string({ unit: fc.constantFrom(...'0123456789abcdefF:.g '.split('')), maxLength: 24 }),
      fc.tuple(six, four).map(([a, b]) => `${a}${b}`),
      four.map((ip) => `::ffff:${ip}`),
      four.map((ip) => `64:ff9b::${ip}`),
    )
    fc.assert(
      fc.property(text, (ip) => {
        expect(parseAddress(ip) !== null, ip).toBe(isIP(ip) !== 0)
      }),
      { numRuns: 10_000 },
    )
  })

  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['1::', '1:0:0:0:0:0:0:0'],
    ['::192.0.2.1', '::c000:201'],
  ])('%s is %s', (one, other) => {
    expect(wordsOf(one)).toBe(wordsOf(other))
    expect(wordsOf(one)).not.toBeNull()
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.-4',
    ':',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    'x',
  ])('"%s" is none', (text) => {
    expect(parseAddress(text)).toBeNull()
  })

  test('of IPv4 is told apart', () => {
    expect(isFour(parseAddress('192.0.2.1')!)).toBe(true)
    expect(isFour(parseAddress('::1')!)).toBe(false)
  })
})

describe('networks', () => {
  test('hold what Node’s own list says that they hold', () => {
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(four, six)),
        (ranges, ips) => {
          const find = createNetworkFinder([{ ranges, value: true }])
          const list = new BlockList()
          for (const text of ranges) {
            const [ip, length] = text.split('/') as [string, string]
            list.addSubnet(ip, Number(length), familyOf(ip))
          }
          // And the edges of each.
          const edges = ranges.map((text) => text.split('/')[0]!)
          for (const ip of [...ips, ...edges]) {
            // IPv4 is inside IPv6 here: a network that holds all of it is another matter.
            if (ranges.some((text) => text.endsWith('/0'))) continue
            expect(find(ip) ?? false, `${ip} in ${ranges.join(' ')}`).toBe(list.check(ip, familyOf(ip)))
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('the smallest one that holds an address counts, in whatever order they are told', () => {
    const networks = [
      { ranges: ['10.0.0.0/8'], value: 'large' },
      { ranges: ['10.1.0.0/16', '10.2.0.0/16'], value: 'middle' },
      { ranges: ['10.1.0.0/24', '10.2.255.255/32'], value: 'small' },
      { ranges: ['10.255.255.0/24'], value: 'last' },
    ]
    for (const told of [networks, networks.toReversed()]) {
      const find = createNetworkFinder(told)
      expect(
        [
          '9.255.255.255',
          '10.0.0.0',
          '10.1.0.0',
          '10.1.1.0',
          '10.2.0.0',
          '10.2.255.255',
          '10.3.0.0',
          '10.255.255.255',
          '11.0.0.0',
        ].map(find),
      ).toEqual([null, 'large', 'small', 'middle', 'middle', 'small', 'large', 'last', null])
    }
  })

  test.each([
    '10.0.0.0',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '2001:db8::/129',
    '2001:db8::1/32',
    'x/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ])('%s is none', (text) => {
    expect(() => createNetworkFinder([{ ranges: [text], value: 1 }])).toThrow(/is not a network/)
  })

  test('the table is well-formed, and names its sources', () => {
    for (const { name, ranges, source } of knownNetworks) {
      expect(() => createNetworkFinder([{ ranges, value: 1 }]), name).not.toThrow()
      expect(new Set(ranges).size, name).toBe(ranges.length)
      expect(source, name).not.toBe('')
    }
  })
})
