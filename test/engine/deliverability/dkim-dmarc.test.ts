import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { dkimRecord } from '../../../engine/compose/dkim-key.ts'
import { lookUpDkim } from '../../../engine/deliverability/dkim-record.ts'
import { isAligned, lookUpDmarc } from '../../../engine/deliverability/dmarc.ts'
import { playDns } from './zone.ts'

const pem = (type: 'rsa' | 'ed25519', bits = 2048): string =>
  (type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: bits })
    : generateKeyPairSync('ed25519')
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
const recordOf = (privateKey: string) => dkimRecord({ domain: 'd', selector: 's', privateKey }).value

describe('DKIM records', () => {
  test('what is published, and what is wrong with it', async () => {
    const rsa = recordOf(pem('rsa'))
    const zone = Object.fromEntries(
      Object.entries({
        rsa: [rsa],
        small: [recordOf(pem('rsa', 1024))],
        ed: [recordOf(pem('ed25519'))],
        // RFC 8463 appendix A.2
        rfc: ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
        testing: [`t=y:s; ${rsa.replace('v=DKIM1; ', '')}`],
        revoked: ['v=DKIM1; p='],
        cut: [rsa.slice(0, 180)],
        twice: [rsa, rsa],
        sha1: [`${rsa}; h=sha1`],
        prose: ['the key is under the mat'],
      }).map(([selector, TXT]) => [`${selector}._domainkey.example.org`, { TXT }]),
    )
    await using dns = await playDns({ ...zone, 'silent._domainkey.example.org': { fails: 'silent' } })
    const look = (selector: string) => lookUpDkim('example.org', selector, dns.resolver)
    expect(await look('rsa')).toMatchObject({ kind: 'key', algorithm: 'rsa', bits: 2048, testing: false })
    expect(rsa).toContain(((await look('rsa')) as { published: string }).published)
    expect(await look('small')).toMatchObject({ kind: 'key', bits: 1024 })
    expect(await look('ed')).toMatchObject({ kind: 'key', algorithm: 'ed25519', bits: 256 })
    expect(await look('rfc')).toMatchObject({ kind: 'key', algorithm: 'ed25519' })
    expect(await look('testing')).toMatchObject({ kind: 'key', testing: true })
    expect(await look('revoked')).toMatchObject({ kind: 'revoked' })
    expect(await look('cut')).toMatchObject({
      kind: 'malformed',
      problem: expect.stringContaining('cut') as string,
    })
    expect(await look('twice')).toMatchObject({ kind: 'malformed' })
    expect(await look('sha1')).toMatchObject({ kind: 'malformed' })
    expect(await look('prose')).toMatchObject({ kind: 'malformed' })
    expect(await look('nobody')).toMatchObject({ kind: 'absent' })
    expect(await look('silent')).toMatchObject({ kind: 'unanswered', failure: 'timeout' })
  })
})

describe('DMARC', () => {
  test('the policy that holds is found by walking up', async () => {
    await using dns = await playDns({
      '_dmarc.example.org': { TXT: ['v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.org; adkim=s'] },
      '_dmarc.own.example.org': { TXT: ['v=DMARC1; p=none'] },
      // RFC 9989 appendix B: a public suffix that says so.
      '_dmarc.mail.example': { TXT: ['v=DMARC1; p=reject; psd=y'] },
      '_dmarc.twice.test': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      '_dmarc.typo.test': { TXT: ['v=DMARC1; p=rejct'] },
      '_dmarc.silent.test': { fails: 'silent' },
    })
    const look = (domain: string) => lookUpDmarc(domain, dns.resolver)
    expect(await look('example.org')).toMatchObject({
      kind: 'record',
      policy: 'reject',
      organization: 'example.org',
      record: { dkim: 'strict', spf: 'relaxed', reports: true },
    })
    expect(await look('news.example.org')).toMatchObject({
      policy: 'quarantine',
      organization: 'example.org',
    })
    expect(await look('own.example.org')).toMatchObject({ policy: 'none', organization: 'example.org' })
    expect(await look('a.b.customer.mail.example')).toMatchObject({ organization: 'customer.mail.example' })
    expect(await look('nowhere.test')).toEqual({ kind: 'absent', organization: 'nowhere.test' })
    expect(await look('twice.test')).toMatchObject({ kind: 'malformed' })
    expect(await look('typo.test')).toMatchObject({ kind: 'malformed', problem: 'its policy is "p=rejct"' })
    expect(await look('silent.test')).toMatchObject({ kind: 'unanswered' })
  })

  test('a long name is asked for eight times at most', async () => {
    await using dns = await playDns({})
    const labels = Array.from({ length: 40 }, (_, i) => `l${i}`)
    await lookUpDmarc([...labels, 'example', 'org'].join('.'), dns.resolver)
    expect(dns.server.asked).toHaveLength(8)
  })

  test('alignment', () => {
    const at = (domain: string, organization: string) => ({ domain, organization })
    const from = at('news.example.org', 'example.org')
    expect(isAligned('relaxed', from, at('mail.example.org', 'example.org'))).toBe(true)
    expect(isAligned('strict', from, at('mail.example.org', 'example.org'))).toBe(false)
    expect(isAligned('strict', from, from)).toBe(true)
    expect(isAligned('relaxed', from, at('relay.example.net', 'example.net'))).toBe(false)
  })
})
