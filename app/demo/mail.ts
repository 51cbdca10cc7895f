/** A mail as its reader sees it. */
export interface Mail {
  readonly subject: string
  /** The part in plain text. */
  readonly text: string
  /** The part in HTML; empty where there is none. */
  readonly html: string
  /** A header's value, unfolded; null where there is none. */
  header(name: string): string | null
}

/** Reads what Broadsheet writes: one part, or alternatives in plain text and HTML. */
export function readMail(bytes: Buffer): Mail {
  // One character a byte: the parts say what they are.
  const whole = partOf(bytes.toString('latin1'))
  const boundary = /boundary="?([^";]+)"?/i.exec(whole.header('content-type') ?? '')?.[1]
  const parts =
    boundary === undefined
      ? [whole]
      : whole.body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => partOf(part.replace(/^\r\n/, '')))
  const plain = parts.find((part) => (part.header('content-type') ?? 'text/plain').startsWith('text/plain'))
  const html = parts.find((part) => part.header('content-type')?.startsWith('text/html'))
  return {
    subject: decodeWords(whole.header('subject') ?? ''),
    text: plain === undefined ? '' : decodeBody(plain),
    html: html === undefined ? '' : decodeBody(html),
    header: (name) => whole.header(name),
  }
}

interface Part {
  readonly body: string
  header(name: string): string | null
}

function partOf(text: string): Part {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ')
  return {
    body: text.slice(end + 4),
    header: (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trimEnd() ?? null,
  }
}

function decodeBody({ body, header }: Part): string {
  switch (header('content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8')
    case 'quoted-printable':
      return unquote(body.replace(/=\r\n/g, ''))
    default:
      return Buffer.from(body, 'latin1').toString('utf8')
  }
}

/** RFC 2047; blanks between two encoded words are not part of the text. */
const decodeWords = (text: string): string =>
  text
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString('utf8')
        : unquote(word.replaceAll('_', ' ')),
    )

const unquote = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')
