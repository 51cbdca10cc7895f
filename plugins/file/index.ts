import { resolve } from 'node:path'
import { z } from 'zod'
import { defineChannel, type Message, type Outcome } from '../../engine/channel/index.ts'
import { createMaildir, type Maildir } from './maildir.ts'

export { fileNameOf } from './maildir.ts'

export const fileConfigSchema = z.strictObject({
  directory: z
    .string()
    .min(1)
    .describe('The maildir; it and its `new`, `cur` and `tmp` are made where they are missing'),
  fsync: z
    .boolean()
    .default(true)
    .describe(
      'Wait for the disk before a letter counts as sent. Off: faster, and a power cut may lose the last ones',
    ),
})
export type FileConfig = z.infer<typeof fileConfigSchema>

// libuv has four threads for files; more at once only queue there.
const writers = 4
const unsafeAddress = /[\x00-\x20\x7f<>]/

/** Letters as files in a maildir, one a delivery: for trying out, for archives, and for whatever picks them up
 *  there. The file's name comes from the delivery's key, so a repeat is recognised. */
export const file = defineChannel({
  name: 'file',
  config: fileConfigSchema,
  open(config, { clock }) {
    const directory = resolve(config.directory)
    const maildir = createMaildir(directory, config.fsync, clock)
    const running = new Set<Promise<unknown>>()
    let closed = false
    return Promise.resolve({
      capabilities: {
        content: 'mime',
        maxBatch: 500,
        maxInFlight: 4,
        idempotent: true,
        maxMessageBytes: null,
      },
      send(batch, signal) {
        if (closed) return Promise.reject(new Error('The channel is closed.'))
        const sending = sendBatch(maildir, directory, batch, signal)
        const settled: Promise<unknown> = sending.then(
          () => running.delete(settled),
          () => running.delete(settled),
        )
        running.add(settled)
        return sending
      },
      async probe() {
        try {
          await maildir.ready()
          const free = await maildir.probe()
          return { ok: true, detail: `${directory} can be written, ${Math.floor(free / 1e6)} MB free` }
        } catch (error) {
          return { ok: false, detail: inWords(error, directory) }
        }
      },
      async close() {
        closed = true
        await Promise.all(running)
      },
    })
  },
})

/** A disk that fails is the channel's fault, never a recipient's. */
async function sendBatch(
  maildir: Maildir,
  directory: string,
  batch: readonly Message[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const written: Message[] = []
  let fault: unknown = null
  let next = 0
  if (batch.length === 0) return outcomes
  if (!signal.aborted) {
    await maildir.ready().catch((error: unknown) => {
      fault = error
    })
  }
  const writer = async () => {
    for (let message = batch[next++]; message !== undefined; message = batch[next++]) {
      if (fault !== null || signal.aborted) {
        outcomes.push(unsent(message, fault, directory))
      } else if (unsafeAddress.test(message.to) || message.to === '' || unsafeAddress.test(message.from)) {
        outcomes.push(badAddress(message))
      } else {
        try {
          const done = await maildir.put(message.key, envelope(message), message.bytes)
          if (done === 'written') written.push(message)
          else
            outcomes.push({ id: message.id, status: 'sent', code: 'present', detail: 'it was there already' })
        } catch (error) {
          fault = error
          outcomes.push(unsent(message, error, directory))
        }
      }
    }
  }
  await Promise.all(Array.from({ length: writers }, writer))
  if (written.length > 0) outcomes.push(...(await settle(maildir, directory, written)))
  if (fault !== null && outcomes.every((outcome) => outcome.status === 'unsent')) {
    throw new Error(inWords(fault, directory), { cause: fault })
  }
  return outcomes
}

/** The rename is done; without the folder on disk it may still be undone by a power cut. */
async function settle(maildir: Maildir, directory: string, written: readonly Message[]): Promise<Outcome[]> {
  try {
    await maildir.flush()
    return written.map(({ id }) => ({ id, status: 'sent', code: null, detail: null }))
  } catch (error) {
    return written.map(({ id }) => ({
      id,
      status: 'unknown',
      code: codeOf(error),
      detail: inWords(error, directory),
    }))
  }
}

/** What a delivery agent puts on top (RFC 5321 4.4): the envelope, which the letter itself may not show. */
const envelope = ({ from, to }: Message): Buffer =>
  Buffer.from(`Return-Path: <${from}>\r\nDelivered-To: ${to}\r\n`, 'utf8')

const unsent = ({ id }: Message, fault: unknown, directory: string): Outcome => ({
  id,
  status: 'unsent',
  code: fault === null ? 'aborted' : codeOf(fault),
  detail: fault === null ? 'Stopped before it was written.' : inWords(fault, directory),
})

const badAddress = ({ id }: Message): Outcome => ({
  id,
  status: 'permanent',
  code: 'address',
  detail: 'The address holds blanks, controls or brackets.',
  suppress: false,
})

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EIO'

function inWords(error: unknown, directory: string): string {
  const code = codeOf(error)
  const at = directory.slice(0, 300)
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `No space is left for ${at} (${code}). Free some; sending then goes on by itself.`
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${at} cannot be written (${code}). Give this user the right to write there.`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${at} cannot be a maildir (${code}): something on that path is not a folder.`
    default:
      return `${at} failed: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500)
  }
}
