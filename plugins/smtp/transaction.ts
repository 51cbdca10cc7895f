import type { ChannelMeter, Message, Outcome } from '../../engine/channel/index.ts'
import { impossible, interrupted, letterRefused, mailRefused, sent } from './classify.ts'
import type { SmtpConfig } from './config.ts'
import { asFault, SmtpFault } from './faults.ts'
import type { Reply } from './replies.ts'
import type { Features, Session } from './session.ts'
import { startStopwatch } from './stopwatch.ts'

export interface Attempt {
  readonly outcome: Outcome
  /** The connection cannot be used again. */
  readonly fault: SmtpFault | null
  /** The server had answered something about this letter. */
  readonly answered: boolean
}

/** One letter on its way. `run` once; `interrupt` any time after: before the letter itself it ends the
 *  connection, within it the server's answer may take `graceMs` more. */
export interface Transaction {
  run(): Promise<Attempt>
  interrupt(graceMs: number): void
}

const dot = Buffer.from('.\r\n')
const lineAndDot = Buffer.from('\r\n.\r\n')
const unsafeAddress = /[\x00-\x20\x7f<>]/
const nonAscii = /[^\x00-\x7f]/

export function createTransaction(
  session: Session,
  message: Message,
  config: SmtpConfig,
  meter?: ChannelMeter,
): Transaction {
  const { wire, features } = session
  let inLetter = false
  let dotLeft = false

  const reply = () => wire.reply(config.replyTimeoutMs)

  /** The refusal, or null when the server waits for the letter. */
  const envelope = async (): Promise<Outcome | null> => {
    if (!wire.quiet) throw new SmtpFault('disconnected', 'The server spoke up between two letters.')
    const mailFrom = `MAIL FROM:<${message.from}>${parameters(message, features)}\r\n`
    const rcptTo = `RCPT TO:<${message.to}>\r\n`
    const ahead = session.needsReset ? 'RSET\r\n' : ''
    const reset = session.needsReset
    session.needsReset = false
    // RFC 2920 3.1: RSET, MAIL and RCPT may stand anywhere in a group, DATA only at its end.
    if (features.pipelining) wire.write(`${ahead}${mailFrom}${rcptTo}DATA\r\n`)
    else wire.write(reset ? ahead : mailFrom)
    if (reset) {
      const done = await reply()
      if (done.code === 421) throw new SmtpFault('disconnected', 'The server is closing: 421.')
      if (!features.pipelining) wire.write(mailFrom)
    }
    const mail = await reply()
    if (mail.code === 421) throw new Ended(mailRefused(message.id, mail))
    const mailTaken = isPositive(mail)
    if (!mailTaken && !features.pipelining) return mailRefused(message.id, mail)

    if (!features.pipelining) wire.write(rcptTo)
    const rcpt = await reply()
    let refusal: Outcome | null = null
    if (!mailTaken) refusal = mailRefused(message.id, mail)
    else if (!isPositive(rcpt)) refusal = letterRefused(message.id, rcpt)
    if (refusal !== null) {
      if (rcpt.code === 421) throw new Ended(refusal)
      if (features.pipelining) await skipData(refusal)
      session.needsReset = mailTaken
      return refusal
    }

    if (!features.pipelining) wire.write('DATA\r\n')
    const data = await reply()
    if (data.code === 354) {
      // Replies that run ahead would be taken for the letter's.
      if (!wire.quiet) throw new SmtpFault('protocol', 'The server answered before the letter was sent.')
      return null
    }
    if (data.code === 421) throw new Ended(letterRefused(message.id, data))
    session.needsReset = true
    if (data.code < 400) throw new SmtpFault('protocol', `The server answered ${data.code} to DATA.`)
    return letterRefused(message.id, data)
  }

  /** DATA went out with a RCPT that was refused. Whatever comes of it, the refusal stands. */
  const skipData = async (refusal: Outcome): Promise<void> => {
    try {
      let data = await reply()
      if (data.code === 354) {
        // RFC 2920 3.1: it was taken without a recipient; an empty letter ends it.
        wire.write('.\r\n')
        data = await reply()
      }
      if (data.code === 421) throw new Ended(refusal)
    } catch {
      throw new Ended(refusal)
    }
  }

  const letter = async (): Promise<Outcome> => {
    inLetter = true
    const body = stuffed(message.bytes)
    wire.writeLetter(body, endsWithLine(body) ? dot : lineAndDot, () => {
      dotLeft = true
    })
    const final = await wire.reply(config.dataTimeoutMs)
    if (final.code === 421) throw new Ended(letterRefused(message.id, final))
    if (isPositive(final)) {
      // 250 before the whole letter left is an answer to something else.
      if (!dotLeft) throw new Ended(early(message.id))
      return sent(message.id, final)
    }
    // A refusal in the middle: the rest of the letter is still in the pipe, and would be read as commands.
    if (!dotLeft) throw new Ended(letterRefused(message.id, final))
    if (final.code < 400) throw new SmtpFault('protocol', `The server answered ${final.code} to a letter.`)
    return letterRefused(message.id, final)
  }

  return {
    async run() {
      const refusal = refuse(message, features)
      if (refusal !== null) return { outcome: refusal, fault: null, answered: true }
      const heard = wire.heard
      try {
        const steps = startStopwatch(meter)
        let outcome = await envelope()
        steps.lap('envelope')
        if (outcome === null) {
          outcome = await letter()
          steps.lap('data')
        }
        session.served++
        return { outcome, fault: wire.fault, answered: true }
      } catch (error) {
        if (error instanceof Ended) {
          const fault = new SmtpFault('disconnected', `The server is closing: ${error.outcome.code}`)
          wire.end(fault)
          return { outcome: error.outcome, fault, answered: true }
        }
        const fault = asFault(error)
        wire.end(fault)
        return { outcome: interrupted(message.id, fault, dotLeft), fault, answered: wire.heard > heard }
      }
    },
    interrupt(graceMs) {
      if (inLetter) wire.hurry(graceMs)
      else wire.end(new SmtpFault('aborted', 'Stopped before the letter was begun.'))
    },
  }
}

