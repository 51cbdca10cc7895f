import { beforeAll, describe, expect, it } from 'vitest'
import { createComposer, createLetterBuffer, dkimRecord } from '../../../engine/compose/index.ts'
import type { DkimKey } from '../../../engine/config.ts'
import { compose, ed25519Pem, expectWellFormed, fieldsOf, letter, plan, rsaPem, verify } from './support.ts'

let rsa: DkimKey
let small: DkimKey
let ed25519: DkimKey
beforeAll(() => {
  rsa = { domain: 'example.org', selector: 'r2026', privateKey: rsaPem(2048) }
  small = { domain: 'example.com', selector: 'old', privateKey: rsaPem(1024) }
  ed25519 = { domain: 'example.org', selector: 'e2026', privateKey: ed25519Pem() }
})

const statuses = async (bytes: Buffer, keys: readonly DkimKey[]) =>
  (await verify(bytes, keys)).map(({ signingDomain, selector, algo, status }) => ({
    key: `${selector}.${signingDomain}`,
    algo,
    result: status.result,
  }))

describe('a signed letter', () => {
  it('passes an independent verifier with every key, in the order of the keys', async () => {
    const keys = [ed25519, rsa, small]
    const { bytes } = compose(letter(), plan({ dkim: keys }))
    expectWellFormed(bytes)
    expect(await statuses(bytes, keys)).toEqual([
      { key: 'e2026.example.org', algo: 'ed25519-sha256', result: 'pass' },
      { key: 'r2026.example.org', algo: 'rsa-sha256', result: 'pass' },
      { key: 'old.example.com', algo: 'rsa-sha256', result: 'pass' },
    ])
  })

  it.each([
    ['without a Reply-To', letter(), plan({ replyTo: null })],
    ['of HTML alone', letter({ text: '' }), plan()],
    ['of text alone, without a line end', letter({ html: '', text: 'Hello' }), plan()],
    ['that ends in empty lines', letter({ html: '', text: 'Hello\r\n\r\n\r\n' }), plan()],
    ['without a body', letter({ html: '', text: '' }), plan()],
    ['of empty lines alone', letter({ html: '', text: '\r\n\r\n' }), plan()],
    [
      'with folded, encoded fields',
      letter({ subject: 'Überraschung '.repeat(20), toName: '张伟 '.repeat(30) }),
      plan(),
    ],
    ['to a non-ASCII mailbox', letter({ to: 'jürgen@example.net', toName: 'Jürgen' }), plan()],
    ['dated before 2001', letter({ date: 0 }), plan()],
  ])('passes %s', async (_, made, of) => {
    const keys = [rsa, ed25519]
    const { bytes } = compose(made, { ...of, dkim: keys })
    expect((await statuses(bytes, keys)).map(({ result }) => result)).toEqual(['pass', 'pass'])
  })

  it('covers both one-click fields, and From twice', async () => {
    const { bytes } = compose(letter(), plan({ dkim: [rsa, ed25519] }))
    const signatures = fieldsOf(bytes).filter(({ name }) => name === 'DKIM-Signature')
    expect(signatures).toHaveLength(2)
    for (const { value } of signatures) {
      const names = /h=([^;]*);/.exec(value)![1]!.replaceAll(' ', '').split(':')
      for (const name of [
        'list-unsubscribe',
        'list-unsubscribe-post',
        'list-id',
        'feedback-id',
        'reply-to',
        'to',
        'subject',
        'date',
        'message-id',
        'mime-version',
        'content-type',
      ]) {
        expect(names).toContain(name)
      }
      expect(names.filter((name) => name === 'from')).toHaveLength(2)
    }
  })

  it.each([
    ['its From', (raw: string) => raw.replace('From: The Daily', 'From: The Dayly')],
    ['its List-Unsubscribe', (raw: string) => raw.replace('/u/AAEC', '/u/AAED')],
    ['its List-Unsubscribe-Post', (raw: string) => raw.replace('One-Click', 'Two-Click')],
    ['its List-Id', (raw: string) => raw.replace('Daily News', 'Daily Mews')],
    ['its Feedback-ID', (raw: string) => raw.replace('12:spring', '13:spring')],
    ['its Subject', (raw: string) => raw.replace('Subject: Ten', 'Subject: Two')],
    ['its body', (raw: string) => raw.replace('<h1>', '<h2>')],
    ['a second From', (raw: string) => `From: evil@example.com\r\n${raw}`],
    ['a second Subject', (raw: string) => `Subject: Buy\r\n${raw}`],
    ['a Cc', (raw: string) => `Cc: everyone@example.com\r\n${raw}`],
  ])('fails once %s was changed or added', async (_, change) => {
    const keys = [rsa, ed25519]
    const { bytes } = compose(letter(), plan({ dkim: keys }))
    const changed = Buffer.from(change(bytes.toString('latin1')), 'latin1')
    expect(changed.equals(bytes)).toBe(false)
    expect((await statuses(changed, keys)).map(({ result }) => result)).toEqual(['fail', 'fail'])
  })

  it('survives what relaxed canonicalization allows: refolding and other blanks', async () => {
    const { bytes } = compose(letter({ subject: 'one two three' }), plan({ dkim: [rsa] }))
    const refolded = bytes.toString('latin1').replace('Subject: one two', 'SUBJECT:one\r\n \t two')
    expect((await statuses(Buffer.from(refolded, 'latin1'), [rsa])).map(({ result }) => result)).toEqual([
      'pass',
    ])
  })

  it('is the same bytes every time, and each in a batch stands alone', async () => {
    const composer = createComposer(plan({ dkim: [ed25519] }))
    const buffer = createLetterBuffer({ capacity: 64 })
    const made = ['ada', 'bob', 'ada'].map((name) =>
      composer.compose(letter({ to: `${name}@example.net` }), buffer),
    )
    const [first, second, third] = made.map(({ offset, length }) =>
      Buffer.from(buffer.bytes(offset, offset + length)),
    )
    expect(third).toEqual(first)
    for (const bytes of [first!, second!]) {
      expect((await statuses(bytes, [ed25519])).map(({ result }) => result)).toEqual(['pass'])
    }
  })
})

