import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../engine/analytics/read/address.ts'
import { checkSpf } from '../../../engine/deliverability/spf/check.ts'
import { expandMacros } from '../../../engine/deliverability/spf/macro.ts'
import type { Zone } from '../../app/dns/name-server.ts'
import { playDns } from './zone.ts'

/** RFC 7208 appendix A: "Zone for an organization". */
const organization: Zone = {
  'example.com': {
    A: ['192.0.2.10', '192.0.2.11'],
    MX: [
      [10, 'mail-a.example.com'],
      [20, 'mail-b.example.com'],
    ],
  },
  'amy.example.com': { A: ['192.0.2.65'] },
  'bob.example.com': { A: ['192.0.2.66'] },
  'mail-a.example.com': { A: ['192.0.2.129'] },
  'mail-b.example.com': { A: ['192.0.2.130'] },
  'example.org': { MX: [[10, 'mail-c.example.org']] },
  'mail-c.example.org': { A: ['192.0.2.140'] },
  '10.2.0.192.in-addr.arpa': { PTR: ['example.com'] },
  '65.2.0.192.in-addr.arpa': { PTR: ['amy.example.com'] },
  '129.2.0.192.in-addr.arpa': { PTR: ['mail-a.example.com'] },
  // Names itself after somebody else.
  '4.0.0.10.in-addr.arpa': { PTR: ['bob.example.com'] },
  // A.2 and A.3
  'mobile-users._spf.example.com': { TXT: ['v=spf1 exists:%{l1r+}.%{d}'] },
  'marie.mobile-users._spf.example.com': { A: ['127.0.0.2'] },
  'remote-users._spf.example.com': { TXT: ['v=spf1 exists:%{ir}.%{l1r+}.%{d}'] },
  '15.15.168.192.joel.remote-users._spf.example.com': { A: ['127.0.0.2'] },
}

const appendix: readonly (readonly [record: string, passes: readonly string[], fails: readonly string[]])[] =
  [
    ['v=spf1 +all', ['10.0.0.1'], []],
    ['v=spf1 a -all', ['192.0.2.10', '192.0.2.11'], ['192.0.2.129']],
    ['v=spf1 a:example.org -all', [], ['192.0.2.10', '192.0.2.140']],
    ['v=spf1 mx -all', ['192.0.2.129', '192.0.2.130'], ['192.0.2.10']],
    ['v=spf1 mx:example.org -all', ['192.0.2.140'], ['192.0.2.129']],
    ['v=spf1 mx mx:example.org -all', ['192.0.2.129', '192.0.2.130', '192.0.2.140'], ['192.0.2.10']],
    ['v=spf1 mx/30 mx:example.org/30 -all', ['192.0.2.131', '192.0.2.143'], ['192.0.2.132', '192.0.2.144']],
    ['v=spf1 ptr -all', ['192.0.2.10', '192.0.2.65', '192.0.2.129'], ['192.0.2.140', '10.0.0.4']],
    ['v=spf1 ip4:192.0.2.128/28 -all', ['192.0.2.129', '192.0.2.140'], ['192.0.2.65', '192.0.2.144']],
  ]

describe('SPF: the examples of RFC 7208 appendix A', () => {
  test.each(appendix)('%s', async (record, passes, fails) => {
    await using dns = await playDns({
      ...organization,
      'example.com': { ...organization['example.com'], TXT: [record] },
    })
    for (const [ips, wanted] of [
      [passes, 'pass'],
      [fails, 'fail'],
    ] as const)
      for (const ip of ips)
        expect([ip, await checkSpf({ domain: 'example.com', ip }, dns.resolver)]).toMatchObject([
          ip,
          { result: wanted, record },
        ])
  })

  test('A.2: one record from many, and A.3: users by name and by place', async () => {
    await using dns = await playDns({
      ...organization,
      'example.org': { TXT: ['v=spf1 include:example.com include:example.net -all'] },
      'example.com': { TXT: ['v=spf1 ip4:192.0.2.10 -all'] },
      'example.net': { TXT: ['v=spf1 ip4:192.0.2.20 -all'] },
      'la.example.org': { TXT: ['v=spf1 redirect=example.org'] },
      'users.example.com': {
        TXT: ['v=spf1 include:mobile-users._spf.%{d2} include:remote-users._spf.%{d2} -all'],
      },
    })
    const ask = async (domain: string, ip: string, sender = `postmaster@${domain}`) =>
      (await checkSpf({ domain, ip, sender }, dns.resolver)).result
    expect(await ask('la.example.org', '192.0.2.20')).toBe('pass')
    expect(await ask('la.example.org', '192.0.2.30')).toBe('fail')
    expect(await ask('users.example.com', '10.9.8.7', 'marie@users.example.com')).toBe('pass')
    expect(await ask('users.example.com', '192.168.15.15', 'joel@users.example.com')).toBe('pass')
    expect(await ask('users.example.com', '192.168.15.16', 'joel@users.example.com')).toBe('fail')
  })

  test('7.4: macros', () => {
    const subject = { sender: 'strong-bad@email.example.com', helo: 'mx', ip: parseAddress('192.0.2.3') }
    const expand = (text: string) => expandMacros(text, 'email.example.com', subject)
    for (const [text, wanted] of [
      ['%{s}', 'strong-bad@email.example.com'],
      ['%{o}', 'email.example.com'],
      ['%{d}', 'email.example.com'],
      ['%{d4}', 'email.example.com'],
      ['%{d2}', 'example.com'],
      ['%{d1}', 'com'],
      ['%{dr}', 'com.example.email'],
      ['%{d2r}', 'example.email'],
      ['%{l}', 'strong-bad'],
      ['%{l-}', 'strong.bad'],
      ['%{lr}', 'strong-bad'],
      ['%{lr-}', 'bad.strong'],
      ['%{l1r-}', 'strong'],
      ['%{ir}.%{v}._spf.%{d2}', '3.2.0.192.in-addr._spf.example.com'],
      ['%{lr-}.lp._spf.%{d2}', 'bad.strong.lp._spf.example.com'],
      ['%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}', '3.2.0.192.in-addr.strong.lp._spf.example.com'],
      ['%{d2}.trusted-domains.example.net', 'example.com.trusted-domains.example.net'],
    ] as const)
      expect([text, expand(text)]).toEqual([text, wanted])
    const six = { ...subject, ip: parseAddress('2001:db8::cb01') }
    expect(expandMacros('%{ir}.%{v}._spf.%{d2}', 'email.example.com', six)).toBe(
      '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com',
    )
  })
})

