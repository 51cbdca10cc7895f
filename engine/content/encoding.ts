/** Bytes as text, and how that was found. */
export interface DecodedText {
  readonly text: string
  /** WHATWG name, e.g. `utf-8`. */
  readonly encoding: string
  readonly warnings: readonly string[]
}

// Encodings in which any text is also valid ASCII: their label has to be believed.
const sevenBit = /^(iso-2022-|hz-gb)/

/** Decode a feed. A BOM decides; then bytes that are valid UTF-8 are UTF-8 whatever the labels say, since no text
 *  of another encoding with letters beyond ASCII is; then the XML declaration, then the HTTP charset. What a UTF-8
 *  label does not explain is read as Windows-1252, byte by byte: pages pasted from word processors mix both. */
export function decodeText(bytes: Uint8Array, contentType: string | null): DecodedText {
  const [marked, skip] = byBom(bytes)
  if (marked !== null) return plain(bytes.subarray(skip), marked, [])
  const wide = byZeros(bytes)
  if (wide !== null) return plain(bytes, wide, [`has no byte order mark; read as ${wide}`])

  const declared = known(declaredIn(bytes))
  const sent = known(charsetOf(contentType))
  const label = declared ?? sent
  if (label !== null && sevenBit.test(label)) return plain(bytes, label, [])
  const warnings =
    declared !== null && sent !== null && declared !== sent
      ? [`the declaration says ${declared}, the HTTP header ${sent}`]
      : []
  const utf8 = strictUtf8(bytes)
  if (utf8 !== null) {
    const wrong = label !== null && label !== 'utf-8' && hasHighBytes(bytes)
    return {
      text: utf8,
      encoding: 'utf-8',
      warnings: wrong ? [...warnings, `says ${label} and is utf-8`] : warnings,
    }
  }
  if (label !== null && label !== 'utf-8') return plain(bytes, label, warnings)
  return {
    text: mixed(bytes),
    encoding: 'utf-8',
    warnings: [...warnings, 'is not valid utf-8; the rest was read as windows-1252'],
  }
}

const plain = (bytes: Uint8Array, encoding: string, warnings: readonly string[]): DecodedText => ({
  text: new TextDecoder(encoding).decode(bytes),
  encoding,
  warnings,
})

function byBom(bytes: Uint8Array): [encoding: string | null, skip: number] {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) {
    const rest = bytes.subarray(3)
    // A BOM in front of something else was put there by an editor.
    return strictUtf8(rest) === null ? [null, 0] : ['utf-8', 3]
  }
  if (a === 0xff && b === 0xfe) return ['utf-16le', 2]
  if (a === 0xfe && b === 0xff) return ['utf-16be', 2]
  return [null, 0]
}

/** `<` or `{` in two bytes. */
function byZeros(bytes: Uint8Array): string | null {
  const [a, b] = bytes
  if ((a === 0x3c || a === 0x7b) && b === 0) return 'utf-16le'
  return a === 0 && (b === 0x3c || b === 0x7b) ? 'utf-16be' : null
}

const headBytes = 1024

function declaredIn(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1')
  const at = head.indexOf('<?xml')
  if (at < 0) return null
  const end = head.indexOf('>', at)
  const declaration = head.slice(at, end < 0 ? head.length : end)
  return /\bencoding\s{0,8}=\s{0,8}["']?([\w.:-]{1,40})/i.exec(declaration)?.[1] ?? null
}

const charsetOf = (contentType: string | null): string | null =>
  /;\s{0,8}charset\s{0,8}=\s{0,8}["']?([\w.:-]{1,40})/i.exec((contentType ?? '').slice(0, 200))?.[1] ?? null

/** The WHATWG name of a label; null for one that does not exist. A UTF-16 label on bytes that are not cannot be right. */
function known(label: string | null): string | null {
  if (label === null) return null
  try {
    const { encoding } = new TextDecoder(label)
    return encoding.startsWith('utf-16') ? null : encoding
  } catch {
    return null
  }
}

function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

const hasHighBytes = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0x7f)

/** Length of the UTF-8 sequence at `at`, 0 where there is none (RFC 3629 3). */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (length < 2) return length
  const second = bytes[at + 1] ?? 0
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) {
    const byte = bytes[at + i] ?? 0
    if (byte < 0x80 || byte > 0xbf) return 0
  }
  return length
}

function mixed(bytes: Uint8Array): string {
  const utf8 = new TextDecoder()
  const windows = new TextDecoder('windows-1252')
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    if (at > from) parts.push(utf8.decode(bytes.subarray(from, at)))
    parts.push(windows.decode(bytes.subarray(at, at + 1)))
    at += 1
    from = at
  }
  parts.push(utf8.decode(bytes.subarray(from)))
  return parts.join('')
}
