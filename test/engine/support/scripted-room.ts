import { z } from 'zod'
import {
  type Carried,
  type ChannelDefinition,
  defineChannel,
  type Outcome,
  type Post,
} from '../../../engine/channel/index.ts'

/** A channel for posts, in the test's hands. */
export interface ScriptedRoom {
  readonly definition: ChannelDefinition<never, Carried>
  /** Posts that it took. */
  readonly taken: Post[]
  /** What it does with one post; undefined takes it. */
  script: (post: Post) => Omit<Outcome, 'id'> | undefined
  /** Every `send` rejects with this while it is set. */
  down: string | null
  /** Called with each batch before it is answered. */
  before: (batch: readonly Post[]) => Promise<void> | void
}

export function scriptedRoom({ rooms = ['ops', 'news'], edits = false } = {}): ScriptedRoom {
  let last = 0
  const self: ScriptedRoom = {
    taken: [],
    script: () => undefined,
    down: null,
    before: () => {},
    definition: defineChannel({
      name: 'room',
      config: z.strictObject({}),
      open: async () => ({
        capabilities: {
          content: 'note' as const,
          maxBatch: 50,
          maxInFlight: 16,
          idempotent: false,
          maxMessageBytes: null,
          rooms,
          edits,
        },
        async send(batch: readonly Post[]) {
          await self.before(batch)
          if (self.down !== null) throw new Error(self.down)
          return batch.map((post): Outcome => {
            const sent = { status: 'sent', code: '200', detail: null, receipt: post.earlier ?? `r${++last}` }
            const outcome = (self.script(post) ?? sent) as Omit<Outcome, 'id'>
            if (outcome.status === 'sent' || outcome.status === 'unknown') self.taken.push(post)
            return { ...outcome, id: post.id } as Outcome
          })
        },
        probe: async () =>
          self.down === null ? { ok: true, detail: 'up' } : { ok: false, detail: self.down },
        contact: (text: string) => (text.startsWith('@') ? null : 'must begin with "@"'),
        async close() {},
      }),
    }) as unknown as ChannelDefinition<never, Carried>,
  }
  return self
}
