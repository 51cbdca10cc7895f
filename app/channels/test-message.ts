import { randomUUID } from 'node:crypto'
import type { Carried, ChannelCapabilities, Message, Post } from '../../engine/channel/index.ts'
import { mailDate } from '../../engine/compose/head.ts'
import type { EpochMs } from '../../engine/model/ids.ts'

const subject = 'A test of Broadsheet'
const words = 'Somebody tried out a channel of Broadsheet. That you read this says that it works.'

/** What a try sends: a letter to whoever tries, or a post to a room. Null where there is nobody to send it to. */
export function testMessage(
  { content, rooms = [] }: ChannelCapabilities,
  { to, room, now }: { readonly to: string | null; readonly room: string | null; readonly now: EpochMs },
): { readonly message: Carried; readonly to: string } | null {
  if (content === 'mime') return to === null ? null : { message: letter(to, now), to }
  const place = room ?? rooms[0]
  return place === undefined || !rooms.includes(place) ? null : { message: post(place, now), to: place }
}

function letter(to: string, now: EpochMs): Message {
  const key = randomUUID()
  const lines = [
    `From: <${to}>`,
    `To: <${to}>`,
    `Subject: ${subject}`,
    `Date: ${mailDate(now)}`,
    `Message-ID: <${key}@${to.slice(to.lastIndexOf('@') + 1)}>`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    words,
    '',
  ]
  const ascii = /^[\x21-\x7e]+$/.test(to)
  return {
    id: 1,
    from: to,
    to,
    bytes: Buffer.from(lines.join('\r\n')),
    eightBit: !ascii,
    utf8: !ascii,
    key,
    urgent: true,
  }
}

const post = (to: string, now: EpochMs): Post => ({
  id: 1,
  to,
  note: {
    title: subject,
    url: null,
    tone: 'info',
    summary: words,
    blocks: [{ type: 'text', text: words }],
  },
  reason: 'firing',
  data: { test: true },
  at: now,
  thread: `test ${randomUUID()}`,
  earlier: null,
  key: randomUUID(),
  urgent: true,
})
