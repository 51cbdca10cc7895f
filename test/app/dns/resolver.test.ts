import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createResolver } from '../../../app/dns/resolver.ts'
import { type NameServer, startNameServer } from './name-server.ts'

const long = `v=DKIM1; p=${'A'.repeat(600)}`
let server: NameServer
beforeEach(async () => {
  server = await startNameServer({
    'example.org': {
      TXT: ['v=spf1 -all', long],
      A: ['192.0.2.1'],
      AAAA: ['2001:db8::1'],
      MX: [[10, 'mx.example.org']],
    },
    'www.example.org': { CNAME: 'example.org' },
    '1.2.0.192.in-addr.arpa': { PTR: ['mx.example.org'] },
    '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa': { PTR: ['six.example.org'] },
    'broken.example.org': { fails: 'broken' },
    'silent.example.org': { fails: 'silent' },
  })
})
afterEach(() => server[Symbol.asyncDispose]())
const open = (now?: () => number) =>
  createResolver({ servers: [server.address], timeoutMs: 100, tries: 1, ...(now && { now }) })

describe('the resolver', () => {
  test('reads every kind of record; the strings of one are one text', async () => {
    const resolver = open()
    expect(await resolver.txt('example.org')).toEqual({ ok: ['v=spf1 -all', long] })
    expect(await resolver.a('example.org')).toEqual({ ok: ['192.0.2.1'] })
    expect(await resolver.aaaa('example.org')).toEqual({ ok: ['2001:db8::1'] })
    expect(await resolver.mx('example.org')).toEqual({ ok: [{ host: 'mx.example.org', preference: 10 }] })
    expect(await resolver.cname('www.example.org')).toEqual({ ok: ['example.org'] })
    expect(await resolver.ptr('192.0.2.1')).toEqual({ ok: ['mx.example.org'] })
    expect(await resolver.ptr('2001:db8::1')).toEqual({ ok: ['six.example.org'] })
  })

  test('tells a name that is not there from one without the record, and both from a server that says nothing', async () => {
    const resolver = open()
    expect(await resolver.txt('nobody.example')).toEqual({ failure: 'nxdomain' })
    expect(await resolver.mx('broken.example.org')).toEqual({ failure: 'broken' })
    expect(await resolver.txt('1.2.0.192.in-addr.arpa')).toEqual({ failure: 'nodata' })
    expect(await resolver.txt('silent.example.org')).toEqual({ failure: 'timeout' })
    expect(await resolver.txt(`${'a'.repeat(70)}.example.org`)).toEqual({ failure: 'nxdomain' })
  })

  test('keeps answers for a minute, and silence not at all', async () => {
    let now = 0
    const resolver = open(() => now)
    const times = (question: string) => server.asked.filter((each) => each === question).length
    await Promise.all([resolver.txt('example.org'), resolver.txt('EXAMPLE.org')])
    expect(times('TXT example.org')).toBe(1)
    now = 60_000
    await resolver.txt('example.org')
    expect(times('TXT example.org')).toBe(2)
    await resolver.txt('broken.example.org')
    await resolver.txt('broken.example.org')
    expect(times('TXT broken.example.org')).toBe(2)
  })
})
