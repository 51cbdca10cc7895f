import { z } from 'zod'
import type { Outcome } from '../../../engine/channel/index.ts'

/** Longer than a channel may say is cut; what is no text at all makes the outcome none. */
const text = (most: number) => z.string().transform((said) => said.slice(0, most))
const id = z.int()
const code = text(100)
const detail = text(500)
const millis = z
  .number()
  .nonnegative()
  .transform((ms) => Math.min(ms, 24 * 3_600_000))

const outcomeSchema = z.discriminatedUnion('status', [
  z.object({
    id,
    status: z.literal('sent'),
    code: code.nullable(),
    detail: detail.nullable(),
    tookMs: millis.exactOptional(),
    // Half a receipt finds nothing.
    receipt: z.string().max(1000).exactOptional(),
  }),
  z.object({
    id,
    status: z.literal('transient'),
    code,
    detail,
    scope: z.enum(['recipient', 'room', 'channel']),
    retryAfterMs: millis.nullable(),
  }),
  z.object({ id, status: z.literal('permanent'), code, detail, suppress: z.boolean() }),
  z.object({ id, status: z.literal('unknown'), code, detail, scope: z.literal('room').exactOptional() }),
  z.object({ id, status: z.literal('unsent'), code, detail }),
])

/** One outcome for each id of the batch, whatever a plugin answered: the first that makes sense counts, ids that were not
 *  given are nobody's, and what got none may have left. */
export function readOutcomes(ids: readonly number[], answer: unknown): readonly Outcome[] {
  const found = new Map<number, Outcome>()
  for (const one of Array.isArray(answer) ? answer.slice(0, 2 * ids.length) : []) {
    const parsed = outcomeSchema.safeParse(one)
    if (parsed.success && !found.has(parsed.data.id)) found.set(parsed.data.id, parsed.data)
  }
  return ids.map(
    (each) => found.get(each) ?? unknown(each, 'no_outcome', 'The plugin gave no outcome that makes sense.'),
  )
}

export const unknown = (of: number, why: string, words: string): Outcome => ({
  id: of,
  status: 'unknown',
  code: why,
  detail: words.slice(0, 500),
})

export const unsent = (of: number): Outcome => ({
  id: of,
  status: 'unsent',
  code: 'aborted',
  detail: 'Stopped before it was handed to the plugin.',
})
