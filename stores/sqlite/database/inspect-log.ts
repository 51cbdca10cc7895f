import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { damaged } from './damage.ts'

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const headerBytes = 32
const frameHeaderBytes = 24
const magicLittle = 0x377f0682
const magicBig = 0x377f0683

type Sums = readonly [number, number]

/** Check a log that a crash left behind; throws E_STORE_CORRUPT.
 *
 *  SQLite reads a log up to the first frame whose checksum is wrong and silently forgets the rest. That is right
 *  for the transaction that was being written when the power went, and wrong for a flipped bit in what was
 *  acknowledged long before. The two can be told apart: a transaction is only begun in the log once the one
 *  before it is on the disk. So a bad frame with a whole later transaction behind it is damage. */
export function inspectLog(file: string): void {
  const descriptor = openSync(`${file}-wal`, 'r')
  try {
    const { size } = fstatSync(descriptor)
    // Nothing was acknowledged out of a log that has no whole frame.
    if (size <= headerBytes + frameHeaderBytes) return
    const header = read(descriptor, 0, headerBytes)
    const magic = header.readUInt32BE(0)
    const bigEndian = magic === magicBig
    const start = sum([0, 0], header.subarray(0, 24), bigEndian)
    if ((magic !== magicLittle && !bigEndian) || !equals(start, header, 24))
      throw damaged(
        file,
        `the header of its log ${file}-wal is wrong (moving that log aside instead starts with what the file held before it)`,
      )
    const frameBytes = frameHeaderBytes + header.readUInt32BE(8)
    const frames = Math.floor((size - headerBytes) / frameBytes)
    let sums: Sums | null = start
    let bad = 0
    let committedBehind = false
    for (let i = 0; i < frames; i += 1) {
      const frame = read(descriptor, headerBytes + i * frameBytes, frameBytes)
      const ofThisLog = frame.compare(header, 16, 24, 8, 16) === 0
      if (sums !== null) {
        const next = sum(
          sum(sums, frame.subarray(0, 8), bigEndian),
          frame.subarray(frameHeaderBytes),
          bigEndian,
        )
        sums = ofThisLog && equals(next, frame, 16) ? next : null
        if (sums !== null) continue
        bad = i + 1
      }
      // Frames of an earlier round of the log carry other salts.
      if (!ofThisLog) continue
      if (committedBehind)
        throw damaged(
          file,
          `frame ${bad} of its log ${file}-wal is wrong, with acknowledged writes behind it`,
        )
      committedBehind = frame.readUInt32BE(4) !== 0
    }
  } finally {
    closeSync(descriptor)
  }
}

function read(descriptor: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  readSync(descriptor, buffer, 0, bytes, at)
  return buffer
}

function sum([first, second]: Sums, bytes: Buffer, bigEndian: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let a = first
  let b = second
  for (let i = 0; i < bytes.length; i += 8) {
    a = (a + view.getUint32(i, !bigEndian) + b) >>> 0
    b = (b + view.getUint32(i + 4, !bigEndian) + a) >>> 0
  }
  return [a, b]
}

const equals = ([a, b]: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b
