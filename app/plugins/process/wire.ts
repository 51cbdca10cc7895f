import { deserialize, serialize } from 'node:v8'
import { z } from 'zod'
import type { ChannelCapabilities, Message, Post } from '../../../engine/channel/index.ts'

/** What the daemon tells a plugin's process, on its standard input. */
export type Request =
  /** The first, once. */
  | { readonly type: 'load'; readonly load: LoadOrder }
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  /** The signal of that call fires. */
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'ping'; readonly beat: number }

export interface LoadOrder {
  /** The module of the channel. */
  readonly file: string
  readonly name: string
  readonly content: ChannelCapabilities['content']
  readonly addresses: readonly string[]
  /** Log lines a second; more are counted and dropped. */
  readonly logLines: number
}

export type Call =
  /** The JSON Schema of its settings. */
  | { readonly name: 'describe' }
  | { readonly name: 'check'; readonly settings: unknown }
  | { readonly name: 'open'; readonly settings: unknown }
  | { readonly name: 'send'; readonly batch: readonly (Message | Post)[] }
  | { readonly name: 'probe' }
  | { readonly name: 'contact'; readonly text: string }
  | { readonly name: 'close' }

/** What a plugin's process tells the daemon, on descriptor 3. Only shapes that are checked here are believed. */
export const replySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.strictObject({ type: z.literal('failure'), id: z.int(), message: z.string() }),
  /** The plugin's code has the batch from now on: what becomes of it is not known until it answers. */
  z.strictObject({ type: z.literal('began'), id: z.int() }),
  z.strictObject({ type: z.literal('pong'), beat: z.int(), rssBytes: z.number().nonnegative() }),
  /** It ends by itself, since something was thrown outside of all calls. */
  z.strictObject({ type: z.literal('fatal'), message: z.string() }),
  z.strictObject({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    event: z.string(),
    fields: z.record(z.string(), z.json()),
  }),
  z.strictObject({ type: z.literal('dropped'), lines: z.int().positive() }),
])
export type Reply = z.output<typeof replySchema>

export const openedSchema = z.strictObject({
  capabilities: z.object({
    content: z.enum(['mime', 'note']),
    maxBatch: z.int().positive(),
    maxInFlight: z.int().positive(),
    idempotent: z.boolean(),
    maxMessageBytes: z.int().positive().nullable(),
    returnPath: z.boolean().exactOptional(),
    edits: z.boolean().exactOptional(),
    rooms: z.array(z.string().min(1).max(200)).max(10_000).readonly().exactOptional(),
  }),
  contact: z.boolean(),
})

export const probeSchema = z.object({ ok: z.boolean(), detail: z.string() })

/** Requests are our own: V8's form carries bytes as they are, copied out of memory that the render threads share. */
export const encodeRequest = (request: Request): Buffer => framed(serialize(request))
export const decodeRequest = (bytes: Buffer): Request => deserialize(bytes) as Request

/** Replies are a stranger's: JSON, since V8's reader is not made for hostile bytes. */
export const encodeReply = (reply: Reply): Buffer => framed(Buffer.from(JSON.stringify(reply), 'utf8'))
export function decodeReply(bytes: Buffer): Reply | null {
  try {
    const parsed = replySchema.safeParse(JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

const headBytes = 4

function framed(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + body.length)
  frame.writeUInt32BE(body.length, 0)
  body.copy(frame, headBytes)
  return frame
}

/** Cuts a stream into frames: a length of four bytes, then so many. Returns false, and takes nothing any more, once a frame
 *  says that it is longer than `maxBytes`: it is not waited for. */
export function createFrameReader(
  maxBytes: number,
  take: (frame: Buffer) => void,
): (chunk: Buffer) => boolean {
  let parts: Buffer[] = []
  let held = 0
  let wanted = headBytes
  let head = true
  return (chunk) => {
    if (wanted < 0) return false
    parts.push(chunk)
    held += chunk.length
    while (held >= wanted) {
      // Joined only when a frame is whole: a large one comes in many chunks.
      const joined = parts.length === 1 ? parts[0]! : Buffer.concat(parts, held)
      const frame = joined.subarray(0, wanted)
      const rest = joined.subarray(wanted)
      parts = rest.length === 0 ? [] : [rest]
      held = rest.length
      if (head) {
        wanted = frame.readUInt32BE(0)
        if (wanted > maxBytes) {
          wanted = -1
          parts = []
          return false
        }
      } else {
        take(frame)
        wanted = headBytes
      }
      head = !head
    }
    return true
  }
}