/** The server answered and ends the connection with it. */
class Ended extends Error {
  readonly outcome: Outcome
  constructor(outcome: Outcome) {
    super(outcome.status)
    this.outcome = outcome
  }
}

const early = (id: number): Outcome => ({
  id,
  status: 'unknown',
  code: 'protocol',
  detail: 'The server said it took the letter before the letter was complete.',
})

const isPositive = (reply: Reply) => reply.code >= 200 && reply.code < 300

/** What this server cannot be asked: found before anything is written. */
function refuse(message: Message, features: Features): Outcome | null {
  const { id, from, to, bytes } = message
  if (unsafeAddress.test(to) || to === '' || unsafeAddress.test(from)) {
    return impossible(id, 'address', 'The address holds blanks, controls or brackets.')
  }
  if (!features.utf8 && (message.utf8 || nonAscii.test(to) || nonAscii.test(from))) {
    return impossible(
      id,
      'smtputf8',
      'The address or a header is not ASCII, and this server does not offer SMTPUTF8 (RFC 6531).',
    )
  }
  if (message.eightBit && !features.eightBit) {
    return impossible(id, '8bitmime', 'The letter is 8-bit, and this server does not offer 8BITMIME.')
  }
  if (features.maxBytes !== null && bytes.length > features.maxBytes) {
    return impossible(
      id,
      'size',
      `The letter has ${bytes.length} bytes; this server takes ${features.maxBytes} at most.`,
    )
  }
  return null
}

function parameters(message: Message, features: Features): string {
  const utf8 = message.utf8 || nonAscii.test(message.to) || nonAscii.test(message.from)
  // RFC 6531 3.1: SMTPUTF8 messages are 8-bit by nature.
  const eightBit = features.eightBit && (message.eightBit || utf8)
  return `${features.size ? ` SIZE=${message.bytes.length}` : ''}${eightBit ? ' BODY=8BITMIME' : ''}${utf8 ? ' SMTPUTF8' : ''}`
}

function endsWithLine(body: Uint8Array): boolean {
  return body.length === 0 || (body.at(-1) === 10 && body.at(-2) === 13)
}

/** Messages have no line that begins with "." by contract. A broken one would end early and its rest be run
 *  as commands, so it is looked for all the same: 2 us of native search for 25 KB, copied only when found. */
function stuffed(bytes: Uint8Array): Uint8Array {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (body[0] !== 46 && body.indexOf('\n.', 0, 'latin1') < 0) return bytes
  return Buffer.from(body.toString('latin1').replace(/(^|\n)\./g, '$1..'), 'latin1')
}
