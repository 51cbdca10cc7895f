import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImapFlow } from 'imapflow'
import { freePort } from '../../app/demo/servers/free-port.ts'

/** Whether this machine can run one: Debian's dovecot-imapd, and root, which its login processes need. */
export const hasDovecot =
  process.getuid?.() === 0 && spawnSync('dovecot', ['--version'], { stdio: 'ignore' }).status === 0

export interface Dovecot extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
  /** Puts a mail into the inbox. */
  deliver(mail: string | Buffer): Promise<void>
  /** Flags of each mail in a folder, by its subject. */
  mails(folder?: string): Promise<readonly { readonly subject: string; readonly flags: readonly string[] }[]>
}

/** A real IMAP server with one mailbox, on loopback. */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'dovecot-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  const user = 'bounce@example.org'
  const password = 'a password of the test'
  const mails = join(folder, 'mail')
  mkdirSync(mails)
  chmodSync(mails, 0o777)
  const settings = join(folder, 'dovecot.conf')
  writeFileSync(
    settings,
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:${mails}/%u
passdb {
  driver = static
  args = password=${password.replaceAll(' ', '_')}
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${mails}/%u
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`,
  )
  const child = spawn('dovecot', ['-F', '-c', settings], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await reachable(port)

  const auth = { user, pass: password.replaceAll(' ', '_') }
  async function using<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      doSTARTTLS: false,
      auth,
      logger: false,
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.logout()
    }
  }
  return {
    port,
    user,
    password: auth.pass,
    deliver: (mail) => using(async (client) => void (await client.append('INBOX', mail))),
    mails: (name = 'INBOX') =>
      using(async (client) => {
        await client.mailboxOpen(name)
        const found = await client.fetchAll('1:*', { envelope: true, flags: true })
        return found.map(({ envelope, flags }) => ({
          subject: envelope?.subject ?? '',
          flags: [...(flags ?? [])],
        }))
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves once somebody answers there. */
async function reachable(port: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1')
      socket.once('data', () => resolve(true)).once('error', () => resolve(false))
      socket.once('data', () => socket.destroy())
    })
    if (answers) return
    if (turn > 2000) throw new Error('dovecot does not answer')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
