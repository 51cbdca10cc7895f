import { type ContentFields, relaxed } from './head.ts'

/** "=_" is in no quoted-printable text: there "=" is followed by two hex digits or the line's end
 *  (RFC 2045 6.7). So one boundary serves every letter, and none has to be searched for it. */
export const boundary = '=_broadsheet_part'

const quotedPart = (type: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n`

export const contentFields = (type: string, rest = ''): ContentFields => ({
  fields: `Content-Type: ${type}\r\n${rest}`,
  signed: relaxed('Content-Type', type),
})

const single = (type: string): ContentFields =>
  contentFields(`${type}; charset=utf-8`, 'Content-Transfer-Encoding: quoted-printable\r\n')

export const shapes = {
  both: contentFields(`multipart/alternative;\r\n boundary="${boundary}"`),
  html: single('text/html'),
  text: single('text/plain'),
} as const

// Plain text first: the last part a reader understands is the one it shows (RFC 2046 5.1.4).
export const beforeText = `--${boundary}\r\n${quotedPart('text/plain')}\r\n`
export const beforeHtml = `\r\n--${boundary}\r\n${quotedPart('text/html')}\r\n`
export const afterHtml = `\r\n--${boundary}--\r\n`

/** Keep every line from beginning with ".", which SMTP would have to double and which, alone on a
 *  line, would end the message. The encoder sees to it already; what it once misses must not become
 *  somebody's second message. 3 us for 24 KB. */
export function withoutDots(part: string): string {
  if (!part.startsWith('.') && !part.includes('\n.')) return part
  return part.replace(/(^|\n)\./g, '$1=2E')
}
