import { describe, expect, test } from 'vitest'
import { dkimRecord } from '../../../engine/compose/dkim-key.ts'
import { lookAtSender, type SenderQuestion } from '../../../engine/deliverability/domain.ts'
import type { PreflightLine } from '../../../engine/deliverability/line.ts'
import type { Zone } from '../../app/dns/name-server.ts'
import { makeKey } from './keys.ts'
import { playDns } from './zone.ts'

const key = makeKey('thenews.press')
const small = makeKey('thenews.press', 's2', 1024)
const foreign = makeKey('relay.example')
const published = (one: typeof key) => {
  const { name, value } = dkimRecord(one)
  return { [name]: { TXT: [value] } }
}
const question: SenderQuestion = {
  from: 'post@thenews.press',
  replyTo: null,
  mailFrom: 'bounces.thenews.press',
  keys: [key],
  relayKeys: [],
  signedBeyond: false,
  outgoing: ['192.0.2.7'],
  helo: 'mx.thenews.press',
}
/** Everything as it should be. */
const good: Zone = {
  'thenews.press': { MX: [[10, 'mx.thenews.press']], A: ['192.0.2.8'] },
  'mx.thenews.press': { A: ['192.0.2.7'] },
  'bounces.thenews.press': { TXT: ['v=spf1 a:mx.thenews.press -all'] },
  '_dmarc.thenews.press': { TXT: ['v=DMARC1; p=reject; rua=mailto:d@thenews.press'] },
  '7.2.0.192.in-addr.arpa': { PTR: ['mx.thenews.press'] },
  ...published(key),
}

async function look(zone: Zone, changes: Partial<SenderQuestion> = {}) {
  await using dns = await playDns(zone)
  const lines = await lookAtSender({ ...question, ...changes }, dns.resolver)
  return Object.fromEntries(lines.map((line) => [line.id, line])) as Record<string, PreflightLine>
}
const statuses = (lines: Record<string, PreflightLine>) =>
  Object.fromEntries(Object.entries(lines).map(([id, { status }]) => [id, status]))

describe('what DNS says of a sender', () => {
  test('everything in order', async () => {
    expect(statuses(await look(good))).toEqual({
      'spf.record': 'ok',
      'spf.sender': 'ok',
      'dkim.key': 'ok',
      'dkim.bits': 'ok',
      'dmarc.record': 'ok',
      'dmarc.aligned': 'ok',
      'from.provider': 'ok',
      'reply.reachable': 'ok',
      'host.names': 'ok',
    })
  })

  test('nothing there: each line says what to publish', async () => {
    const lines = await look({})
    expect(statuses(lines)).toEqual({
      'spf.record': 'blocked',
      'dkim.key': 'blocked',
      'dmarc.record': 'blocked',
      // The envelope sender's own organization is not known either, and the key does not work.
      'dmarc.aligned': 'blocked',
      'from.provider': 'ok',
      'reply.reachable': 'warning',
      'host.names': 'blocked',
    })
    expect(lines['dkim.key']?.remedy).toContain(dkimRecord(key).value)
    for (const { status, remedy, source } of Object.values(lines)) {
      expect(remedy === null).toBe(status === 'ok')
      expect(source.url).toMatch(/^https:\/\//)
    }
  })

  test('a resolver that says nothing makes everything unknown, and blocks nothing', async () => {
    const names = [...Object.keys(good), '_dmarc.bounces.thenews.press', '_dmarc.press']
    const silent = Object.fromEntries(names.map((name) => [name, { fails: 'silent' }])) as Zone
    const found = statuses(await look(silent))
    expect(found).toMatchObject({ 'spf.record': 'unknown', 'dkim.key': 'unknown', 'dmarc.record': 'unknown' })
    expect(Object.values(found)).not.toContain('blocked')
  })

  test.each<[string, Zone, Partial<SenderQuestion>, Record<string, string>]>([
    ['an address that SPF does not name', good, { outgoing: ['192.0.2.99'] }, { 'spf.sender': 'blocked' }],
    [
      'SPF that lets the world send',
      { ...good, 'bounces.thenews.press': { TXT: ['v=spf1 +all'] } },
      {},
      { 'spf.record': 'blocked' },
    ],
    [
      'SPF that says nothing of others',
      { ...good, 'bounces.thenews.press': { TXT: ['v=spf1 ip4:192.0.2.7'] } },
      {},
      { 'spf.record': 'warning', 'spf.sender': 'ok' },
    ],
    [
      'the key of somebody else',
      { ...good, ...published({ ...makeKey('thenews.press'), selector: 's1' }) },
      {},
      { 'dkim.key': 'blocked', 'dmarc.aligned': 'warning' },
    ],
    [
      'a key of 1024 bits',
      { ...good, ...published(small) },
      { keys: [small] },
      { 'dkim.key': 'ok', 'dkim.bits': 'warning' },
    ],
    [
      'a relay that signs for itself, and its own envelope',
      { ...good, ...published(foreign), '_dmarc.relay.example': { TXT: ['v=DMARC1; p=none'] } },
      { keys: [], relayKeys: [foreign], mailFrom: 'relay.example' },
      { 'dkim.key': 'ok', 'dmarc.aligned': 'blocked' },
    ],
    [
      'strict alignment',
      { ...good, '_dmarc.thenews.press': { TXT: ['v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:a@b.c'] } },
      { from: 'post@daily.thenews.press' },
      { 'dmarc.aligned': 'blocked' },
    ],
    [
      'the same, relaxed',
      good,
      { from: 'post@daily.thenews.press' },
      { 'dmarc.aligned': 'ok', 'dmarc.record': 'ok' },
    ],
    ['nobody signs', good, { keys: [] }, { 'dkim.key': 'unknown', 'dmarc.aligned': 'unknown' }],
    ['a mailbox provider', good, { from: 'paper@gmail.com' }, { 'from.provider': 'blocked' }],
    ['no-reply', good, { from: 'no-reply@thenews.press' }, { 'reply.reachable': 'warning' }],
    ['EHLO with a name that is not there', good, { helo: 'laptop.local' }, { 'host.names': 'blocked' }],
    [
      'an address whose name leads elsewhere',
      { ...good, 'mx.thenews.press': { A: ['192.0.2.50'] } },
      {},
      { 'host.names': 'blocked', 'spf.sender': 'blocked' },
    ],
  ])('%s', async (_, zone, changes, wanted) => {
    expect(statuses(await look(zone, changes))).toMatchObject(wanted)
  })
})
