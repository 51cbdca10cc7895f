import type { Socket } from 'node:net'
import type { Fault, FaultPlan, Phase } from './faults.ts'

/** A letter that the server took responsibility for. */
export interface Receipt {
  readonly from: string
  readonly to: string
  /** With its angle brackets; '' where the letter had none. */
  readonly messageId: string
  readonly bytes: number
  /** As the letter writes it, on one line; '' where the letter had none. */
  readonly subject: string
}

export interface SessionOptions {
  /** What EHLO offers, besides the name. */
  readonly extensions: readonly string[]
  /** Called before the 250 is written. `body` keeps its dots: nothing is unstuffed. */
  readonly onLetter: (receipt: Receipt, body: Buffer | null) => void
  readonly onCommand: (line: string) => void
  readonly keepBodies: boolean
  /** Read at every phase: it may change under way. */
  readonly plan: () => FaultPlan | null
  readonly connection: number
}

const endMark = Buffer.from('\r\n.\r\n')
const lineEnd = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')
const messageIdField = /^message-id:[ \t]*(?:\r\n[ \t]+)?(\S+)/im
const subjectField = /^subject:[ \t]*((?:[^\r]|\r\n[ \t])*)/im
const path = /<([^>]*)>/

/** Serves one connection. Fast on the way where nothing is wrong: a letter costs a search for its end and a
 *  look into its head. */
