import type { Channel, Egress } from '../../engine/channel/index.ts'
import type { Clock } from '../../engine/clock.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import type { JsonSchema } from '../config/json-schema.ts'
import { type ChannelTypes, channelSettingsSchema } from '../config/schema.ts'
import { guarded } from './guarded.ts'
import { testMessage } from './test-message.ts'

/** A kind of channel that this daemon can open. */
export interface ChannelKind {
  readonly type: string
  /** Of its settings, without `type`. */
  readonly schema: JsonSchema
  /** False: its settings name files of this machine, which nobody may choose from afar. */
  readonly tryable: boolean
}

export interface ChannelTry {
  readonly type: string
  readonly settings: { readonly [key: string]: unknown }
  /** Send a test, too: a letter to this address, or a post to a room; null: only look whether it can be reached. */
  readonly test: { readonly to: string | null; readonly room: string | null } | null
}
export interface ChannelTried {
  readonly ok: boolean
  readonly detail: string
  /** Names of the places that posts can go to. */
  readonly rooms: readonly string[]
  /** Null where nothing was sent. */
  readonly sent: { readonly ok: boolean; readonly to: string; readonly detail: string } | null
}

/** What channels can be set up, and whether settings work, without keeping them. */
export interface ChannelDesk {
  kinds(): readonly ChannelKind[]
  /** Open, look, close. Nothing of it is kept or written down. Rejects with E_INPUT where the settings are wrong, with E_EGRESS where they
   *  lead to where nobody may go. */
  try(request: ChannelTry, signal: AbortSignal): Promise<ChannelTried>
}

const tryMs = 20_000

export function createChannelDesk(parts: {
  readonly types: ChannelTypes
  readonly egress: Egress
  /** Settings of the channels there are. */
  readonly known: readonly unknown[]
  readonly clock: Clock
  readonly log: Log
}): ChannelDesk {
  const { types, egress, known, clock, log } = parts
  let kinds: readonly ChannelKind[] | null = null
  return {
    kinds() {
      kinds ??= Object.entries(types).map(([type, kind]) => ({
        type,
        schema: channelSettingsSchema(kind),
        tryable: kind.paths.length === 0,
      }))
      return kinds
    },

    async try({ type, settings, test }, signal) {
      const kind = Object.hasOwn(types, type) ? types[type]! : null
      if (kind === null)
        throw wrong('type', `There is no kind of channel "${type}". Known: ${Object.keys(types).join(', ')}.`)
      if (kind.paths.length > 0)
        throw wrong(
          'type',
          `Channels of the type "${type}" write files of this machine: set it in the settings file, and probe it then.`,
        )
      const parsed = kind.definition.config.safeParse(settings)
      if (!parsed.success)
        throw new BroadsheetError('E_INPUT', 'The settings of the channel have mistakes.', {
          issues: parsed.error.issues.map(({ path, message }) => ({
            path: ['settings', ...path.map(String)].join('.'),
            message,
          })),
        })
      const safe = await guarded(parsed.data as { readonly [key: string]: unknown }, egress, known)
      const ends = AbortSignal.any([signal, AbortSignal.timeout(tryMs)])
      const channel: Channel<never> = await kind.definition.open(safe as never, {
        clock,
        random: Math.random,
        log: log.child({ channel: `(try of ${type})` }),
        egress,
      })
      try {
        const { ok, detail } = await channel.probe(ends)
        const { capabilities } = channel
        const probed = { ok, detail, rooms: capabilities.rooms ?? [] }
        if (!ok || test === null) return { ...probed, sent: null }
        const made = testMessage(capabilities, { ...test, now: clock.now() })
        if (made === null)
          throw wrong(
            'test',
            capabilities.content === 'mime'
              ? 'A test letter goes to who is signed in; a key has no address.'
              : `Name one of its rooms: ${(capabilities.rooms ?? []).join(', ') || 'it has none'}.`,
          )
        const [outcome] = await channel.send([made.message as never], ends)
        return {
          ...probed,
          sent: {
            ok: outcome?.status === 'sent',
            to: made.to,
            detail: [outcome?.code, outcome?.detail]
              .filter((part) => part != null)
              .join(' ')
              .slice(0, 500),
          },
        }
      } finally {
        await channel.close()
      }
    },
  }
}

const wrong = (path: string, message: string): BroadsheetError =>
  new BroadsheetError('E_INPUT', message, { issues: [{ path, message }] })
