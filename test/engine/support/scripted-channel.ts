import { z } from 'zod'
import {
  type ChannelDefinition,
  defineChannel,
  type Message,
  type Outcome,
} from '../../../engine/channel/index.ts'

/** What the channel does with one message; `undefined` takes it. */
export type Script = (message: Message) => Omit<Outcome, 'id'> | undefined

/** A channel in the test's hands. */
export interface ScriptedChannel {
  readonly definition: ChannelDefinition<never>
  /** Messages that it took, with their letters as text. */
  readonly taken: {
    readonly from: string
    readonly to: string
    readonly key: string
    readonly text: string
  }[]
  script: Script
  /** Every `send` rejects with this while it is set. */
  down: string | null
  /** Called with each batch before it is answered. */
  before: (batch: readonly Message[], signal: AbortSignal) => Promise<void> | void
}

export const sent = { status: 'sent', code: '250', detail: null } as const

export function scriptedChannel(): ScriptedChannel {
  const self: ScriptedChannel = {
    taken: [],
    script: () => undefined,
    down: null,
    before: () => {},
    definition: defineChannel({
      name: 'scripted',
      config: z.strictObject({}),
      open: async () => ({
        capabilities: {
          content: 'mime',
          maxBatch: 1000,
          maxInFlight: 8,
          idempotent: false,
          maxMessageBytes: null,
          returnPath: true,
        },
        async send(batch, signal) {
          await self.before(batch, signal)
          if (self.down !== null) throw new Error(self.down)
          return batch.map((message) => {
            const outcome = (self.script(message) ?? sent) as Omit<Outcome, 'id'>
            if (outcome.status === 'sent' || outcome.status === 'unknown')
              self.taken.push({
                from: message.from,
                to: message.to,
                key: message.key,
                text: Buffer.from(message.bytes).toString('utf8'),
              })
            return { ...outcome, id: message.id } as Outcome
          })
        },
        probe: async () =>
          self.down === null ? { ok: true, detail: 'up' } : { ok: false, detail: self.down },
        async close() {},
      }),
    }) as unknown as ChannelDefinition<never>,
  }
  return self
}
