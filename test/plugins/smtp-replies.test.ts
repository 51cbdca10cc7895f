import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBadMailbox } from '../../plugins/smtp/classify.ts'
import { codeOf, createReplyParser, type Reply, textOf } from '../../plugins/smtp/replies.ts'
import { quickest } from '../support/pace.ts'

function parse(...chunks: readonly string[]): Reply[] {
  const replies: Reply[] = []
  const parser = createReplyParser((reply) => replies.push(reply))
  for (const chunk of chunks) parser.push(Buffer.from(chunk, 'utf8'))
  return replies
}
const one = (text: string): Reply => parse(text)[0] ?? { code: 0, lines: [] }

describe('replies', () => {
  it('reads single and multi-line replies, bare codes and bare LF', () => {
    expect(parse('250 ok\r\n250-a\r\n250-b c\r\n250 d\r\n354\r\n220 x\n')).toEqual([
      { code: 250, lines: ['ok'] },
      { code: 250, lines: ['a', 'b c', 'd'] },
      { code: 354, lines: [''] },
      { code: 220, lines: ['x'] },
    ])
  })

  it('reads the same however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme-ascii', maxLength: 60 })
    const reply = fc.record({
      code: fc.integer({ min: 200, max: 559 }),
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (replies, cuts) => {
          const text = replies
            .map(({ code, lines }) =>
              lines.map((l, n) => `${code}${n < lines.length - 1 ? '-' : ' '}${l}\r\n`).join(''),
            )
            .join('')
          const at = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length]
          const chunks = at.slice(1).map((end, n) => text.slice(at[n], end))
          expect(parse(...chunks)).toEqual(replies)
        },
      ),
    )
  })

  it.each([
    ['HTTP/1.1 400 Bad Request\r\n', /web server/],
    ['SSH-2.0-OpenSSH_9.9\r\n', /SSH server/],
    ['\x15\x03\x01\x00\x02\x02', /set security to "tls"/],
    ['+OK POP3 ready\r\n', /not an SMTP server: it says "\+OK POP3 ready"/],
    ['\x00\x01\x02\x03 nonsense', /not an SMTP server/],
    ['x'.repeat(10_000), /not an SMTP server/],
    [`250 ${'x'.repeat(10_000)}`, /longer than/],
    [`250 ${'x'.repeat(10_000)}\r\n`, /longer than/],
    ['250-more\r\n'.repeat(20_000), /longer than/],
  ])('refuses what is not SMTP: %.30j', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  it('takes a reply of a hundred lines', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `250${n < 99 ? '-' : ' '}line ${n}\r\n`)
    expect(parse(lines.join(''))[0]?.lines).toHaveLength(100)
  })

  it('never holds more than its bound, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const parser = createReplyParser((reply) => {
          expect(reply.code).toBeGreaterThanOrEqual(200)
          expect(reply.code).toBeLessThanOrEqual(599)
        })
        try {
          parser.push(Buffer.from(bytes))
        } catch (error) {
          expect(error).toMatchObject({ name: 'SmtpFault', kind: 'protocol' })
        }
      }),
    )
  })

  it('gives grouping codes and texts fit for a screen', () => {
    expect(codeOf(one('550 5.1.1 no such user\r\n'))).toBe('550 5.1.1')
    expect(codeOf(one('550 4.1.1 another class\r\n'))).toBe('550')
    expect(codeOf(one('421 try later\r\n'))).toBe('421')
    expect(textOf(one('550-5.7.1 Our mail\r\n550-5.7.1 system said no.\r\n550 5.7.1 Bye\r\n'))).toBe(
      'Our mail system said no. Bye',
    )
    expect(textOf(one('550 a\x1b[31mred\x07 \u202egnirts\r\n'))).toBe('a [31mred gnirts')
    expect(textOf(one('550 Postfach für José voll\r\n'))).toBe('Postfach für José voll')
    expect(textOf(one(`550 ${'long '.repeat(700)}\r\n`)).length).toBe(500)
  })
})

describe('a bad mailbox is', () => {
  it.each([
    '550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table',
    '550 5.1.2 no such domain',
    '553 5.1.3 bad syntax',
    '550 5.1.6 mailbox has moved',
    '556 5.1.10 domain has null MX',
    '550 5.2.1 mailbox disabled, not accepting messages',
    '550 No such user here',
    '550 Requested action not taken: mailbox unavailable',
    '550 x@example.org... User unknown',
    '551 User not local; no such recipient',
    '550 Unknown recipient',
    '550 That address does not exist',
  ])('%s', (line) => {
    expect(isBadMailbox(one(`${line}\r\n`))).toBe(true)
  })

  it.each([
    '550 5.7.1 message rejected as spam',
    '550 5.7.26 unauthenticated: no such user policy',
    '552 5.2.2 mailbox full',
    '552 5.3.4 message too big',
    '554 5.6.0 bad content',
    '550 5.4.1 recipient address rejected: access denied',
    '550 Your IP is on a blocklist: user invalid',
    '550 relay not permitted',
    '554 no such user',
    '550 5.5.1 user unknown command',
  ])('not: %s', (line) => {
    expect(isBadMailbox(one(`${line}\r\n`))).toBe(false)
  })

  it('found quickly in the worst text', () => {
    const text = `550 ${'user recipient mailbox address '.repeat(120)}`
    const judge = () => {
      isBadMailbox({ code: 550, lines: [text] })
      isBadMailbox({ code: 550, lines: ['unknown '.repeat(500)] })
    }
    expect(quickest(judge, 50)).toBeLessThan(50)
  })
})
