import type { Clock } from '../../engine/clock.ts'
import type { Clues, Engine, Feedback } from '../../engine/engine.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import { createOnce } from './once.ts'

/** A request as it came. */
export interface HookRequest {
  readonly body: string
  /** The first value of a header, by its name in lower case. */
  readonly header: (name: string) => string | null
}

/** One thing that a provider says about one address. */
export interface Told {
  readonly feedback: Feedback
  readonly clues: Clues
}

/** `ok`: what it says. `refused`: it is not theirs, whoever sends it again. `once`: a token that only one request may have. */
export type Read =
  | { readonly status: 'ok'; readonly told: readonly Told[]; readonly once: string | null }
  | { readonly status: 'refused'; readonly why: string }

/** What a provider posts, by way of its own form and proof. */
export interface ProviderHook {
  readonly name: 'mailgun' | 'sendgrid' | 'postmark'
  /** Looks into what came; `now` in epoch milliseconds. Never throws. */
  read(request: HookRequest, now: number): Read
}

/** What providers say of letters that they took. */
export interface ProviderHooks {
  /** Resolves when everything about it is done; a repeat changes nothing. Refuses with E_NOT_FOUND a provider that is not set
   *  up, with E_INPUT what does not prove to be theirs, with E_STORE_* what they shall send again. */
  receive(provider: string, request: HookRequest): Promise<void>
}

// Longer than providers try, so that each of their attempts is known.
const keepMs = 30 * 86_400_000
const sideBySide = 16

export const noClues = { tokens: [], messageIds: [], senders: [], channel: null, trusted: true } as const

export function createProviderHooks(parts: {
  readonly hooks: readonly ProviderHook[]
  readonly engine: Pick<Engine, 'store' | 'feedback'>
  readonly clock: Clock
  readonly log: Log
}): ProviderHooks {
  const { engine, clock, log } = parts
  const hooks = new Map<string, ProviderHook>(parts.hooks.map((hook) => [hook.name, hook]))
  const once = createOnce(engine.store.replies, clock)

  async function work(provider: string, told: readonly Told[]): Promise<void> {
    // A post may hold thousands, and the other side does not wait for long: people side by side, each one's in their order.
    const people = Map.groupBy(told, ({ clues }) => clues.addresses.join().toLowerCase())
    const rest = people.values()
    const worker = async (): Promise<void> => {
      for (const mine of rest)
        for (const { feedback, clues } of mine) await engine.feedback.hear(feedback, clues, provider)
    }
    await Promise.all(Array.from({ length: sideBySide }, worker))
    log.info({ provider, heard: told.length }, 'hook.event')
  }

  return {
    async receive(provider, request) {
      const hook = hooks.get(provider)
      if (hook === undefined)
        throw new BroadsheetError('E_NOT_FOUND', `"feedback.${provider.slice(0, 40)}" is not configured.`)
      const read = hook.read(request, clock.now())
      if (read.status === 'refused') {
        log.warn({ provider, why: read.why }, 'hook.refused')
        throw new BroadsheetError('E_INPUT', `The message ${read.why}.`)
      }
      if (read.once === null) return work(provider, read.told)
      const key = `hook:${provider}:${read.once}`.slice(0, 250)
      await once({ key, keepMs }, () => work(provider, read.told))
    },
  }
}

/** Null for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const refused = (why: string): Read => ({ status: 'refused', why })

/** A Message-ID as headers write it, from providers that leave its brackets out. */
export const bracketed = (id: string | null | undefined): readonly string[] => {
  const bare = id?.trim().replace(/^<|>$/g, '') ?? ''
  return bare === '' ? [] : [`<${bare}>`]
}
