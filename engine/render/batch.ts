import { threadId } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { LetterBuffer } from '../compose/letter-buffer.ts'
import { BroadsheetError } from '../errors.ts'
import type { SubscriberId } from '../model/ids.ts'
import type { NewLink } from '../model/link.ts'
import { RenderError } from '../template/index.ts'
import type { TemplateProblem } from '../template/problem.ts'
import type { RenderedBatch } from './task.ts'

/** Collects finished letters, in columns, over `buffer`. */
export function createBatch(buffer: LetterBuffer, memory: ArrayBuffer | null) {
  const from = preciseNow()
  const ids: SubscriberId[] = []
  const to: string[] = []
  const keys: string[] = []
  const offsets: number[] = []
  const utf8: number[] = []
  const picks: number[] = []
  const pickOffsets = [0]
  const skipped: SubscriberId[] = []
  const failed: { id: SubscriberId; problem: RenderError['problem'] }[] = []
  buffer.reset(memory ?? undefined)
  return {
    skip: (id: SubscriberId) => void skipped.push(id),
    /** `make` appends one letter to the buffer; what it throws is one letter's trouble, or the batch's. */
    add(
      id: SubscriberId,
      template: string,
      make: () => {
        readonly to: string
        readonly key: string
        readonly utf8: boolean
        readonly picks: Uint8Array
      },
    ) {
      const start = buffer.length
      try {
        const made = make()
        ids.push(id)
        to.push(made.to)
        keys.push(made.key)
        utf8.push(made.utf8 ? 1 : 0)
        for (const byte of made.picks) picks.push(byte)
        pickOffsets.push(picks.length)
        offsets.push(start)
      } catch (error) {
        buffer.truncate(start)
        failed.push({ id, problem: problemOf(error, template) })
      }
    },
    finish(links: readonly NewLink[]): RenderedBatch {
      offsets.push(buffer.length)
      const batch: RenderedBatch = {
        memory: buffer.take().memory,
        ids,
        to,
        keys,
        offsets: Uint32Array.from(offsets),
        utf8: Uint8Array.from(utf8),
        picks: Uint8Array.from(picks),
        pickOffsets: Uint32Array.from(pickOffsets),
        links,
        skipped,
        failed,
        made: { thread: threadId, from, until: preciseNow() },
      }
      return transfer(batch, [batch.memory])
    },
  }
}

/** Threads start at different times, and count from there. */
const preciseNow = () => performance.timeOrigin + performance.now()

/** What is wrong with one letter. Everything else is a defect of ours or of the plan, and rejects the batch. */
function problemOf(error: unknown, template: string): TemplateProblem {
  if (error instanceof RenderError) return error.problem
  // An address that mail cannot carry: its owner's trouble, not the batch's.
  if (!(error instanceof BroadsheetError) || error.code !== 'E_ADDRESS') throw error
  const { message } = error
  return {
    template,
    part: 'body',
    language: null,
    line: 0,
    column: 0,
    variable: 'subscriber.address',
    message,
  }
}

function transfer<T extends object>(value: T, list: ArrayBuffer[]): T {
  return move({
    get [transferableSymbol]() {
      return list
    },
    get [valueSymbol]() {
      return value
    },
  } as unknown as Parameters<typeof move>[0]) as unknown as T
}
