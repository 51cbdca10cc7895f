import { createServer } from 'node:net'
import { readMail } from '../../../app/demo/mail.ts'
import { serve } from '../../../test/servers/smtp-session.ts'
import { defaultExtensions } from '../../../test/servers/smtp-sink.ts'
import { machineMs } from '../measure/machine-clock.ts'
import { answerParent } from '../stage/child.ts'

/** A mail server in a process of its own, that remembers each letter and when it came. */
export type LetterSinkTalk = {
  readonly listen: { readonly asked: null; readonly answer: { readonly port: number } }
  /** Forget all; keep the bytes of so many letters from now on. */
  readonly begin: { readonly asked: { readonly keep: number }; readonly answer: null }
  readonly count: { readonly asked: null; readonly answer: LetterCount }
  readonly arrivals: { readonly asked: null; readonly answer: readonly Arrival[] }
  readonly read: {
    /** First names by address. */
    readonly asked: { readonly names: { readonly [address: string]: string } }
    readonly answer: LettersRead
  }
}

interface LetterCount {
  readonly letters: number
  /** By Message-ID: the same over every retry of a letter. */
  readonly distinct: number
  readonly recipients: number
}

export interface Arrival {
  readonly to: string
  readonly subject: string
  readonly bytes: number
  /** Of the machine's clock. */
  readonly atMs: number
}

/** What is in the letters that were kept. */
export interface LettersRead {
  readonly letters: number
  /** Call their own reader by name. */
  readonly byName: number
  /** Different choices, in different orders, of stories. */
  readonly choices: number
  /** Of each: where its pixel is, and where its links lead. */
  readonly links: readonly { readonly pixel: string | null; readonly clicks: readonly string[] }[]
}

interface Kept extends Arrival {
  readonly messageId: string
  readonly body: Buffer | null
}

let kept: Kept[] = []
let keep = 0

const server = createServer((socket) => {
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  serve(socket, {
    extensions: defaultExtensions,
    onLetter({ to, subject, bytes, messageId }, body) {
      kept.push({
        to,
        subject,
        bytes,
        messageId,
        atMs: machineMs(),
        body: kept.length < keep ? body : null,
      })
    },
    onCommand: () => {},
    keepBodies: true,
    plan: () => null,
    connection: 1,
  })
})

function read(names: { readonly [address: string]: string }): LettersRead {
  const choices = new Set<string>()
  const links: { pixel: string | null; clicks: string[] }[] = []
  let byName = 0
  for (const { to, body } of kept) {
    if (body === null) continue
    const { text } = readMail(body)
    const [, greeting = ''] = /^(?:Good morning|Guten Morgen), (.*?)\. /m.exec(text) ?? []
    if (greeting !== '' && greeting === names[to]) byName += 1
    const markup = body.toString('latin1').replace(/=\r\n/g, '').replaceAll('=3D', '=')
    links.push({
      pixel: /https?:\/\/[^"\s]+\/t\/[\w-]+\.gif/.exec(markup)?.[0] ?? null,
      clicks: [...new Set(markup.match(/https?:\/\/[^"\s<>]+\/c\/[\w-]+\/[\w-]+/g))],
    })
    // The key of a link is its story's, over all letters.
    choices.add(
      links
        .at(-1)!
        .clicks.map((url) => url.slice(url.lastIndexOf('/') + 1))
        .join(),
    )
  }
  return { letters: links.length, byName, choices: choices.size, links }
}

answerParent<LetterSinkTalk>({
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve({ port: typeof address === 'object' && address !== null ? address.port : 0 })
      })
    }),
  begin(asked) {
    kept = []
    keep = asked.keep
    return null
  },
  count: () => ({
    letters: kept.length,
    distinct: new Set(kept.map(({ messageId }) => messageId)).size,
    recipients: new Set(kept.map(({ to }) => to)).size,
  }),
  arrivals: () => kept.map(({ to, subject, bytes, atMs }) => ({ to, subject, bytes, atMs })),
  read: ({ names }) => read(names),
})
