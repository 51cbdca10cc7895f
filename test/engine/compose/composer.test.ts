import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ComposePlan,
  createComposer,
  createLetterBuffer,
  feedbackId,
  type Letter,
} from '../../../engine/compose/index.ts'
import {
  compose,
  expectWellFormed,
  fieldOf,
  fieldsOf,
  letter,
  parse,
  plan,
  quotedPrintable,
} from './support.ts'

const refusal = (made: () => unknown): { code?: string; message: string } => {
  try {
    made()
  } catch (error) {
    return error as Error
  }
  throw new Error('was accepted')
}

describe('a letter', () => {
  it('has every field of a newsletter, once and in order', () => {
    const { bytes, utf8 } = compose(letter())
    expectWellFormed(bytes)
    expect(utf8).toBe(false)
    expect(fieldsOf(bytes)).toEqual([
      { name: 'From', value: 'The Daily Broadsheet <news@example.org>' },
      { name: 'Reply-To', value: 'desk@example.org' },
      { name: 'To', value: 'Ada Lovelace <ada@example.net>' },
      { name: 'Subject', value: 'Ten stories for you' },
      { name: 'Date', value: 'Mon, 23 Nov 2026 17:48:31 +0000' },
      { name: 'Message-ID', value: '<0123456789abcdef0123456789abcdef@mail.example.org>' },
      { name: 'List-Unsubscribe', value: '<https://news.example.org/u/AAECAwQFBgcICQoLDA0ODw>' },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      { name: 'List-Id', value: 'Daily News <daily-news.example.org>' },
      { name: 'Feedback-ID', value: '12:spring:daily-news:example.org' },
      { name: 'Precedence', value: 'bulk' },
      { name: 'MIME-Version', value: '1.0' },
      { name: 'Content-Language', value: 'de' },
      { name: 'Content-Type', value: 'multipart/alternative; boundary="=_broadsheet_part"' },
    ])
  })

  it('is read by another parser as it was written', async () => {
    const html = '<p>Grüße, 你好 🎉</p>\r\n.\r\n--=_broadsheet_part--\r\n<p>.</p>\r\n'
    const text = 'Grüße \t \r\n.hidden\r\n\r\n..\r\n--=_broadsheet_part\r\nend'
    const { bytes } = compose(letter({ html: quotedPrintable(html), text: quotedPrintable(text) }))
    expectWellFormed(bytes)
    const parsed = await parse(bytes)
    expect(parsed.html).toBe(html.replaceAll('\r\n', '\n'))
    expect(parsed.text).toBe(text.replaceAll('\r\n', '\n'))
    expect(parsed.date).toEqual(new Date(Date.UTC(2026, 10, 23, 17, 48, 31)))
    expect(parsed.messageId).toBe('<0123456789abcdef0123456789abcdef@mail.example.org>')
  })

  it.each([
    ['Zoë, "Zee" O’Brien', 'Über 100 % – größer'],
    ['张伟', '今日のニュース：十本の記事'],
    ['محمد', 'أخبار اليوم'],
    ['Ада Лавлейс', 'Новости '.repeat(60).trim()],
    ['👩‍👩‍👧‍👦 Family 🎉', '🎉'.repeat(120)],
    ["O'Hara, Scarlett (Ms.) <x@y>", 'a "quoted" <subject> =?utf-8?Q?no?= \\ ;'],
    ['=?utf-8?Q?Mallory?=', 'x'.repeat(300)],
    ['Ann  "', `${'long words '.repeat(30)}end`],
  ])('keeps the name %s and its subject', async (toName, subject) => {
    const { bytes } = compose(
      letter({ toName, subject }),
      plan({ from: { address: 'news@example.org', name: toName } }),
    )
    expectWellFormed(bytes)
    const parsed = await parse(bytes)
    const tidy = toName.replace(/ +/g, ' ')
    expect(parsed.subject).toBe(subject)
    expect(parsed.from?.value).toEqual([{ address: 'news@example.org', name: tidy }])
    expect([parsed.to].flat()[0]?.value).toEqual([{ address: 'ada@example.net', name: tidy }])
  })

  it('of one part is not multipart', async () => {
    const html = compose(letter({ text: '' })).bytes
    expect(fieldOf(html, 'Content-Type')).toBe('text/html; charset=utf-8')
    expect((await parse(html)).html).toBe('<h1>Grüße</h1>\n<p>Ten stories for you.</p>\n')
    const text = compose(letter({ html: '', text: 'no line end' })).bytes
    expect(fieldOf(text, 'Content-Type')).toBe('text/plain; charset=utf-8')
    expect((await parse(text)).text).toBe('no line end\n')
    const none = compose(letter({ html: '', text: '' })).bytes
    expectWellFormed(none)
    expect((await parse(none)).text?.trim()).toBe('')
  })

  it('without a name, Reply-To or list title leaves them out', () => {
    const { bytes } = compose(
      letter({ toName: null }),
      plan({
        replyTo: null,
        from: { address: 'news@example.org', name: '' },
        list: { name: 'a..b.', title: '' },
      }),
    )
    expect(fieldOf(bytes, 'To')).toBe('ada@example.net')
    expect(fieldOf(bytes, 'From')).toBe('news@example.org')
    expect(fieldOf(bytes, 'Reply-To')).toBeUndefined()
    expect(fieldOf(bytes, 'List-Id')).toBe('<a.b.example.org>')
  })

  it('repairs a part in which a line begins with a dot', async () => {
    const { bytes } = compose(letter({ html: '.\r\n.a\r\n\r\n..b', text: 'x\r\n.\r\nQUIT\r\n' }))
    expectWellFormed(bytes)
    const parsed = await parse(bytes)
    expect(parsed.html).toBe('.\n.a\n\n..b')
    expect(parsed.text).toBe('x\n.\nQUIT\n')
  })

  it('is 7-bit unless an address is not, and then says so', async () => {
    const { bytes, utf8 } = compose(letter({ to: 'jürgen@example.net', toName: 'Jürgen' }))
    expect(utf8).toBe(true)
    expectWellFormed(bytes, true)
    expect(bytes.toString('utf8')).toContain('To: =?utf-8?Q?J=C3=BCrgen?= <jürgen@example.net>\r\n')
    expect(compose(letter(), plan({ from: { address: 'grüße@example.org', name: '' } })).utf8).toBe(true)
    expect(compose(letter(), plan({ replyTo: 'grüße@example.org' })).utf8).toBe(true)
    expect(compose(letter({ to: 'j@xn--jrgen-kva.example' })).utf8).toBe(false)
  })

  it('whatever its words are, is well formed and says them again', async () => {
    const words = fc.string({ unit: 'binary', maxLength: 250 })
    const tidy = (text: string): string => text.replace(/[\x00-\x20\x7f-\x9f\u2028\u2029]+/g, ' ').trim()
    await fc.assert(
      fc.asyncProperty(words, words, words, words, words, async (subject, toName, fromName, title, body) => {
        const { bytes } = compose(
          letter({
            subject,
            toName,
            html: quotedPrintable(`<p>${body}</p>`),
            text: quotedPrintable(`${body}!`),
          }),
          plan({ from: { address: 'news@example.org', name: fromName }, list: { name: 'daily', title } }),
        )
        expectWellFormed(bytes)
        expect(fieldsOf(bytes)).toHaveLength(14)
        const parsed = await parse(bytes)
        expect(parsed.subject ?? '').toBe(tidy(subject))
        // mailparser trims and joins blanks beyond ASCII in a body's lines; its bytes are compared instead.
        expect(bytes.toString('latin1')).toContain(`\r\n\r\n${quotedPrintable(`<p>${body}</p>`)}\r\n--=_`)
      }),
      { numRuns: 150 },
    )
  })
})

