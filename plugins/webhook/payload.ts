import type { Block, Json, Post, PostReason } from '../../engine/channel/index.ts'

export type Format = 'json' | 'cloudevents'

export interface Payload {
  readonly contentType: string
  readonly body: Buffer
}

/** `alert.firing`: dots between the levels, `[a-zA-Z0-9_]` within, as Standard Webhooks recommends. */
export const eventType = (reason: PostReason): string => `alert.${reason}`

/** The body of one post, at most `maxBytes` long. Where there is less room, blocks of the note are left out from its end (its
 *  `links` last), then fields of the data, the largest first; `data.truncated` names what is missing. Null: not even title and
 *  summary fit. The same bytes for every attempt. */
export function payloadOf(
  post: Post,
  id: string,
  format: Format,
  source: string,
  maxBytes: number,
): Payload | null {
  const contentType = format === 'cloudevents' ? 'application/cloudevents+json' : 'application/json'
  const wrap = format === 'cloudevents' ? cloudEvent(post, id, source) : plainEvent(post)
  const written = (data: Data) => Buffer.from(JSON.stringify(wrap(data)))

  let data: Data = { ...post.data, note: post.note as unknown as Json }
  let body = written(data)
  if (body.length <= maxBytes) return { contentType, body }

  const missing = new Set<string>()
  const shorten = (next: Data, name: string): boolean => {
    missing.add(name)
    data = { ...next, truncated: [...missing] }
    body = written(data)
    return body.length <= maxBytes
  }
  for (const blocks of fewer(post.note.blocks)) {
    const note = { ...post.note, blocks } as unknown as Json
    if (shorten({ ...data, note }, 'note.blocks')) return { contentType, body }
  }
  for (const name of largestFirst(post.data)) {
    const { [name]: _, ...rest } = data
    if (shorten(rest, name)) return { contentType, body }
  }
  return null
}

type Data = { readonly [name: string]: Json }

/** Ever fewer blocks, half of them a step, since every one is written out: those at the end go first, links last. */
function* fewer(blocks: readonly Block[]): Generator<readonly Block[]> {
  const order = [
    ...blocks.keys().filter((i) => blocks[i]!.type === 'links'),
    ...blocks.keys().filter((i) => blocks[i]!.type !== 'links'),
  ]
  for (let kept = Math.floor(order.length / 2); ; kept = Math.floor(kept / 2)) {
    const keep = new Set(order.slice(0, kept))
    yield blocks.filter((_, i) => keep.has(i))
    if (kept === 0) return
  }
}

const largestFirst = (data: Data): readonly string[] =>
  Object.entries(data)
    .map(([name, value]) => ({ name, size: JSON.stringify(value).length }))
    .sort((a, b) => b.size - a.size)
    .map(({ name }) => name)

const plainEvent = (post: Post) => (data: Data) => ({
  type: eventType(post.reason),
  timestamp: new Date(post.at).toISOString(),
  thread: post.thread,
  data,
})

/** CloudEvents 1.0, JSON format, structured mode. */
const cloudEvent = (post: Post, id: string, source: string) => (data: Data) => ({
  specversion: '1.0',
  type: eventType(post.reason),
  source,
  id,
  time: new Date(post.at).toISOString(),
  subject: post.thread,
  datacontenttype: 'application/json',
  data,
})