describe('a key that cannot sign', () => {
  const refusal = (key: Partial<DkimKey>): string => {
    try {
      createComposer(plan({ dkim: [{ ...rsa, ...key }] }))
    } catch (error) {
      expect(error).toMatchObject({ code: 'E_CONFIG' })
      return (error as Error).message
    }
    throw new Error('was accepted')
  }

  it('is refused with its name and what is wrong', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const rsa512 = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey
    expect(refusal({ privateKey: 'secret' })).toMatch(
      /^DKIM key "r2026" of example.org is not a private key in PEM/,
    )
    expect(refusal({ privateKey: ec.publicKey.export({ type: 'spki', format: 'pem' }).toString() })).toMatch(
      /is a public key/,
    )
    expect(
      refusal({ privateKey: ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }),
    ).toMatch(/is of type ec: DKIM knows rsa and ed25519/)
    expect(refusal({ privateKey: rsa512.export({ type: 'pkcs8', format: 'pem' }).toString() })).toMatch(
      /has 512 bits/,
    )
    const encrypted = ec.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    })
    expect(refusal({ privateKey: encrypted.toString() })).toMatch(/encrypted with a passphrase/)
    expect(refusal({ privateKey: rsa.privateKey.slice(0, 300) })).toMatch(/damaged or cut off/)
  })

  it('is refused when its record has a second key', () => {
    expect(() => createComposer(plan({ dkim: [rsa, { ...ed25519, selector: 'R2026' }] }))).toThrow(
      'DKIM key "R2026" of example.org is there twice',
    )
  })

  it('says nothing of what is in it', () => {
    const message = refusal({ privateKey: rsa.privateKey.slice(0, 300) })
    expect(message).not.toContain(rsa.privateKey.slice(40, 60))
  })

  it('PKCS#1 is as good as PKCS#8', async () => {
    const { createPrivateKey } = await import('node:crypto')
    const pkcs1 = createPrivateKey(rsa.privateKey).export({ type: 'pkcs1', format: 'pem' }).toString()
    const key = { ...rsa, privateKey: pkcs1 }
    expect(dkimRecord(key)).toEqual(dkimRecord(rsa))
    const { bytes } = compose(letter(), plan({ dkim: [key] }))
    expect((await statuses(bytes, [rsa])).map(({ result }) => result)).toEqual(['pass'])
  })
})
