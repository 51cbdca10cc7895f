import { describe, expect, test } from 'vitest'
import {
  createGuard,
  EgressRefused,
  egressProblem,
  isPublicAddress,
  type Resolve,
} from '../../../app/fetch/guard.ts'

const ports = [80, 443]
const guard = createGuard({ allow: [], ports })
const refusal = (url: string, allow: readonly string[] = []) =>
  createGuard({ allow, ports }).refusal(new URL(url))

/** What a connection to a name would be made to. */
const lookUp = (host: string, resolve: Resolve, allow: readonly string[] = []) =>
  new Promise<unknown>((settle, reject) => {
    createGuard({ allow, ports }, resolve).lookup(host, { all: true }, (error, found) =>
      error === null ? settle(found) : reject(error),
    )
  })
const answers =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('literal addresses', () => {
  test.each([
    [
      'loopback',
      [
        '127.0.0.1',
        '127.1',
        '127.255.255.254',
        '0x7f.0.0.1',
        '0x7f000001',
        '2130706433',
        '017700000001',
        '0177.0.0.1',
        '127.0.0.1.',
        '①②⑦.0.0.1',
      ],
    ],
    ['unspecified and this network', ['0.0.0.0', '0', '0.1.2.3']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '0xa000001', '167772161']],
    [
      'link-local and metadata',
      ['169.254.169.254', '2852039166', '0xa9fea9fe', '168.63.129.16', '192.0.0.192'],
    ],
    ['shared (CGNAT), with a metadata service', ['100.64.0.1', '100.100.100.200', '100.127.255.255']],
    [
      'documentation, benchmarks, reserved',
      ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '240.0.0.1', '255.255.255.255'],
    ],
    ['multicast', ['224.0.0.1', '239.255.255.255']],
    ['IPv6 loopback and unspecified', ['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[0000::0001]']],
    ['IPv6 local', ['[fe80::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]']],
    [
      'IPv4-mapped',
      [
        '[::ffff:127.0.0.1]',
        '[::ffff:7f00:1]',
        '[::ffff:10.0.0.1]',
        '[::ffff:a9fe:a9fe]',
        '[0:0:0:0:0:ffff:169.254.169.254]',
      ],
    ],
    ['IPv4-compatible', ['[::127.0.0.1]', '[::7f00:1]', '[::a9fe:a9fe]']],
    ['NAT64', ['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b::10.0.0.1]', '[64:ff9b:1::1]']],
    ['6to4', ['[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2002:808:808::1]']],
    ['Teredo', ['[2001:0:7f00:1::]', '[2001::1]']],
    ['IPv6 documentation and ORCHID', ['[2001:db8::1]', '[2001:20::1]', '[3fff::1]']],
  ])('%s is refused', (_, hosts) => {
    for (const host of hosts)
      expect(guard.refusal(new URL(`http://${host}/`)), host).toMatch(/not on the public internet/)
  })

  test('the public internet is not', () => {
    for (const host of [
      '8.8.8.8',
      '134744072',
      '172.32.0.1',
      '100.128.0.1',
      '[2606:4700::1]',
      '[::ffff:8.8.8.8]',
      '[64:ff9b::8.8.8.8]',
    ])
      expect(guard.refusal(new URL(`https://${host}/`)), host).toBeNull()
  })

  test('what is no address is not public', () => {
    expect(['', 'localhost', '1.2.3', '300.1.1.1', 'fe80::1%eth0', '::1%lo'].filter(isPublicAddress)).toEqual(
      [],
    )
  })
})

describe('addresses of the web', () => {
  test('other schemes, credentials and ports are refused', () => {
    expect(refusal('file:///etc/passwd')).toMatch(/neither http nor https/)
    expect(refusal('gopher://site.example/')).toMatch(/neither http nor https/)
    expect(refusal('http://user@site.example/')).toMatch(/user name/)
    expect(refusal('http://:secret@site.example/')).toMatch(/password/)
    expect(refusal('http://site.example:6379/')).toMatch(/port 6379/)
    expect(refusal('http://8.8.8.8:22/')).toMatch(/port 22/)
    expect(refusal('http://site.example:443/')).toBeNull()
  })
})

describe('names', () => {
  test('resolve to what was checked, and to nothing else', async () => {
    expect(await lookUp('site.example', answers('8.8.8.8', '2606:4700::1'))).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ])
  })

  test.each([
    '127.0.0.1',
    '10.1.1.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    'fd00::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
  ])('one that leads to %s is refused, also beside a public address', async (inside) => {
    await expect(lookUp('site.example', answers('8.8.8.8', inside))).rejects.toBeInstanceOf(EgressRefused)
    await expect(lookUp('localhost.', answers(inside))).rejects.toThrow(/not on the public internet/)
  })

  test('are asked for once: what they say a moment later is not connected to', async () => {
    const said = ['8.8.8.8', '127.0.0.1']
    let asked = 0
    const rebinding: Resolve = async () => [{ address: said[asked++]!, family: 4 }]
    expect(await lookUp('rebind.example', rebinding)).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(asked).toBe(1)
  })

  test('a failure to resolve is told', async () => {
    await expect(lookUp('none.example', answers())).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('what the operator allows', () => {
  test('networks and addresses, on any port, in any spelling', () => {
    expect(refusal('http://127.0.0.1:9999/', ['127.0.0.0/8'])).toBeNull()
    expect(refusal('http://2130706433:9999/', ['127.0.0.1'])).toBeNull()
    expect(refusal('http://[fd00::5]:9999/', ['fd00::/8'])).toBeNull()
    expect(refusal('http://127.0.0.1/', ['10.0.0.0/8'])).toMatch(/not on the public/)
  })

  test('names, with all below them by "*.", but nothing that only looks alike', async () => {
    expect(refusal('http://feeds.intranet:9999/', ['feeds.intranet'])).toBeNull()
    expect(refusal('http://a.b.intranet:9999/', ['*.intranet'])).toBeNull()
    expect(refusal('http://evilintranet:9999/', ['*.intranet'])).toMatch(/port/)
    expect(await lookUp('feeds.intranet', answers('10.0.0.5'), ['feeds.intranet'])).toEqual([
      { address: '10.0.0.5', family: 4 },
    ])
    await expect(lookUp('other.intranet', answers('10.0.0.5'), ['feeds.intranet'])).rejects.toBeInstanceOf(
      EgressRefused,
    )
    expect(await lookUp('site.example', answers('10.0.0.5'), ['10.0.0.0/24'])).toHaveLength(1)
  })

  test('is checked when it is set', () => {
    for (const right of ['10.0.0.0/8', '::1', 'fd00::/8', 'localhost', '*.intranet', 'a-b.example'])
      expect(egressProblem(right), right).toBeNull()
    for (const wrong of ['10.0.0.0/33', 'http://x/', '', '10.0.0', 'a b', '*', '::1/129'])
      expect(egressProblem(wrong), wrong).not.toBeNull()
  })
})
