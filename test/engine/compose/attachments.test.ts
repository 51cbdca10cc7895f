import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Attachment, composeWithAttachments } from '../../../engine/compose/attachments.ts'
import {
  compose,
  ed25519Pem,
  expectWellFormed,
  fieldsOf,
  letter,
  parse,
  plan,
  quotedPrintable,
  rsaPem,
  verify,
} from './support.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
)
const file = (changes: Partial<Attachment> = {}): Attachment => ({
  filename: 'report.pdf',
  contentType: 'application/pdf',
  bytes: Buffer.from('%PDF-1.7 not really\r\n.\r\n'),
  cid: null,
  ...changes,
})
const logo = file({ filename: 'logo.png', contentType: 'image/png', bytes: png, cid: 'logo@broadsheet' })

describe('a letter with attachments', () => {
  it('holds files, inline images and both texts, whole', async () => {
    const html = '<p>Grüße <img src="cid:logo@broadsheet"></p>\r\n'
    const { bytes } = await composeWithAttachments(plan(), letter({ html: quotedPrintable(html) }), [
      file(),
      logo,
    ])
    expectWellFormed(bytes)
    const parsed = await parse(bytes)
    expect(parsed.text).toBe('Grüße\n\nTen stories for you.\n')
    expect(parsed.html).toContain('<p>Grüße <img src="')
    expect(
      parsed.attachments.map(({ filename, contentType, contentDisposition }) => [
        filename,
        contentType,
        contentDisposition,
      ]),
    ).toEqual([
      ['logo.png', 'image/png', 'inline'],
      ['report.pdf', 'application/pdf', 'attachment'],
    ])
    expect(parsed.attachments[0]!.content.equals(png)).toBe(true)
    expect(parsed.attachments[0]!.cid).toBe('logo@broadsheet')
    expect(parsed.attachments[1]!.content.toString()).toBe('%PDF-1.7 not really\r\n.\r\n')
  })

  it('has the header fields of one without', async () => {
    const { bytes } = await composeWithAttachments(plan(), letter({ subject: 'Grüße' }), [file()])
    const content = ({ name }: { name: string }) => name !== 'Content-Type'
    expect(fieldsOf(bytes).filter(content)).toEqual(
      fieldsOf(compose(letter({ subject: 'Grüße' })).bytes).filter(content),
    )
  })

  it('is signed by every key, and the same bytes every time', async () => {
    const keys = [
      { domain: 'example.org', selector: 'e', privateKey: ed25519Pem() },
      { domain: 'example.org', selector: 'r', privateKey: rsaPem(2048) },
    ]
    for (const made of [
      letter(),
      letter({ text: '' }),
      letter({ html: '' }),
      letter({ html: '', text: '' }),
    ]) {
      const { bytes } = await composeWithAttachments(plan({ dkim: keys }), made, [file(), logo])
      expectWellFormed(bytes)
      expect((await verify(bytes, keys)).map(({ status }) => status.result)).toEqual(['pass', 'pass'])
      const again = await composeWithAttachments(plan({ dkim: keys }), made, [file(), logo])
      expect(again.bytes.equals(bytes)).toBe(true)
    }
  })

  it.each([
    ['Bericht für März 2026 – “endgültig” 🎉.pdf', 'Bericht für März 2026 – “endgültig” 🎉.pdf'],
    [`${'長い名前'.repeat(20)}.pdf`, `${'長い名前'.repeat(20)}.pdf`],
    ['a "quoted"; name=evil.exe.pdf', 'a "quoted"; name=evil.exe.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\windows\\win.ini', 'win.ini'],
    ['x\r\nBcc: everyone@example.com\r\n\r\n.pdf', 'x Bcc: everyone@example.com .pdf'],
    ['', 'attachment'],
  ])('keeps the file name %s', async (filename, expected) => {
    const { bytes } = await composeWithAttachments(plan(), letter(), [file({ filename })])
    expectWellFormed(bytes)
    const parsed = await parse(bytes)
    expect(parsed.attachments.map((each) => each.filename)).toEqual([expected])
  })

  it('is well formed whatever the files are called and hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.uint8Array({ maxLength: 500 }),
        async (filename, content) => {
          const { bytes } = await composeWithAttachments(plan(), letter(), [
            file({ filename, bytes: content }),
          ])
          expectWellFormed(bytes)
          const parsed = await parse(bytes)
          expect(parsed.attachments).toHaveLength(1)
          expect(parsed.attachments[0]!.content.equals(Buffer.from(content))).toBe(true)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('loads nothing: a path or an address in place of bytes is not followed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'broadsheet-attachments-'))
    try {
      const path = join(folder, 'secret.txt')
      writeFileSync(path, 'the secret')
      const sly = { ...file(), path, href: `file://${path}`, content: { path } }
      const { bytes } = await composeWithAttachments(plan(), letter(), [sly])
      const parsed = await parse(bytes)
      expect(parsed.attachments[0]!.content.toString()).toBe('%PDF-1.7 not really\r\n.\r\n')
      expect(bytes.includes(Buffer.from('the secret').toString('base64').slice(0, 12))).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each([
    ['a type with a line break', { contentType: 'text/plain\r\nBcc: x@example.com' }],
    ['no type', { contentType: 'pdf' }],
    ['a multipart type', { contentType: 'multipart/mixed' }],
    ['a message', { contentType: 'message/rfc822' }],
    ['a content id with a line break', { cid: 'a\r\nBcc: x@example.com' }],
    ['a content id in brackets', { cid: '<a>' }],
  ])('is refused for %s', async (_, changes) => {
    await expect(composeWithAttachments(plan(), letter(), [file(changes)])).rejects.toMatchObject({
      code: 'E_INPUT',
    })
  })
})
