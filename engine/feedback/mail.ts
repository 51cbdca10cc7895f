import PostalMime, { decodeWords } from 'postal-mime'
import { textOfHtml } from '../content/text.ts'
import { type Field, fieldOf, readFields } from './fields.ts'

/** A mail, as much of it as reports are read from. */
export interface Mail {
  readonly headers: readonly Field[]
  /** What it says to people: its text parts, else its HTML without the markup. Lines end with \n. */
  readonly text: string
  /** All other parts, in their order. */
  readonly parts: readonly MailPart[]
}
export interface MailPart {
  /** In lower case, e.g. `message/delivery-status`. */
  readonly type: string
  readonly text: string
}

// A report comes first and is small; a copy of the letter, which may be large, comes last.
const maxBytes = 512 * 1024
// The parser keeps two pieces a line: 250,000 empty ones took it 6 s, 10,000 take 90 ms.
const maxLines = 10_000
const maxPartChars = 128 * 1024
const maxParts = 40
const limits = { maxNestingDepth: 24, maxHeadersSize: 192 * 1024, forceRfc822Attachments: true }

/** Opens a mail of any size and shape: reads its first 512 KB and 10,000 lines, and never throws. What cannot be taken apart is all text. */
export async function openMail(bytes: Uint8Array): Promise<Mail> {
  const head = withoutEnvelope(firstLines(bytes.subarray(0, maxBytes)))
  try {
    const parsed = await PostalMime.parse(head, limits)
    const headers = parsed.headers.map(({ key, value }) => ({ name: key, value: words(value) }))
    const text = parsed.text ?? ''
    // Parts that no boundary of the header divides: some servers forget it, or write another.
    const whole = text === '' && parsed.html === undefined && parsed.attachments.length === 0
    if (whole && headers.some(({ name, value }) => name === 'content-type' && /^multipart/i.test(value)))
      return { ...asText(head), headers }
    return {
      headers,
      text: lines(text.trim() === '' ? plain(parsed.html ?? '') : text),
      parts: parsed.attachments.slice(0, maxParts).map(({ mimeType, content }) => ({
        type: mimeType,
        text: lines(decoded(content).slice(0, maxPartChars)),
      })),
    }
  } catch {
    return asText(head)
  }
}

/** RFC 2047. */
const words = (value: string): string => {
  const cut = value.slice(0, 8000)
  return cut.includes('=?') ? decodeWords(cut).slice(0, 8000) : cut
}

function firstLines(bytes: Uint8Array): Uint8Array {
  let end = -1
  for (let lines = 0; lines < maxLines; lines++) {
    end = bytes.indexOf(10, end + 1)
    if (end < 0) return bytes
  }
  return bytes.subarray(0, end + 1)
}

/** Nested or headed beyond reason: the first header block, and the rest as it is. */
function asText(bytes: Uint8Array): Mail {
  const raw = lines(Buffer.from(bytes).toString('latin1').slice(0, maxPartChars))
  const end = raw.indexOf('\n\n')
  return {
    headers: readFields(end < 0 ? raw : raw.slice(0, end)),
    text: end < 0 ? '' : raw.slice(end + 2),
    parts: [],
  }
}

/** Mailbox files say who sent what above the header. */
function withoutEnvelope(bytes: Uint8Array): Uint8Array {
  const start = Buffer.from(bytes.subarray(0, 5)).toString('latin1')
  if (start !== 'From ' && start !== '>From') return bytes
  const end = bytes.indexOf(10)
  return end < 0 ? bytes : bytes.subarray(end + 1)
}

const decoded = (content: ArrayBuffer | Uint8Array | string): string =>
  typeof content === 'string' ? content : new TextDecoder('utf-8').decode(content)

const lines = (text: string): string =>
  text.slice(0, maxPartChars).replaceAll('\r\n', '\n').replaceAll('\r', '\n')

// Line breaks stand for those that HTML would show: words of one recipient would run into another's.
const breaks = /<(?:br|\/p|\/div|\/tr|\/li|\/h[1-6]|\/td)\b/gi
function plain(html: string): string {
  return html
    .slice(0, maxPartChars)
    .replace(breaks, '\n$&')
    .split('\n')
    .map((line) => textOfHtml(line))
    .join('\n')
}

export const headerOf = (mail: Pick<Mail, 'headers'>, name: string): string | null =>
  fieldOf(mail.headers, name)
