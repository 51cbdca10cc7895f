import { BroadsheetError } from '../errors.ts'
import type { Candidate } from '../model/publication.ts'
import type { Pick, Reason } from './ranker.ts'

/** What a recipient got and why, as the ledger keeps it: per pick the item's id and a reason number, each as
 *  a LEB128 varint. Ten picks of ids below two million are 40 bytes; a million recipients, 40 MB.
 *
 *  Reason numbers are stored: existing ones never change their meaning. */
export const reasonNumbers = { pinned: 0, popular: 1, recent: 2, followsFirst: 3 } as const

export interface StoredPick {
  readonly itemId: number
  /** 0 pinned, 1 popular, 2 recent, 3 + i: follows the item's i-th topic. */
  readonly reason: number
}

export function reasonNumber(reason: Reason, { topics }: { readonly topics: readonly string[] }): number {
  if (reason.kind !== 'follows') return reasonNumbers[reason.kind]
  const topic = topics.indexOf(reason.topic)
  if (topic < 0)
    throw new BroadsheetError('E_INTERNAL', `A pick follows "${reason.topic}", which its item lacks.`)
  return reasonNumbers.followsFirst + topic
}

/** What a stored number means for its item. A topic that the item has lost since reads as `recent`. */
export function storedReason(number: number, { topics }: { readonly topics: readonly string[] }): Reason {
  if (number === reasonNumbers.pinned) return { kind: 'pinned' }
  if (number === reasonNumbers.popular) return { kind: 'popular' }
  const topic = topics[number - reasonNumbers.followsFirst]
  return topic === undefined ? { kind: 'recent' } : { kind: 'follows', topic }
}

/** `picks` are indexes into `candidates`. No picks are no bytes. */
export function encodePicks(picks: readonly Pick[], candidates: readonly Candidate[]): Uint8Array {
  // 8 bytes hold the largest safe integer (53 bits in steps of 7), 5 a 32-bit reason.
  const bytes = new Uint8Array(picks.length * 13)
  let end = 0
  const write = (value: number) => {
    let rest = value
    while (rest >= 0x80) {
      bytes[end++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    bytes[end++] = rest
  }
  for (const { index, reason } of picks) {
    const candidate = candidates[index]!
    write(candidate.id)
    write(reasonNumber(reason, candidate))
  }
  return bytes.slice(0, end)
}

/** Throws E_STORE_CORRUPT when the bytes end within a pick or hold a number that is none. */
export function decodePicks(bytes: Uint8Array): readonly StoredPick[] {
  const picks: StoredPick[] = []
  eachPick(bytes, (itemId, reason) => picks.push({ itemId, reason }))
  return picks
}

/** Add the ids of the picked items to `into`: the `seen` of a later letter. Throws as `decodePicks`. */
export function pickedIds(bytes: Uint8Array, into: Set<number>): void {
  eachPick(bytes, (itemId) => into.add(itemId))
}

function eachPick(bytes: Uint8Array, visit: (itemId: number, reason: number) => void): void {
  let at = 0
  const read = () => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[at++]
      if (byte === undefined || scale > 2 ** 49) {
        throw new BroadsheetError('E_STORE_CORRUPT', `The picks of a delivery cannot be read at byte ${at}.`)
      }
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }
  while (at < bytes.length) visit(read(), read())
}