describe('an attempt to write header fields of one’s own', () => {
  const attack = 'x\r\nBcc: everyone@example.com\r\n\r\n<script>'
  const injected = (bytes: Buffer): boolean => fieldOf(bytes, 'Bcc') !== undefined

  it.each<[string, Partial<Letter>, Partial<ComposePlan>]>([
    ['a subject', { subject: attack }, {}],
    ['a recipient’s name', { toName: attack }, {}],
    ['a sender’s name', {}, { from: { address: 'news@example.org', name: attack } }],
    ['a list’s title', {}, { list: { name: 'daily', title: attack } }],
    ['a language', { language: attack }, {}],
  ])('by %s stays inside its field', (_, changes, planned) => {
    const { bytes } = compose(letter(changes), plan(planned))
    expectWellFormed(bytes)
    expect(injected(bytes)).toBe(false)
  })

  it.each<[string, string, Partial<Letter>, Partial<ComposePlan>]>([
    ['E_ADDRESS', 'a recipient', { to: `ada@example.net${attack}` }, {}],
    ['E_ADDRESS', 'a recipient with a line feed that trimming drops', { to: 'ada@example.net\n' }, {}],
    ['E_ADDRESS', 'a second recipient', { to: 'ada@example.net, eve@example.net' }, {}],
    ['E_ADDRESS', 'a recipient in brackets', { to: '<ada@example.net>' }, {}],
    ['E_ADDRESS', 'a recipient of 300 characters', { to: `a@${'b.'.repeat(150)}example` }, {}],
    ['E_ADDRESS', 'a sender', {}, { from: { address: `news@example.org${attack}`, name: '' } }],
    ['E_ADDRESS', 'a Reply-To', {}, { replyTo: `desk@example.org${attack}` }],
    ['E_CONFIG', 'a list name', {}, { list: { name: attack, title: '' } }],
    ['E_CONFIG', 'a Feedback-ID', {}, { feedbackId: `a:b:c:d${attack}` }],
    ['E_CONFIG', 'a Feedback-ID of three fields', {}, { feedbackId: 'a:b:c' }],
    ['E_CONFIG', 'a Message-ID domain', {}, { messageIdDomain: attack }],
    ['E_INTERNAL', 'a Message-ID', { messageId: `<x${attack}@mail.example.org>` }, {}],
    ['E_INTERNAL', 'a Message-ID of another domain', { messageId: '<x@example.com>' }, {}],
    ['E_INTERNAL', 'a long Message-ID', { messageId: `<${'x'.repeat(300)}@mail.example.org>` }, {}],
    ['E_INTERNAL', 'a letter before it', { references: `<x${attack}@mail.example.org>` }, {}],
    ['E_INTERNAL', 'a long one before it', { references: `<${'x'.repeat(300)}@mail.example.org>` }, {}],
    ['E_INTERNAL', 'an unsubscribe address', { unsubscribeUrl: `https://example.org/${attack}` }, {}],
    [
      'E_INTERNAL',
      'an unsubscribe address with a bracket',
      { unsubscribeUrl: 'https://example.org/>,<mailto:x' },
      {},
    ],
    [
      'E_INTERNAL',
      'a long unsubscribe address',
      { unsubscribeUrl: `https://example.org/${'x'.repeat(1000)}` },
      {},
    ],
    ['E_INTERNAL', 'an unsubscribe script', { unsubscribeUrl: 'javascript:alert(1)' }, {}],
    ['E_INTERNAL', 'a part with a letter whose low byte is a line feed', { html: 'a\u010a.\u010ab' }, {}],
    ['E_INTERNAL', 'a part that was not encoded', { text: 'Grüße' }, {}],
  ])('is refused with %s in %s', (code, _, changes, planned) => {
    const error = refusal(() => compose(letter(changes), plan(planned)))
    expect(error).toMatchObject({ code })
    expect(error.message).not.toMatch(/[\r\n\0]/)
    expect(error.message.length).toBeLessThan(300)
  })

  it('in any value of any field gives the fields of every letter or is refused', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constantFrom(
        '\r\n',
        '\r\n.\r\n',
        '\n',
        '\r',
        '\0',
        '\r\nBcc: e@example.com',
        '"',
        '<',
        '>',
        ',',
        ' ',
      ),
    )
    const around = (good: string) =>
      fc.oneof(
        fc.constant(good),
        value,
        fc.tuple(fc.nat(good.length), value).map(([at, bad]) => good.slice(0, at) + bad + good.slice(at)),
      )
    const changed = fc.record({
      to: around('ada@example.net'),
      toName: around('Ada'),
      subject: around('Ten stories'),
      language: around('de'),
      messageId: around('<0123@mail.example.org>'),
      unsubscribeUrl: around('https://news.example.org/u/AAEC'),
    })
    const plans = fc.record({
      from: fc.record({ address: around('news@example.org'), name: around('News') }),
      replyTo: fc.option(around('desk@example.org')),
      list: fc.record({ name: around('daily'), title: around('Daily') }),
      feedbackId: around('1:a:b:example.org'),
    })
    const known = new Set(fieldsOf(compose(letter()).bytes).map(({ name }) => name))
    let composed = 0
    fc.assert(
      fc.property(
        fc.oneof(
          changed.map((made) => ({ made, planned: {} })),
          plans.map((planned) => ({ made: {}, planned })),
        ),
        ({ made, planned }) => {
          let result: { bytes: Buffer; utf8: boolean }
          try {
            result = compose(letter(made), plan(planned))
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^E_(ADDRESS|CONFIG|INTERNAL)$/)
            return
          }
          composed += 1
          expectWellFormed(result.bytes, result.utf8)
          const names = fieldsOf(result.bytes).map(({ name }) => name)
          expect(new Set(names).size).toBe(names.length)
          for (const name of names) expect(known).toContain(name)
        },
      ),
      { numRuns: 1500 },
    )
    expect(composed).toBeGreaterThan(10)
  })
})

