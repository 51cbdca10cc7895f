import { BroadsheetError } from '../../errors.ts'

const startBytes = 65_536

/** The shared strings of a workbook, packed: a text of 20 letters takes 24 bytes and not an object of its own. */
export interface SheetTexts {
  add(text: string): void
  /** Empty where there is none. */
  get(index: number): string
}

export function createSheetTexts(limits: {
  readonly maxBytes: number
  readonly maxTexts: number
}): SheetTexts {
  let bytes = Buffer.allocUnsafe(startBytes)
  let ends = new Uint32Array(4096)
  let count = 0
  let used = 0
  return {
    add(text) {
      const size = Buffer.byteLength(text)
      if (used + size > limits.maxBytes || count >= limits.maxTexts)
        throw new BroadsheetError(
          'E_TOO_LARGE',
          'The workbook has too many different texts to read it in bounded memory: save the sheet as CSV.',
        )
      if (used + size > bytes.length) {
        const grown = Buffer.allocUnsafe(Math.min(limits.maxBytes, Math.max(used + size, bytes.length * 2)))
        bytes.copy(grown, 0, 0, used)
        bytes = grown
      }
      if (count === ends.length) {
        const grown = new Uint32Array(ends.length * 2)
        grown.set(ends)
        ends = grown
      }
      used += bytes.write(text, used)
      ends[count++] = used
    },
    get(index) {
      if (!(index >= 0 && index < count)) return ''
      return bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index])
    },
  }
}
