import { z } from 'zod'
import {
  type Carried,
  type Channel,
  type ChannelContext,
  type ChannelDefinition,
  channelApi,
  type Log,
} from '../../../engine/channel/index.ts'
import { systemClock } from '../../../engine/clock.ts'
import type { Call, LoadOrder, Reply } from '../process/wire.ts'

type LogReply = Extract<Reply, { type: 'log' }>
type Definition = ChannelDefinition<unknown, Carried>

/** The plugin's side of the calls. All of them may come at any time and overlap; the plugin is loaded with the first. */
export function createCalls(options: {
  readonly order: LoadOrder
  readonly say: (reply: Reply) => Promise<void>
  readonly load: () => Promise<unknown>
}) {
  const { order, say } = options
  const signals = new Map<number, AbortController>()
  const running = new Set<Promise<unknown>>()
  let loading: Promise<Definition> | null = null
  let opened: Channel<Carried> | null = null

  const definition = () => (loading ??= options.load().then((module) => definitionOf(module, order)))
  const channel = (): Channel<Carried> => {
    if (opened === null) throw new Error('The channel is not open.')
    return opened
  }

  async function run(id: number, call: Call, signal: AbortSignal): Promise<unknown> {
    switch (call.name) {
      case 'describe':
        return describe((await definition()).config)
      case 'check': {
        const result = (await definition()).config.safeParse(call.settings)
        return result.success ? [] : result.error.issues
      }
      case 'open': {
        const { config, open } = await definition()
        opened = await open(config.parse(call.settings), contextOf(order, say))
        const { capabilities } = opened
        if (capabilities.content !== order.content)
          throw new Error(
            `The channel takes "${capabilities.content}", and its manifest says "${order.content}".`,
          )
        return { capabilities, contact: typeof opened.contact === 'function' }
      }
      case 'send': {
        const { batch } = call
        const to = channel()
        // Only once this has left the process can anything of the batch leave it.
        await say({ type: 'began', id })
        return await to.send(batch, signal)
      }
      case 'probe':
        return await channel().probe(signal)
      case 'contact':
        return (await channel().contact?.(call.text)) ?? null
      case 'close':
        await opened?.close()
        await Promise.allSettled(running)
        return null
    }
  }

  return {
    take(id: number, call: Call): Promise<unknown> {
      const control = new AbortController()
      signals.set(id, control)
      const result = run(id, call, control.signal).finally(() => signals.delete(id))
      if (call.name !== 'close') {
        running.add(result)
        const over = () => running.delete(result)
        result.then(over, over)
      }
      return result
    },
    abort(id: number): void {
      signals.get(id)?.abort()
    },
    /** The daemon is gone, or has asked all it wanted: nothing more is begun. */
    async end(): Promise<void> {
      for (const control of signals.values()) control.abort()
      await Promise.allSettled(running)
      await opened?.close().catch(() => {})
    },
  }
}

function definitionOf(module: unknown, order: LoadOrder): Definition {
  const found = (module as { default?: Partial<Definition> } | null)?.default
  if (
    typeof found !== 'object' ||
    found === null ||
    typeof found.open !== 'function' ||
    typeof found.config?.safeParse !== 'function'
  )
    throw new Error('The module has no default export made by defineChannel().')
  if (found.name !== order.name)
    throw new Error(`The channel calls itself "${found.name}", and its manifest "${order.name}".`)
  if (found.api !== channelApi)
    throw new Error(`The channel was made for API ${found.api}, this Broadsheet speaks ${channelApi}.`)
  return found as Definition
}

function describe(config: z.ZodType): unknown {
  try {
    return z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' })
  } catch {
    // Another generation of zod: settings are checked all the same, only editors know less.
    return null
  }
}

/** Its clock is the real one, its log goes to the daemon: so many lines a second, and then the count of the rest. */
function contextOf(order: LoadOrder, say: (reply: Reply) => Promise<void>): ChannelContext {
  let lines = 0
  let until = 0
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error', above: object) => (fields: object, event: string) => {
      const now = performance.now()
      if (now > until) {
        if (lines > order.logLines) void say({ type: 'dropped', lines: lines - order.logLines })
        lines = 0
        until = now + 1000
      }
      if (++lines > order.logLines) return
      void say({
        type: 'log',
        level,
        event: String(event).slice(0, 100),
        fields: plain({ ...above, ...fields }),
      })
    }
  const logOf = (above: object): Log => ({
    debug: line('debug', above),
    info: line('info', above),
    warn: line('warn', above),
    error: line('error', above),
    child: (fields) => logOf({ ...above, ...fields }),
  })
  return { clock: systemClock, log: logOf({}), random: Math.random }
}

const maxLineBytes = 4096

function plain(fields: object): LogReply['fields'] {
  try {
    const text = JSON.stringify(fields, (_key, value: unknown) =>
      value instanceof Error ? value.message : value,
    )
    return text.length > maxLineBytes
      ? { cut: text.slice(0, maxLineBytes) }
      : (JSON.parse(text) as LogReply['fields'])
  } catch {
    return {}
  }
}