describe('a batch', () => {
  it('is not touched by a letter that fails in the middle', () => {
    const composer = createComposer(plan())
    const buffer = createLetterBuffer()
    const first = composer.compose(letter(), buffer)
    expect(refusal(() => composer.compose(letter({ html: 'ü' }), buffer))).toMatchObject({
      code: 'E_INTERNAL',
    })
    expect(buffer.length).toBe(first.length)
    const second = composer.compose(letter(), buffer)
    expect(second).toEqual({ offset: first.length, length: first.length, utf8: false })
    expect(buffer.bytes(second.offset, second.offset + second.length)).toEqual(buffer.bytes(0, first.length))
  })
})

describe('a Feedback-ID', () => {
  it('has four fields that Gmail takes, whatever the names are', () => {
    const parts = { publicationId: 12, campaign: 'spring', list: 'daily-news', senderDomain: 'example.org' }
    expect(feedbackId(parts)).toBe('12:spring:daily-news:example.org')
    expect(feedbackId({ ...parts, senderDomain: 'mail.news.example.org' })).toMatch(
      /^12:spring:daily-news:.{15}$/,
    )
    expect(feedbackId({ ...parts, senderDomain: 'a.b', campaign: 'a:b c\r\n', list: '' })).toBe(
      '12:a-b-c--:-:--a.b',
    )
  })
})
