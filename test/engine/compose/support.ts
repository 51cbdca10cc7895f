import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { simpleParser } from 'mailparser'
import { expect } from 'vitest'
import type { ComposePlan, Letter } from '../../../engine/compose/index.ts'
import { createComposer, createLetterBuffer, dkimRecord } from '../../../engine/compose/index.ts'
import type { DkimKey } from '../../../engine/config.ts'

export const plan = (changes: Partial<ComposePlan> = {}): ComposePlan => ({
  from: { address: 'news@example.org', name: 'The Daily Broadsheet' },
  replyTo: 'desk@example.org',
  list: { name: 'daily-news', title: 'Daily News' },
  feedbackId: '12:spring:daily-news:example.org',
  messageIdDomain: 'mail.example.org',
  dkim: [],
  ...changes,
})

export const letter = (changes: Partial<Letter> = {}): Letter => ({
  to: 'ada@example.net',
  toName: 'Ada Lovelace',
  subject: 'Ten stories for you',
  html: quotedPrintable('<h1>Grüße</h1>\r\n<p>Ten stories for you.</p>\r\n'),
  text: quotedPrintable('Grüße\r\n\r\nTen stories for you.\r\n'),
  language: 'de',
  date: Date.UTC(2026, 10, 23, 17, 48, 31),
  messageId: '<0123456789abcdef0123456789abcdef@mail.example.org>',
  unsubscribeUrl: 'https://news.example.org/u/AAECAwQFBgcICQoLDA0ODw',
  ...changes,
})

/** RFC 2045 6.7, as plainly as it can be written: the encoder under test elsewhere is not used here. */
export function quotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map((line) => {
      const units = [...Buffer.from(line)].map((byte, index, all) => {
        const blankAtEnd = (byte === 32 || byte === 9) && index === all.length - 1
        const plain = byte >= 32 && byte < 127 && byte !== 61 && byte !== 46 && !blankAtEnd
        return plain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
      })
      const lines = ['']
      for (const unit of units) {
        if (lines.at(-1)!.length + unit.length > 75) lines.push('')
        lines[lines.length - 1] += unit
      }
      return lines.join('=\r\n')
    })
    .join('\r\n')
}

export function compose(made: Letter, of: ComposePlan = plan()): { bytes: Buffer; utf8: boolean } {
  const buffer = createLetterBuffer({ capacity: 16 })
  const { offset, length, utf8 } = createComposer(of).compose(made, buffer)
  return { bytes: Buffer.from(buffer.bytes(offset, offset + length)), utf8 }
}

/** What every message must be, whatever is in it. */
export function expectWellFormed(bytes: Buffer, utf8 = false): void {
  const raw = bytes.toString('latin1')
  expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/)
  expect(raw.endsWith('\r\n')).toBe(true)
  for (const line of raw.split('\r\n')) {
    expect(line.length).toBeLessThanOrEqual(998)
    expect(line.startsWith('.')).toBe(false)
  }
  if (!utf8) expect(raw).toMatch(/^[\x00-\x7f]*$/)
  const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
  for (const line of head.split('\r\n')) {
    // A field's first line or the continuation of one; never blank, but for an empty subject.
    if (line === 'Subject: ') continue
    expect(line).toMatch(/^([A-Za-z0-9-]+: |[ \t]+)[\x20-\xff]*[^ \t]$/)
    expect(line.length).toBeLessThanOrEqual(998)
  }
}

/** The fields of a message in order, unfolded. */
export function fieldsOf(bytes: Buffer): { name: string; value: string }[] {
  const head = bytes.toString('utf8').split('\r\n\r\n')[0]!
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => {
      const colon = line.indexOf(':')
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() }
    })
}
export const fieldOf = (bytes: Buffer, name: string): string | undefined =>
  fieldsOf(bytes).find((field) => field.name === name)?.value

export const parse = (bytes: Buffer) => simpleParser(bytes, { skipTextToHtml: true, skipHtmlToText: true })

const pem = (privateKey: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
export const rsaPem = (bits: number): string =>
  pem(generateKeyPairSync('rsa', { modulusLength: bits }).privateKey)
export const ed25519Pem = (): string => pem(generateKeyPairSync('ed25519').privateKey)

/** Checked by mailauth, as a strict receiver would, with the keys' own TXT records for DNS. */
export async function verify(bytes: Buffer, keys: readonly DkimKey[]) {
  const records = new Map(keys.map(dkimRecord).map(({ name, value }) => [name, value]))
  const { results } = await dkimVerify(bytes, {
    strict: true,
    curTime: new Date(Date.UTC(2026, 10, 24)),
    resolver: async (name: string) => {
      const record = records.get(name)
      if (record === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
      return [[record]]
    },
  } as Parameters<typeof dkimVerify>[1])
  return results
}
