import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../app/demo/servers/free-port.ts'
import { makeCertificate } from '../servers/certificate.ts'

const page = readFileSync(new URL('../../docs/getting-started.md', import.meta.url), 'utf8')
const bin = new URL('../../app/bin.js', import.meta.url).pathname
const waitMs = 60_000

/** The commands of the page that are marked `sh`, before and after the heading "Start". */
function commandsOf(markdown: string): readonly [string, string] {
  const [before = '', after = ''] = markdown.split('\n## Start\n')
  const blocks = (part: string) =>
    [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text).join('')
  return [blocks(before), blocks(after)]
}

interface Letter {
  readonly to: string
  readonly login: string
  readonly source: Buffer
}

/** The mail server of the page: STARTTLS, and a password before anything else. */
async function openMailServer() {
  const { key, cert } = makeCertificate(['localhost'])
  const letters: Letter[] = []
  const server = new SMTPServer({
    key,
    cert,
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'courier' && password === '...'
        ? done(null, { user: username })
        : done(new Error('Invalid username or password')),
    onData(stream, { envelope, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = envelope.rcptTo.map(({ address }) => address).join()
        letters.push({ to, login: String(user), source: Buffer.concat(chunks) })
        done()
      })
    },
  })
  const listening = server.listen(0, 'localhost')
  await once(listening, 'listening')
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = listening.address() as { port: number }
  return { port, cert, letters }
}

test('the commands of docs/getting-started.md, one after the other, bring real letters', async () => {
  const root = mkdtempSync(join(tmpdir(), 'broadsheet-started-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  writeFileSync(join(root, 'broadsheet'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
    mode: 0o755,
  })
  const [mail, port] = [await openMailServer(), await freePort()]
  const env = {
    PATH: [root, process.env.PATH].join(delimiter),
    HOME: root,
    // The page names a server and an address that are the reader's own.
    BROADSHEET_CHANNELS_SMTP_HOST: 'localhost',
    BROADSHEET_CHANNELS_SMTP_PORT: String(mail.port),
    BROADSHEET_CHANNELS_SMTP_TLS_CA: mail.cert,
    BROADSHEET_HTTP_PORT: String(port),
    BROADSHEET_PUBLIC_URL: `http://localhost:${port}`,
  }
  const start = (command: string, args: readonly string[], cwd: string): ChildProcess => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  /** All that a shell wrote, which stops at the first command that fails. */
  const paste = async (commands: string, cwd: string): Promise<string> => {
    const here = commands.replaceAll('http://localhost:8025', `http://localhost:${port}`)
    const strictly = `curl() { command curl --fail-with-body "$@"; }\n${here}`
    const child = start('bash', ['-euo', 'pipefail', '-c', strictly], cwd)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
    const [code] = (await once(child, 'close')) as [number]
    expect(code, said).toBe(0)
    return said
  }
  const lettersTo = (name: string) => mail.letters.filter(({ to }) => to === `${name}@example.org`)
  const courier = join(root, 'courier')
  const [before, after] = commandsOf(page)

  const prepared = await paste(before, root)
  expect(prepared).toContain('✓ channel smtp         localhost:')
  const daemon = start('broadsheet', ['serve'], courier)
  await vi.waitFor(async () => expect((await fetch(`http://localhost:${port}/readyz`)).ok).toBe(true), {
    timeout: waitMs,
    interval: 5,
  })
  const said = await paste(after, courier)
  expect(said).toContain('first is finished: 2 sent, 0 failed')

  // A test, two campaigns and an alert; a campaign is not waited for by curl.
  const wanted = { you: 4, ada: 2, eve: 1 }
  await vi.waitFor(
    () =>
      expect(Object.fromEntries(Object.keys(wanted).map((who) => [who, lettersTo(who).length]))).toEqual(
        wanted,
      ),
    { timeout: waitMs, interval: 5 },
  )
  expect(new Set(mail.letters.map(({ login }) => login))).toEqual(new Set(['courier']))
  const key = createPublicKey(readFileSync(join(courier, 'dkim.pem'))).export({ type: 'spki', format: 'der' })
  const resolver = () => Promise.resolve([[`v=DKIM1; k=rsa; p=${key.toString('base64')}`]])
  for (const { source } of mail.letters)
    expect((await dkimVerify(source, { resolver })).results).toMatchObject([{ status: { result: 'pass' } }])

  const letter = lettersTo('eve')[0]!.source.toString().replace(/=\r\n/g, '')
  const [, leads = ''] = /href=3D"([^"]*\/c\/[^"]*)"/.exec(letter) ?? []
  expect((await fetch(leads, { redirect: 'manual' })).headers.get('location')).toMatch(
    /^https:\/\/harbour\.example\//,
  )
  const [, leave = ''] = /^List-Unsubscribe: <(.*)>\r$/m.exec(letter) ?? []
  expect(
    (await fetch(leave, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }))
      .ok,
  ).toBe(true)
  expect(await paste('broadsheet subscriber show eve@example.org', courier)).toContain(
    'courier (unsubscribed',
  )
  expect(await paste('ls backups/*.db backup-of-secrets/secrets', courier)).toContain('.db\n')

  const gone = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  expect(await gone).toEqual([0, null])
})