describe('SPF that cannot be evaluated', () => {
  const zone: Zone = {
    'two.test': { TXT: ['v=spf1 a -all', 'v=spf1 mx -all'] },
    'typo.test': { TXT: ['v=spf1 ip4:192.0.2.1 inlcude:_spf.test -all'] },
    'cut.test': { TXT: ['v=spf1 ip4:192.0.2.300 -all'] },
    'gone.test': { TXT: ['v=spf1 include:nothing.test -all'] },
    'void.test': { TXT: ['v=spf1 a:n1.test a:n2.test a:n3.test -all'] },
    'many.test': { TXT: [`v=spf1 ${Array.from({ length: 11 }, (_, i) => `a:h${i}.test`).join(' ')} -all`] },
    'loop.test': { TXT: ['v=spf1 include:loop.test -all'] },
    'quiet.test': { TXT: ['v=spf1 include:silent.test -all'] },
    'silent.test': { fails: 'silent' },
    'none.test': { TXT: ['some other text'] },
    'exactly-ten.test': {
      TXT: [`v=spf1 ${Array.from({ length: 10 }, (_, i) => `a:h${i}.test`).join(' ')} ~all`],
    },
    ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`h${i}.test`, { A: ['192.0.2.77'] }])),
  }
  test.each([
    ['two.test', 'permerror', '2 SPF records'],
    ['typo.test', 'permerror', '"inlcude:_spf.test" is no mechanism'],
    ['cut.test', 'permerror', 'holds no address'],
    ['gone.test', 'permerror', 'nothing.test has no SPF record'],
    ['void.test', 'permerror', 'more than 2 of its lookups find nothing'],
    ['many.test', 'permerror', 'more than 10 DNS lookups'],
    ['loop.test', 'permerror', 'more than 10 DNS lookups'],
    ['quiet.test', 'temperror', 'DNS did not answer for silent.test'],
    ['none.test', 'none', 'has no SPF record'],
    ['exactly-ten.test', 'softfail', '~all'],
  ])('%s: %s', async (domain, result, words) => {
    await using dns = await playDns(zone)
    const verdict = await checkSpf({ domain, ip: '198.51.100.1' }, dns.resolver)
    expect(verdict).toMatchObject({ result, why: expect.stringContaining(words) as string })
  })

  test('without an address it is walked to its end, and counted', async () => {
    await using dns = await playDns({
      ...zone,
      'example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 include:exactly-nine.test ~all'] },
      'exactly-nine.test': {
        TXT: [`v=spf1 ${Array.from({ length: 9 }, (_, i) => `a:h${i}.test`).join(' ')} +all`],
      },
    })
    const walk = await checkSpf({ domain: 'example.com', ip: null }, dns.resolver)
    expect(walk).toMatchObject({ result: 'softfail', lookups: 10, voids: 0 })
  })

  test('IPv6 networks', async () => {
    await using dns = await playDns({
      'example.com': { TXT: ['v=spf1 ip6:2001:db8::/32 a//64 -all'], AAAA: ['2001:db9:0:1::5'] },
    })
    const ask = async (ip: string) => (await checkSpf({ domain: 'example.com', ip }, dns.resolver)).result
    expect(await ask('2001:db8:ffff::1')).toBe('pass')
    expect(await ask('2001:db9:0:1::ffff')).toBe('pass')
    expect(await ask('2001:db9:0:2::1')).toBe('fail')
    expect(await ask('32.1.13.184')).toBe('fail')
  })
})
