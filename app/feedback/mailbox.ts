import { randomUUID } from 'node:crypto'
import type { ImapFlow } from 'imapflow'
import type { Clock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Log } from '../../engine/log.ts'
import type { MailboxSettings } from './settings.ts'

/** Reads the mailbox that bounces come to, every `pollMs`, on one node. A report is deleted or moved once it was heard; a crash in
 *  between reads it again, which changes nothing. All other mail stays, marked as seen. A server that is away is asked again at
 *  the next turn. */
export interface MailboxReader {
  start(): void
  /** Begins no further mail, hangs up, and resolves when the one at hand is heard. Idempotent. */
  stop(): Promise<void>
  /** One turn now. Resolves with how many mails were read; never rejects. */
  look(): Promise<number>
}

// A report's words stand in its first half megabyte.
const maxMailBytes = 512 * 1024
/** Of one turn: the next one goes on. */
const maxMails = 500
const timeoutMs = 30_000
const leaseMs = 15 * 60_000

export function createMailboxReader(parts: {
  readonly settings: MailboxSettings
  readonly engine: Pick<Engine, 'store' | 'feedback'>
  readonly clock: Clock
  readonly log: Log
}): MailboxReader {
  const { settings, engine, clock, log } = parts
  const owner = randomUUID()
  const { host, folder, pollMs } = settings
  // A node that died is followed by another after two turns.
  const leadMs = Math.max(2 * pollMs, leaseMs)
  let stopping = false
  let client: ImapFlow | null = null
  let running: Promise<number> | null = null
  let cancelTimer = () => {}

  async function turn(): Promise<number> {
    if (!(await engine.store.leadership.lead('mailbox', owner, leadMs))) return 0
    const connection = await clientOf(settings)
    client = connection
    let read = 0
    try {
      await connection.connect()
      await connection.mailboxOpen(folder)
      const found = await connection.search({ seen: false, deleted: false }, { uid: true })
      for (const uid of (found || []).slice(0, maxMails)) {
        if (stopping) break
        await hear(connection, uid)
        read += 1
      }
    } finally {
      client = null
      if (connection.usable) await connection.logout().catch(() => connection.close())
      else connection.close()
    }
    return read
  }

  async function hear(connection: ImapFlow, uid: number): Promise<void> {
    const mail = await connection.fetchOne(
      String(uid),
      { source: { maxLength: maxMailBytes } },
      { uid: true },
    )
    if (mail === false || mail.source === undefined) return
    const { kind, by } = await engine.feedback.take(mail.source, 'mail')
    log.debug({ host, folder, uid, kind, by }, 'mailbox.read')
    const range = String(uid)
    if (kind === 'none') await connection.messageFlagsAdd(range, ['\\Seen'], { uid: true })
    else if (settings.done === 'delete') await connection.messageDelete(range, { uid: true })
    else await connection.messageMove(range, await doneFolder(connection), { uid: true })
  }

  async function doneFolder(connection: ImapFlow): Promise<string> {
    // "/" parts levels here, whatever the server parts them by.
    const { path } = await connection.mailboxCreate(settings.doneFolder.split('/'))
    return path
  }

  function look(): Promise<number> {
    running ??= turn()
      .then((read) => {
        if (read > 0) log.info({ host, folder, mails: read }, 'mailbox.looked')
        return read
      })
      .catch((error: unknown) => {
        if (!stopping) log.warn({ host, folder, reason: reasonOf(error) }, 'mailbox.not_read')
        return 0
      })
      .finally(() => {
        running = null
      })
    return running
  }

  function begin(): void {
    cancelTimer = clock.after(pollMs, begin)
    void look()
  }

  return {
    look,
    start: begin,
    async stop() {
      stopping = true
      cancelTimer()
      const hung = clock.after(5000, () => client?.close())
      await running
      hung()
      await engine.store.leadership.resign('mailbox', owner).catch(() => {})
    },
  }
}

async function clientOf(settings: MailboxSettings): Promise<ImapFlow> {
  // Half a megabyte of code that most daemons never need.
  const { ImapFlow } = await import('imapflow')
  const { host, port, tls, user, password, accessToken } = settings
  const client = new ImapFlow({
    host,
    port,
    secure: tls === 'tls',
    ...(tls !== 'tls' && { doSTARTTLS: tls === 'starttls' }),
    auth: accessToken === undefined ? { user, pass: password ?? '' } : { user, accessToken },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  })
  // Without a listener a broken connection would end the process; whoever waits for an answer hears of it.
  client.on('error', () => {})
  return client
}

/** imapflow says "Command failed" and keeps the server's words beside. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { responseText } = error as Error & { readonly responseText?: string }
  return `${error.message}${responseText === undefined ? '' : `: ${responseText}`}`.slice(0, 300)
}