export function serve(socket: Socket, options: SessionOptions): void {
  const { plan, connection } = options
  let text = ''
  let stopped = false
  let paused = false
  let held: Buffer[] = []
  let from = ''
  let to: string | null = null
  let mailGiven = false
  let messages = 0
  let body: Buffer[] | null = null
  let bodyBytes = 0
  let tail: Buffer = lineEnd
  let out: string[] = []

  const flush = () => {
    if (out.length === 0) return
    const all = out.join('')
    out = []
    if (!socket.destroyed && socket.writable) socket.write(all)
  }
  const say = (line: string) => out.push(`${line}\r\n`)
  const reset = () => {
    from = ''
    to = null
    mailGiven = false
  }

  /** True when the phase's ordinary answer is not to be given now. `go` gives it after a delay. */
  const struck = (phase: Phase, go: () => void, take: () => void = () => {}): boolean => {
    const fault = plan()?.({ phase, connection, message: messages, from, to: to ?? '' })
    if (fault === undefined) return false
    act(fault, go, take)
    return true
  }
  const act = (fault: Fault, go: () => void, take: () => void) => {
    switch (fault.do) {
      case 'drop':
        if (fault.taken) take()
        flush()
        stopped = true
        socket.end()
        socket.destroySoon()
        return
      case 'reset':
        if (fault.taken) take()
        stopped = true
        socket.resetAndDestroy()
        return
      case 'hang':
        if (fault.taken) take()
        flush()
        stopped = true
        socket.pause()
        return
      case 'reply':
        say(fault.text)
        if (fault.end) {
          flush()
          stopped = true
          socket.end()
        }
        return
      case 'delay': {
        flush()
        paused = true
        const resume = () => {
          socket.off('close', cancel)
          if (socket.destroyed) return
          paused = false
          go()
          const waiting = Buffer.concat(held)
          held = []
          read(waiting)
        }
        let cancel = () => {}
        if ('until' in fault) void fault.until.then(resume)
        else {
          const timer = setTimeout(resume, fault.ms)
          cancel = () => clearTimeout(timer)
        }
        socket.once('close', cancel)
        return
      }
      case 'garbage':
        out.push(fault.text)
        return
    }
  }

  const command = (line: string) => {
    options.onCommand(line)
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'MAIL') return mail(line)
    if (verb === 'RCPT') return rcpt(line)
    if (verb === 'DATA') return data()
    if (verb === 'EHLO' || verb === 'HELO') {
      reset()
      const names = verb === 'EHLO' ? ['sink.test', ...options.extensions] : ['sink.test']
      const go = () =>
        say(names.map((name, n) => `250${n < names.length - 1 ? '-' : ' '}${name}`).join('\r\n'))
      if (!struck('ehlo', go)) go()
      return
    }
    if (verb === 'RSET') {
      reset()
      return say('250 2.0.0 flushed')
    }
    if (verb === 'NOOP') return say('250 2.0.0 ok')
    if (verb === 'QUIT') {
      say('221 2.0.0 bye')
      flush()
      stopped = true
      socket.end()
      return
    }
    say('502 5.5.1 not known here')
  }

  const mail = (line: string) => {
    if (mailGiven) return say('503 5.5.1 nested MAIL command')
    messages++
    from = path.exec(line)?.[1] ?? ''
    const go = () => {
      mailGiven = true
      say('250 2.1.0 sender ok')
    }
    if (!struck('mail', go)) go()
  }
  const rcpt = (line: string) => {
    if (!mailGiven) return say('503 5.5.1 MAIL first')
    const address = path.exec(line)?.[1] ?? ''
    const go = () => {
      to = address
      say('250 2.1.5 recipient ok')
    }
    to = address
    const hit = struck('rcpt', go)
    to = null
    if (!hit) go()
  }
  const beginBody = () => {
    body = []
    bodyBytes = 0
    // The line before the letter ended, so that a dot alone ends an empty one.
    tail = lineEnd
  }
  const data = () => {
    const go = () => {
      if (to === null) return say('554 5.5.1 no valid recipients')
      beginBody()
      say('354 go on')
    }
    if (!struck('data', go)) go()
    // A server that takes DATA without a recipient (RFC 2920 3.1) is a reply of 354 put in its mouth.
    else if (out.at(-1)?.startsWith('354')) beginBody()
  }

  const finish = (whole: Buffer) => {
    const take = () => {
      const end = whole.indexOf(headEnd)
      const head = whole.toString('latin1', 0, Math.min(end < 0 ? whole.length : end, 16_384))
      const messageId = messageIdField.exec(head)?.[1] ?? ''
      options.onLetter(
        {
          from,
          to: to ?? '',
          messageId,
          bytes: whole.length,
          subject: (subjectField.exec(head)?.[1] ?? '').replace(/\s+/g, ' '),
        },
        options.keepBodies ? whole : null,
      )
    }
    const go = () => {
      if (to === null) {
        reset()
        return say('554 5.5.1 no valid recipients')
      }
      take()
      reset()
      say('250 2.0.0 taken')
    }
    if (struck('dot', go, take)) {
      if (!paused) reset()
    } else go()
  }

  /** Returns what follows the letter, or null when it is not complete yet. */
  const readBody = (chunk: Buffer): Buffer | null => {
    if (body === null) return chunk
    if (bodyBytes === 0 && struck('body', () => {}) && stopped) return null
    // The mark may lie across two chunks: its first four bytes are looked for with the next chunk.
    const seam = Buffer.concat([tail, chunk])
    const seen = tail.length
    const at = seam.indexOf(endMark)
    if (at === -1) {
      body.push(chunk)
      bodyBytes += chunk.length
      tail = Buffer.from(seam.subarray(Math.max(0, seam.length - 4)))
      return null
    }
    const end = at + 2 - seen
    const rest = chunk.subarray(at + 5 - seen)
    const before = end > 0 ? [...body, chunk.subarray(0, end)] : body
    let whole = before.length === 1 ? (before[0] ?? chunk) : Buffer.concat(before)
    if (end < 0) whole = whole.subarray(0, whole.length + end)
    body = null
    finish(whole)
    return rest
  }

  const read = (chunk: Buffer) => {
    let rest = chunk
    while (rest.length > 0 && !stopped) {
      if (paused) {
        held.push(rest)
        return
      }
      if (body !== null) {
        const after = readBody(rest)
        if (after === null) break
        rest = after
        continue
      }
      const end = rest.indexOf(10)
      if (end < 0) {
        text += rest.toString('latin1')
        break
      }
      const line = (text + rest.toString('utf8', 0, end)).replace(/\r$/, '')
      text = ''
      rest = rest.subarray(end + 1)
      command(line)
    }
    flush()
  }

  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', read)
  const greet = () => {
    const go = () => say('220 sink.test ESMTP')
    if (!struck('banner', go)) go()
    flush()
  }
  if (struck('connect', greet)) {
    flush()
  } else greet()
}
