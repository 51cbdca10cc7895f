import {
  type Block,
  fitNote,
  type Json,
  type Note,
  type NoteLimits,
  type Post,
  type PostReason,
} from '../../engine/channel/index.ts'

export type Format = 'json' | 'cloudevents'

export interface Payload {
  readonly contentType: string
  readonly body: Buffer
}

/** `alert.firing`: dots between the levels, `[a-zA-Z0-9_]` within, as Standard Webhooks recommends. */
export const eventType = (reason: PostReason): string => `alert.${reason}`

type Data = { readonly [name: string]: Json }

/** Longer than any alert needs, and short enough that a note without blocks fits into `leastPayloadBytes`. */
const limits: Omit<NoteLimits, 'budget' | 'cost'> = {
  title: 500,
  summary: 1000,
  text: 20_000,
  items: 1000,
  fields: 100,
  links: 20,
  fieldName: 200,
  fieldValue: 2000,
  linkTitle: 200,
  url: 2000,
}
export const leastPayloadBytes = 16_384

/** The body of one post, at most `maxBytes` long (`leastPayloadBytes` at least). Where there is less room, the note is shortened,
 *  to a quarter of it at most, then fields of the data are left out, the largest first; `data.truncated` names what is not
 *  whole. The same bytes for every attempt. */
export function payloadOf(post: Post, id: string, format: Format, source: string, maxBytes: number): Payload {
  const contentType = format === 'cloudevents' ? 'application/cloudevents+json' : 'application/json'
  const wrap = format === 'cloudevents' ? cloudEvent(post, id, source) : plainEvent(post)
  const written = (data: Data) => Buffer.from(JSON.stringify(wrap(data)))

  const unbounded = fitNote(post.note, { ...limits, budget: [], cost: () => [] })
  const entire = written({ ...post.data, note: asJson(unbounded) })
  if (entire.length <= maxBytes) return { contentType, body: entire }

  const bare = written({ ...post.data, note: asJson(fitted(post.note, 0)), truncated: ['note'] }).length
  const room = Math.max(maxBytes - bare, maxBytes / 4)
  const note = fitted(post.note, room)
  const whole = sizeOf(note.blocks) === sizeOf(unbounded.blocks)
  let truncated: readonly string[] = whole ? [] : ['note']
  const dataOf = (rest: Data): Data => ({
    ...rest,
    note: asJson(note),
    ...(truncated.length > 0 && { truncated: [...truncated] }),
  })

  let rest: Data = post.data
  let body = written(dataOf(rest))
  for (const name of largestFirst(post.data)) {
    if (body.length <= maxBytes) break
    const { [name]: _, ...others } = rest
    rest = others
    truncated = [...truncated, name]
    body = written(dataOf(rest))
  }
  return { contentType, body }
}

/** Cleaned, with blocks of so many bytes. */
const fitted = (note: Note, bytes: number): Note =>
  fitNote(note, { ...limits, budget: [bytes], cost: (block) => [sizeOf(block) + 1] })

const sizeOf = (value: Block | readonly Block[]): number => Buffer.byteLength(JSON.stringify(value))

const asJson = (note: Note) => note as unknown as Json

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
