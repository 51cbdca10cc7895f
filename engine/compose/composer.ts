import { bodyHash, createSigner } from './dkim.ts'
import { createHead } from './head.ts'
import type { ComposePlan, Letter } from './letter.ts'
import type { LetterBuffer } from './letter-buffer.ts'
import { afterHtml, beforeHtml, beforeText, shapes, withoutDots } from './shape.ts'

export interface ComposedLetter {
  readonly offset: number
  readonly length: number
  /** Needs SMTPUTF8 (RFC 6531): an address is not ASCII. The body is 7-bit always. */
  readonly utf8: boolean
}

/** Makes the letters of one publication. Of every letter it holds: all line ends are CRLF, no line is
 *  longer than 998 bytes or begins with ".", and the bytes are 7-bit ASCII but for the header fields of
 *  one with `utf8`. The same letter gives the same bytes. */
export interface Composer {
  /** Appends one message to the buffer; when it throws (see `createHead`), nothing was appended. */
  compose(letter: Letter, buffer: LetterBuffer): ComposedLetter
}

/** Reads and checks all that letters have in common: throws E_CONFIG or E_ADDRESS. */
export function createComposer(plan: ComposePlan): Composer {
  const headOf = createHead(plan)
  const signer = plan.dkim.length === 0 ? null : createSigner(plan.dkim)

  return {
    compose(letter, buffer) {
      const offset = buffer.length
      try {
        const head = headOf(letter, shapeOf(letter))
        // The signatures stand on top and cover what comes below. Their length is known, so they get
        // their place now and their text last: nothing is copied.
        if (signer !== null) buffer.reserve(signer.length(letter.date))
        if (head.utf8) buffer.writeUtf8(head.text)
        else buffer.writeAscii(head.text)
        const body = buffer.length
        writeBody(letter, buffer)
        if (signer !== null) {
          const hashed = bodyHash(buffer.bytes(body, buffer.length))
          buffer.fill(offset, signer.sign(head.signed(), hashed, letter.date))
        }
        return { offset, length: buffer.length - offset, utf8: head.utf8 }
      } catch (error) {
        buffer.truncate(offset)
        throw error
      }
    },
  }
}

const shapeOf = ({ html, text }: Letter) =>
  html === '' ? shapes.text : text === '' ? shapes.html : shapes.both

function writeBody({ html, text }: Letter, buffer: LetterBuffer): void {
  if (html === '' || text === '') {
    const only = withoutDots(html + text)
    buffer.writeAscii(only)
    if (!only.endsWith('\r\n')) buffer.writeAscii('\r\n')
    return
  }
  // The text is small: joining it is cheaper than writing it apart, which for the HTML it is not.
  buffer.writeAscii(beforeText + withoutDots(text) + beforeHtml)
  buffer.writeAscii(withoutDots(html))
  buffer.writeAscii(afterHtml)
}
