import { SmtpFault } from './faults.ts'

/** One SMTP reply (RFC 5321 4.2), its lines without code and separator, still latin1. */
export interface Reply {
  readonly code: number
  readonly lines: readonly string[]
}

export interface ReplyParser {
  /** Throws an `SmtpFault` at what is not SMTP. */
  push(chunk: Buffer): void
  /** Bytes of an unfinished reply are waiting. */
  readonly pending: boolean
}

// RFC 5321 4.5.3.1.5 allows 512 octets a line; servers with long links in their texts exceed it.
const maxLine = 4096
const maxReply = 64 * 1024

/** Cuts a server's bytes into replies. */
export function createReplyParser(onReply: (reply: Reply) => void): ReplyParser {
  let rest = ''
  let lines: string[] = []
  let size = 0
  return {
    get pending() {
      return rest !== '' || lines.length > 0
    },
    push(chunk) {
      const text = rest === '' ? chunk.toString('latin1') : rest + chunk.toString('latin1')
      let at = 0
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
        const line = text.slice(at, end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end)
        at = end + 1
        size += line.length
        const code = replyCodeOf(line)
        if (code === 0) throw notSmtp(line)
        if (line.length > maxLine || size > maxReply) throw tooLong()
        lines.push(line.slice(4))
        if (line.charCodeAt(3) === 45) continue
        const reply = { code, lines }
        lines = []
        size = 0
        onReply(reply)
      }
      rest = at === 0 ? text : text.slice(at)
      if (rest.length > maxLine) throw replyCodeOf(rest) === 0 ? notSmtp(rest) : tooLong()
      // A binary or chatty server may never send a line end: the first bytes tell enough.
      if (rest.length >= 4 && replyCodeOf(rest) === 0) throw notSmtp(rest)
    },
  }
}

/** 0 when the line is not of the form `250`, `250 text` or `250-text`. */
function replyCodeOf(line: string): number {
  const a = line.charCodeAt(0) - 48
  const b = line.charCodeAt(1) - 48
  const c = line.charCodeAt(2) - 48
  if (!(a >= 2 && a <= 5 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return 0
  const separator = line.length === 3 ? 32 : line.charCodeAt(3)
  return separator === 32 || separator === 45 ? a * 100 + b * 10 + c : 0
}

const tooLong = () => new SmtpFault('protocol', `The server's reply is longer than ${maxReply} bytes.`)

function notSmtp(line: string): SmtpFault {
  if (/^(HTTP\/|<!doctype|<html)/i.test(line)) {
    return new SmtpFault(
      'protocol',
      'This is a web server (it answers HTTP), not an SMTP server. Check the port.',
    )
  }
  if (line.startsWith('SSH-')) {
    return new SmtpFault('protocol', 'This is an SSH server, not an SMTP server. Check the port.')
  }
  if (/^[\x14-\x17]\x03[\x00-\x04]/.test(line)) {
    return new SmtpFault('protocol', 'The server speaks TLS from the first byte: set security to "tls".')
  }
  return new SmtpFault('protocol', `This is not an SMTP server: it says "${clean(line).slice(0, 80)}".`)
}

const controls = /[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

function clean(text: string): string {
  // Replies to SMTPUTF8 clients may be UTF-8 (RFC 6531 3.7.4.1).
  const decoded = /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text
  return decoded.replace(controls, ' ').trim()
}

// RFC 3463 2: class.subject.detail, at the front of the text.
const enhancedStatus = /^([245])\.\d{1,3}\.\d{1,3}(?=\s|$)/

/** `5.1.1`, or null where the server gives none or one of another class. */
export function enhancedOf(reply: Reply): string | null {
  const match = enhancedStatus.exec(reply.lines[0] ?? '')
  return match !== null && Number(match[1]) === Math.floor(reply.code / 100) ? match[0] : null
}

/** For grouping: `550 5.1.1`, or `550`. */
export function codeOf(reply: Reply): string {
  const enhanced = enhancedOf(reply)
  return enhanced === null ? String(reply.code) : `${reply.code} ${enhanced}`
}

/** The server's text for people: one line, no controls, at most 500 characters. */
export function textOf(reply: Reply): string {
  if (reply.lines.length === 1) return cut(clean((reply.lines[0] ?? '').replace(enhancedStatus, '')))
  return cut(clean(reply.lines.map((line) => line.replace(enhancedStatus, '').trim()).join(' ')))
}

export const maxDetail = 500

function cut(text: string): string {
  return text.length <= maxDetail ? text : `${text.slice(0, maxDetail - 3).toWellFormed()}...`
}
