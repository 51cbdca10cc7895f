import { describe, expect, it } from 'vitest'
import { createLetterBuffer } from '../../../engine/compose/index.ts'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')

describe('the letter buffer', () => {
  it('grows as it is written to and keeps what it has', () => {
    const buffer = createLetterBuffer({ capacity: 1 })
    let expected = ''
    for (let turn = 0; turn < 50; turn++) {
      const text = `${turn} `.repeat(turn)
      buffer.writeAscii(text)
      buffer.writeUtf8('ü')
      buffer.writeBytes(Buffer.from('!'))
      expected += `${text}ü!`
    }
    expect(textOf(buffer.bytes(0, buffer.length))).toBe(expected)
  })

  it('takes nothing but ASCII as ASCII, at the very end of its memory too', () => {
    for (const text of ['ü', 'aü', 'üa', 'a€', '🎉', '\ud800', '\u010a', 'ü'.repeat(100)]) {
      for (let capacity = 4; capacity < 16; capacity++) {
        const buffer = createLetterBuffer({ capacity })
        buffer.writeAscii('abc')
        expect(() => buffer.writeAscii(text)).toThrow('not encoded')
        expect(textOf(buffer.bytes(0, buffer.length))).toBe('abc')
      }
    }
  })

  it('fills later what was reserved, however far it grew meanwhile', () => {
    const buffer = createLetterBuffer({ capacity: 8 })
    const at = buffer.reserve(5)
    buffer.writeAscii('x'.repeat(1000))
    buffer.fill(at, 'hello')
    expect(textOf(buffer.bytes(0, 7))).toBe('helloxx')
    buffer.truncate(at)
    expect(buffer.length).toBe(0)
  })

  it('gives its memory away and takes it back', () => {
    const buffer = createLetterBuffer({ capacity: 64 })
    buffer.writeAscii('one')
    const { memory, length } = buffer.take()
    expect(textOf(new Uint8Array(memory, 0, length))).toBe('one')
    expect(buffer.length).toBe(0)

    const moved = structuredClone(memory, { transfer: [memory] })
    expect(memory.byteLength).toBe(0)
    buffer.writeAscii('two')
    expect(textOf(buffer.bytes(0, 3))).toBe('two')

    buffer.reset(moved)
    buffer.writeAscii('three')
    expect(textOf(new Uint8Array(moved, 0, 5))).toBe('three')
    buffer.reset()
    expect(buffer.length).toBe(0)
  })

  it('has memory to give even when nothing was written', () => {
    const { memory, length } = createLetterBuffer().take()
    expect(length).toBe(0)
    structuredClone(memory, { transfer: [memory] })
  })
})
