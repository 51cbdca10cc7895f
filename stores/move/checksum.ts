import { hash } from 'node:crypto'
import type { Row } from './kinds.ts'

/** Of a table's rows, in whatever order they come: both sides have their own. */
export interface Checksum {
  add(row: Row): void
  readonly rows: number
  /** The sum of each row's SHA-256, modulo 2^256, in hex. */
  readonly sha256: string
}

const lanes = 8

export function createChecksum(): Checksum {
  const sums = new Uint32Array(lanes)
  let rows = 0
  return {
    add(row) {
      const digest = hash('sha256', JSON.stringify(row), 'buffer')
      rows += 1
      let carry = 0
      for (let lane = lanes - 1; lane >= 0; lane -= 1) {
        const sum = sums[lane]! + digest.readUInt32BE(lane * 4) + carry
        sums[lane] = sum
        carry = sum > 0xffff_ffff ? 1 : 0
      }
    },
    get rows() {
      return rows
    },
    get sha256() {
      return [...sums].map((sum) => sum.toString(16).padStart(8, '0')).join('')
    },
  }
}
