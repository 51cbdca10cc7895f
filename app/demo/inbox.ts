import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

/** A local SMTP server that keeps what it gets: all recipients in `inbox.csv`, some letters as .eml. */
export interface Inbox {
  readonly port: number
  /** Letters by recipient: more than 1 is a copy. */
  readonly received: ReadonlyMap<string, number>
  readonly letters: number
  /** One that was kept whole, counted from 1. */
  letter(recipient: string, number: number): Buffer
  close(): Promise<void>
}

export async function startInbox(options: {
  readonly folder: string
  /** Whose letters are kept whole. */
  readonly keep: (recipient: string, letters: number) => boolean
}): Promise<Inbox> {
  const { folder, keep } = options
  mkdirSync(folder, { recursive: true })
  const journal = createWriteStream(join(folder, 'inbox.csv'))
  journal.write('recipient,bytes\n')
  const received = new Map<string, number>()
  let letters = 0
  const fileOf = (recipient: string, number: number) =>
    join(folder, `${recipient}${number === 1 ? '' : `.${number}`}.eml`)
  const server = new SMTPServer({
    banner: 'Broadsheet demo inbox',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    maxClients: 64,
    logger: false,
    onData(stream, { envelope }, done) {
      const recipient = envelope.rcptTo[0]?.address ?? ''
      const parts: Buffer[] | null = keep(recipient, letters) ? [] : null
      let bytes = 0
      stream.on('data', (part: Buffer) => {
        bytes += part.length
        parts?.push(part)
      })
      stream.on('end', () => {
        letters++
        const number = (received.get(recipient) ?? 0) + 1
        received.set(recipient, number)
        journal.write(`${recipient},${bytes}\n`)
        if (parts) writeFileSync(fileOf(recipient, number), Buffer.concat(parts))
        done()
      })
    },
  })
  server.on('error', () => {
    // A killed daemon drops its connections: nothing to do with the letters that were taken.
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    get letters() {
      return letters
    },
    letter: (recipient, number) => readFileSync(fileOf(recipient, number)),
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      await new Promise((resolve) => {
        journal.end(resolve)
      })
    },
  }
}
