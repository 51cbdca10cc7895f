import type { Outcome } from '../channel/index.ts'
import type { Log } from '../log.ts'
import type { ChunkRef } from '../model/chunk.ts'
import type { SpanEnd, Tracer } from '../ports/tracer.ts'
import type { RenderedBatch } from '../render/task.ts'
import type { Run } from './runs.ts'

/** One batch on its way, as its spans and its lines in the log tell it. */
export interface BatchTrace {
  /** The threads are done with it, maybe in parts. */
  rendered(batches: readonly RenderedBatch[]): void
  sending(channel: string, send: () => Promise<readonly Outcome[]>): Promise<readonly Outcome[]>
  settling<T>(settle: () => Promise<T>): Promise<T>
  /** It ends with `work`. */
  until<T>(work: Promise<T>): Promise<T>
  end(end?: SpanEnd): void
}

export function traceBatch(
  parts: { readonly tracer: Tracer; readonly log: Log },
  run: Run,
  { seq }: Pick<ChunkRef, 'seq'>,
  recipients: number,
): BatchTrace {
  const { tracer, log } = parts
  const { trace, campaign } = run.spec
  const span = tracer.start('batch', {
    parent: trace?.own ?? null,
    attributes: {
      'broadsheet.publication.id': run.id,
      'broadsheet.campaign.id': campaign.id,
      'broadsheet.chunk.seq': seq,
      'messaging.batch.message_count': recipients,
    },
  })
  const failed = (error: unknown): SpanEnd => ({ error: error instanceof Error ? error.name : 'thrown' })

  return {
    rendered(batches) {
      for (const { made, ids } of batches) {
        const ms = Math.round(made.until - made.from)
        log.debug({ seq, thread: made.thread, letters: ids.length, ms }, 'batch.rendered')
        if (!span.recorded || made.thread === 0) continue
        const attributes = { 'thread.id': made.thread, 'messaging.batch.message_count': ids.length }
        tracer.start('render', { parent: span.trace, at: made.from, attributes }).end({ at: made.until })
      }
    },
    async sending(channel, send) {
      const sending = tracer.start('send', {
        parent: span.trace,
        attributes: { 'broadsheet.channel': channel },
      })
      const from = performance.now()
      try {
        const outcomes = await send()
        const ms = Math.round(performance.now() - from)
        log.debug({ seq, channel, letters: outcomes.length, ms }, 'batch.sent')
        sending.end(sending.recorded ? { attributes: outcomesOf(outcomes) } : {})
        return outcomes
      } catch (error) {
        sending.end(failed(error))
        throw error
      }
    },
    async settling(settle) {
      const settling = tracer.start('settle', { parent: span.trace })
      try {
        const settled = await settle()
        settling.end()
        return settled
      } catch (error) {
        settling.end(failed(error))
        throw error
      }
    },
    async until(work) {
      try {
        const result = await work
        span.end()
        return result
      } catch (error) {
        span.end(failed(error))
        throw error
      }
    },
    end: span.end,
  }
}

/** `broadsheet.outcome.sent`: how many. */
export function outcomesOf(outcomes: readonly Pick<Outcome, 'status'>[]): {
  readonly [name: string]: number
} {
  const counts: { [name: string]: number } = {}
  for (const { status } of outcomes) {
    const name = `broadsheet.outcome.${status}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
