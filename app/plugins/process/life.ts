import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Clock, Log } from '../../../engine/channel/index.ts'
import type { PluginLimits } from '../grant.ts'
import type { Launch } from './launch.ts'
import { createLines } from './lines.ts'
import { watch } from './watch.ts'
import { type Call, createFrameReader, decodeReply, encodeRequest, type Reply, type Request } from './wire.ts'

/** One run of a plugin's process, from its start to its end. */
export interface Life {
  /** Rejects with `CallFailed` where the plugin threw, with `LifeEnded` where the process ended before it answered. */
  call(call: Call, options?: CallOptions): Promise<unknown>
  /** It is up: from now on its event loop may not stand still for longer than it may. Until then only calls have limits, since
   *  loading code takes its time. */
  watch(): void
  /** End it. The first reason is the one that is told. Nothing of it is left when `ended` resolves. */
  kill(reason: string): void
  /** Resolves with why. */
  readonly ended: Promise<string>
}
export interface CallOptions {
  /** The process is ended when it has not answered by then. */
  readonly limitMs?: number
  /** Passed on to the plugin. It has `stopMs` from then on. */
  readonly signal?: AbortSignal
}

/** What the plugin threw, or its code's defect. */
export class CallFailed extends Error {}
/** The process is no more. `began`: the plugin's code had been given the call. */
export class LifeEnded extends Error {
  readonly began: boolean
  constructor(reason: string, began: boolean) {
    super(reason)
    this.began = began
  }
}

const stopMs = 5000
/** Of one reply. The largest that is honest: the outcomes of the largest batch. */
const maxReplyBytes = 4 * 2 ** 20
/** Replies a second that answer nothing. */
const maxStrays = 1000
const maxCalls = 256

interface Waiting {
  readonly name: Call['name']
  began: boolean
  resolve(value: unknown): void
  reject(error: Error): void
}

export function startLife(options: {
  readonly launch: Launch
  readonly limits: PluginLimits
  readonly clock: Clock
  readonly log: Log
}): Life {
  const { launch, limits, clock, log } = options
  const child = spawn(launch.command, launch.args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: launch.env,
    cwd: launch.cwd,
    windowsHide: true,
  })
  const requests = child.stdin!
  const replies = child.stdio[3] as Socket
  const waiting = new Map<number, Waiting>()
  const lines = createLines({ clock, log, streams: [child.stdout!, child.stderr!] })
  let lastId = 0
  let strays = 0
  let straysUntil = 0
  let killed: string | null = null
  let fatal: string | null = null
  let over: string | null = null

  const kill = (reason: string): void => {
    if (over !== null) return
    killed ??= reason
    child.kill('SIGKILL')
  }
  const write = (request: Request): void => {
    if (over === null) requests.write(encodeRequest(request))
  }
  const watching = watch({ child, limits, clock, ping: (beat) => write({ type: 'ping', beat }), kill })

  const take = createFrameReader(maxReplyBytes, (frame) => {
    const reply = decodeReply(frame)
    if (reply === null || !hear(reply)) stray()
  })
  /** False: it answers nothing that was asked. */
  function hear(reply: Reply): boolean {
    switch (reply.type) {
      case 'answer':
      case 'failure': {
        const call = waiting.get(reply.id)
        if (call === undefined) return false
        waiting.delete(reply.id)
        if (reply.type === 'answer') call.resolve(reply.value)
        else call.reject(new CallFailed(reply.message.slice(0, 1000)))
        return true
      }
      case 'began': {
        const call = waiting.get(reply.id)
        if (call === undefined || call.began) return false
        call.began = true
        return true
      }
      case 'pong':
        return watching.pong(reply.beat, reply.rssBytes)
      case 'fatal':
        fatal ??= `it failed outside of all calls: ${reply.message.slice(0, 1000)}`
        return true
      case 'log':
        return lines.log(reply)
      case 'dropped':
        lines.drop(reply.lines)
        return false
    }
  }
  function stray(): void {
    const now = clock.now()
    if (now >= straysUntil) {
      strays = 0
      straysUntil = now + 1000
    }
    if (++strays > maxStrays) kill(`it sent more than ${maxStrays} messages a second that nobody asked for`)
  }
  replies.on('data', (chunk: Buffer) => {
    if (killed === null && !take(chunk)) kill(`it sent a message of more than ${maxReplyBytes} bytes`)
  })
  // A process that ends breaks its pipes: its end is told by 'close'.
  for (const stream of [requests, replies, child.stdout!, child.stderr!]) stream.on('error', () => {})

  const ended = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      if (over !== null) return
      over = reason
      watching.stop()
      lines.stop()
      for (const call of waiting.values()) call.reject(new LifeEnded(reason, call.began))
      waiting.clear()
      resolve(reason)
    }
    child.once('error', (error) => end(`it could not be started: ${error.message}`))
    // 'exit' comes before what the process had still said is read; 'close' comes after. Output that is held back is let go.
    child.once('exit', () => lines.stop())
    child.once('close', (code, signal) =>
      end(killed ?? fatal ?? endOf(code, signal, lines.lastWords(), limits)),
    )
  })
  write({ type: 'load', load: launch.load })

  return {
    ended,
    watch: watching.beat,
    kill,
    call(call, { limitMs, signal } = {}) {
      if (over !== null) return Promise.reject(new LifeEnded(over, false))
      if (waiting.size >= maxCalls)
        return Promise.reject(new Error(`more than ${maxCalls} calls are under way`))
      const id = ++lastId
      let settle = () => {}
      const answered = new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { name: call.name, began: false, resolve, reject })
        const limits: (() => void)[] = []
        if (limitMs !== undefined)
          limits.push(
            clock.after(limitMs, () => kill(`it did not answer "${call.name}" within ${limitMs / 1000} s`)),
          )
        const abort = () => {
          write({ type: 'abort', id })
          limits.push(
            clock.after(stopMs, () => kill(`it did not stop "${call.name}" within ${stopMs / 1000} s`)),
          )
        }
        signal?.addEventListener('abort', abort, { once: true })
        settle = () => {
          signal?.removeEventListener('abort', abort)
          for (const cancel of limits) cancel()
        }
        write({ type: 'call', id, call })
        if (signal?.aborted) abort()
      })
      return answered.finally(() => settle())
    },
  }
}

function endOf(
  code: number | null,
  signal: NodeJS.Signals | null,
  words: string | null,
  { memoryMb }: PluginLimits,
): string {
  if (words !== null && /heap|memory/i.test(words)) return `it took more than its ${memoryMb} MB of memory`
  const end = code === null ? `it was ended by ${signal}` : `it exited with code ${code}`
  return words === null ? end : `${end}: ${words}`
}
