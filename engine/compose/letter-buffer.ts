import { BroadsheetError } from '../errors.ts'

/** The finished letters of one batch, one behind the other in one piece of memory, so that a worker
 *  hands a batch to the main thread by moving a pointer.
 *
 *  Not for concurrent use. Views from `bytes` are good until the next write, `reset` or `take`. */
export interface LetterBuffer {
  /** Bytes written so far: the offset of the next write. */
  readonly length: number
  /** Throws E_INTERNAL, having written nothing, when `text` is not 7-bit ASCII. */
  writeAscii(text: string): void
  writeUtf8(text: string): void
  writeBytes(bytes: Uint8Array): void
  /** Leave room that `fill` writes later. Returns its offset. */
  reserve(bytes: number): number
  /** Write ASCII at an offset that was reserved. */
  fill(offset: number, text: string): void
  bytes(from: number, to: number): Uint8Array
  /** Forget what was written from here on. */
  truncate(length: number): void
  /** Begin anew, in `memory` if given: blocks that came back from `take` save the cost of fresh pages
   *  (0.8 us a KB, more than composing costs). */
  reset(memory?: ArrayBuffer): void
  /** Give the memory away, to be transferred: the first `length` bytes are the letters, the rest is
   *  slack. The buffer is empty afterwards and allocates at the next write. */
  take(): { readonly memory: ArrayBuffer; readonly length: number }
}

const defaultCapacity = 256 * 1024
// The widest UTF-8 character: with this much room behind it, a write that stops early has still
// written more bytes than the text has characters, unless all of them were ASCII.
const slack = 4

export function createLetterBuffer(options: { readonly capacity?: number } = {}): LetterBuffer {
  let capacity = Math.max(options.capacity ?? defaultCapacity, slack)
  let memory = Buffer.alloc(0)
  let length = 0

  const ensure = (bytes: number): void => {
    const needed = length + bytes + slack
    if (needed <= memory.length) return
    while (capacity < needed) capacity *= 2
    // Slow: not from Node's shared pool, which cannot be transferred.
    const grown = Buffer.allocUnsafeSlow(capacity)
    memory.copy(grown, 0, 0, length)
    memory = grown
  }

  return {
    get length() {
      return length
    },
    writeAscii(text) {
      ensure(text.length)
      // As UTF-8 and not as Latin-1, which is 1 us a letter faster, but turns U+010A into a line feed.
      const written = memory.write(text, length, 'utf8')
      if (written !== text.length) {
        throw new BroadsheetError(
          'E_INTERNAL',
          'A part of the letter is not encoded: it holds non-ASCII text',
        )
      }
      length += written
    },
    writeUtf8(text) {
      ensure(text.length * 3)
      length += memory.write(text, length, 'utf8')
    },
    writeBytes(bytes) {
      ensure(bytes.length)
      memory.set(bytes, length)
      length += bytes.length
    },
    reserve(bytes) {
      ensure(bytes)
      const offset = length
      length += bytes
      return offset
    },
    fill(offset, text) {
      memory.write(text, offset, text.length, 'latin1')
    },
    bytes: (from, to) => memory.subarray(from, to),
    truncate(to) {
      length = Math.min(length, to)
    },
    reset(given) {
      length = 0
      if (given !== undefined) memory = Buffer.from(given)
      capacity = Math.max(capacity, memory.length)
    },
    take() {
      ensure(0)
      const taken = { memory: memory.buffer as ArrayBuffer, length }
      memory = Buffer.alloc(0)
      length = 0
      return taken
    },
  }
}
