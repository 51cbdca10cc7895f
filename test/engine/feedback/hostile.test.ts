import { expect, test } from 'vitest'
import { addressesIn, reportedAddress } from '../../../engine/feedback/addresses.ts'
import { smtpIn, statusIn } from '../../../engine/feedback/codes.ts'
import { readFields } from '../../../engine/feedback/fields.ts'
import { readReport } from '../../../engine/feedback/read.ts'
import { splitCopy } from '../../../engine/feedback/returned.ts'
import { createJudge } from '../../../engine/feedback/rules/judge.ts'

const judge = createJudge([{ pattern: '(a+)+b|(x|xx)*y', class: 'policy' }])
const readers: { readonly [name: string]: (text: string) => unknown } = {
  addressesIn,
  reportedAddress,
  smtpIn,
  statusIn,
  readFields,
  splitCopy,
  judge: (text) => judge({ status: null, smtp: null, text, domain: null }),
}
const pieces = [
  '@',
  'a@',
  'a@b.',
  '<a@b.org>:\n',
  '\n',
  '\n ',
  ' ',
  '\t',
  'a',
  'x',
  '-',
  '>',
  '5.',
  '5.1.',
  '550-',
  '550 ',
  'a:',
  'a:\n',
  '(',
  'smtp:',
  '---',
  'Received:',
  '\\x{',
  '+2B',
]
const fill = (piece: string, chars: number) => piece.repeat(Math.ceil(chars / piece.length))

/** Milliseconds of the fastest of five. */
function cost(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 5; turn++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return best
}

test.each(Object.keys(readers))('%s takes 100 KB of anything within 50 ms', (name) => {
  for (const piece of pieces) {
    const text = fill(piece, 100_000)
    expect(
      cost(() => readers[name]!(text)),
      JSON.stringify(piece),
    ).toBeLessThan(50)
  }
})

const head = 'From: MAILER-DAEMON@example.com\r\nSubject: failure notice\r\n'
const shapes: { readonly [name: string]: () => string } = {
  '26 MB of text': () =>
    `${head}\r\n${fill('Hi. This is the qmail-send program. <a@example.org>:\r\n', 26_000_000)}`,
  '26 MB on one line': () => `${head}\r\n${fill('a@example.org ', 26_000_000)}`,
  'a header of 1 MB': () => `${head}X-Long: ${fill('x', 1_000_000)}\r\n\r\nundeliverable\r\n`,
  '100,000 header fields': () => `${head}${fill('X-A: 1\r\n', 800_000)}\r\nundeliverable\r\n`,
  'a folded header of 100,000 lines': () =>
    `${head}X-A: 1\r\n${fill(' 1\r\n', 400_000)}\r\nundeliverable\r\n`,
  'parts 10,000 deep': () => {
    const open = Array.from(
      { length: 10_000 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    )
    return `${head}${open.join('')}Content-Type: text/plain\r\n\r\nundeliverable\r\n`
  },
  '100,000 parts': () =>
    `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${fill('--b\r\nContent-Type: application/x\r\n\r\nx\r\n', 4_000_000)}`,
  'letters in letters': () => `${head}${fill('Content-Type: message/rfc822\r\n\r\n', 400_000)}`,
  'recipients without end': () =>
    `${head}Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n${fill('Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n', 5_000_000)}--b--\r\n`,
  'HTML without end': () =>
    `${head}Content-Type: text/html\r\n\r\n${fill('<div><p>undeliverable', 2_000_000)}`,
  'only line ends': () => `${head}\r\n${fill('\r\n', 5_000_000)}`,
  'a part that never ends its base64': () =>
    `${head}Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n${fill('RmluYWwt', 2_000_000)}`,
  nothing: () => '',
}

test.each(Object.keys(shapes))(
  '%s is read, or passed over, and costs what its first part does',
  async (name) => {
    const bytes = Buffer.from(shapes[name]!(), 'latin1')
    const before = process.memoryUsage().rss
    const start = performance.now()
    const reading = await readReport(bytes)
    expect(reading.recipients.length).toBeLessThanOrEqual(50)
    expect(reading.context.length).toBeLessThanOrEqual(2000)
    for (const { text } of reading.recipients) expect(text.length).toBeLessThanOrEqual(500)
    // Reading half a megabyte takes tens of milliseconds; what grew with the whole would take many seconds.
    expect(performance.now() - start).toBeLessThan(5000)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
  },
)

test('any bytes are read', async () => {
  let seed = 7
  const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648)
  for (let turn = 0; turn < 200; turn++) {
    const bytes = Uint8Array.from({ length: 2000 }, () => next() & 255)
    await expect(readReport(bytes)).resolves.toMatchObject({ kind: 'none' })
  }
})
