import { defineChannel, type Outcome, type Post } from 'broadsheet/channel'
import { z } from 'zod'

const answers: { readonly [title: string]: (ids: readonly number[]) => unknown } = {
  nothing: () => undefined,
  text: () => 'all sent',
  strangers: () => [{ id: 4711, status: 'sent', code: null, detail: null }],
  twice: ([id]) => [
    { id, status: 'permanent', code: 'first', detail: 'it counts', suppress: false },
    { id, status: 'sent', code: 'second', detail: null },
  ],
  shapes: ([id]) => [null, 7, [], { id }, { id, status: 'delivered' }, { id: String(id), status: 'sent' }],
  long: ([id]) => [{ id, status: 'unsent', code: 'c'.repeat(100_000), detail: 'd'.repeat(100_000) }],
  receipt: ([id]) => [{ id, status: 'sent', code: null, detail: null, receipt: 'r'.repeat(1001) }],
  later: ([id]) => [
    { id, status: 'transient', code: 'wait', detail: '', scope: 'room', retryAfterMs: Number.MAX_VALUE },
  ],
  huge: () => 'x'.repeat(5_000_000),
}

export default defineChannel({
  name: 'answers-garbage',
  config: z.strictObject({}),
  open: () =>
    Promise.resolve({
      capabilities: {
        content: 'note',
        maxBatch: Number.MAX_SAFE_INTEGER,
        maxInFlight: 1e9,
        idempotent: false,
        maxMessageBytes: null,
      },
      send: (batch: readonly Post[]) =>
        Promise.resolve(
          answers[batch[0]?.note.title ?? '']?.(batch.map(({ id }) => id)) as readonly Outcome[],
        ),
      probe: () => Promise.resolve({ ok: 'yes', detail: 'fine' } as never),
      close: () => Promise.resolve(),
    }),
})
