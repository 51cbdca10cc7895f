import { createServer } from 'node:http'
import { createSecureContext, TLSSocket } from 'node:tls'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { smtp } from '../../plugins/smtp/index.ts'
import { makeCertificate } from '../servers/certificate.ts'
import { patience } from '../support/pace.ts'
import { letter, letters, never, openServer, openSink, openSmtp, tally } from './smtp-kit.ts'

const { key, cert } = makeCertificate(['mail.test', 'localhost'], ['127.0.0.1'])

interface RealServer {
  readonly port: number
  readonly letters: { readonly to: string; readonly text: string; readonly secure: boolean }[]
  readonly logins: string[]
}

/** The smtp-server package: an independent reading of the same RFCs. */
async function openReal(options: SMTPServerOptions = {}): Promise<RealServer> {
  const received: RealServer['letters'] = []
  const logins: string[] = []
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, session, done) {
      logins.push(`${auth.method} ${session.secure ? 'over TLS' : 'in clear'}`)
      const good = auth.username === 'user' && (auth.password === 'secret' || auth.accessToken === 'fresh')
      if (good) return done(null, { user: 'user' })
      return auth.method === 'XOAUTH2'
        ? done(null, { data: { status: '401', schemes: 'bearer' } })
        : done(new Error('Invalid username or password'))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? ''
        received.push({ to, text: Buffer.concat(chunks).toString('latin1'), secure: session.secure })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => listening.once('listening', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = listening.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    letters: received,
    logins,
  }
}

const password = { user: 'user', pass: 'secret' }

describe('TLS', () => {
  it.each([
    { security: 'starttls', secure: false },
    { security: 'tls', secure: true },
    { security: 'opportunistic', secure: false },
  ])('$security carries letters whole', async ({ security, secure }) => {
    const server = await openReal({ secure })
    const tls = security === 'opportunistic' ? {} : { ca: cert }
    const channel = await openSmtp(server.port, { security, tls, connections: 2 })
    const big = letter(99, 'big@example.org', 3_000_000)
    expect(tally(await channel.send([...letters(20), big], never()))).toEqual({ sent: 21 })
    expect(server.letters.every((one) => one.secure)).toBe(true)
    expect(server.letters.find(({ to }) => to === 'big@example.org')?.text).toBe(
      Buffer.from(big.bytes).toString('latin1'),
    )
    expect(await channel.probe(never())).toMatchObject({ ok: true })
  })

  it('opportunistic goes in clear where TLS is not offered', async () => {
    const server = await openReal({ hideSTARTTLS: true })
    const channel = await openSmtp(server.port)
    expect(tally(await channel.send(letters(2), never()))).toEqual({ sent: 2 })
    expect(server.letters[0]?.secure).toBe(false)
  })

  it('starttls refuses a server that does not offer it', async () => {
    const server = await openReal({ hideSTARTTLS: true })
    const channel = await openSmtp(server.port, { security: 'starttls' })
    await expect(channel.send(letters(2), never())).rejects.toThrow(/does not offer STARTTLS/)
    expect(server.letters).toEqual([])
  })

  it.each([
    ['an authority nobody knows', {}],
    ['another name', { ca: cert, servername: 'other.test' }],
  ])('refuses a certificate of %s, and says what to set', async (_, tls) => {
    const server = await openReal()
    const channel = await openSmtp(server.port, { security: 'starttls', tls })
    await expect(channel.send(letters(2), never())).rejects.toThrow(
      /certificate.*not accepted.*tls\.servername/,
    )
    expect(server.letters).toEqual([])
  })

  it('takes it when told to', async () => {
    const server = await openReal({ secure: true })
    const channel = await openSmtp(server.port, { security: 'tls', tls: { rejectUnauthorized: false } })
    expect(tally(await channel.send(letters(2), never()))).toEqual({ sent: 2 })
  })

  it('tells a plain port from a TLS port, both ways', async () => {
    const plain = await openSink()
    const wrong = await openSmtp(plain.port, { security: 'tls' })
    await expect(wrong.send(letters(1), never())).rejects.toThrow(/does not speak TLS.*"starttls"/)
    const secure = await openReal({ secure: true })
    const other = await openSmtp(secure.port, { security: 'none', replyTimeoutMs: 200 })
    await expect(other.send(letters(1), never())).rejects.toThrow(/no greeting.*set security to "tls"/)
  })

  it('ends a handshake that hangs', async () => {
    const port = await openServer(() => {})
    const connectTimeoutMs = patience(100)
    const channel = await openSmtp(port, { security: 'tls', connectTimeoutMs })
    await expect(channel.send(letters(1), never())).rejects.toThrow(
      `did not finish a TLS handshake within ${connectTimeoutMs} ms`,
    )
  })

  it('refuses plain text put in behind STARTTLS, and forgets what was offered before it', async () => {
    const port = await openServer((socket) => {
      socket.write('220 mx\r\n')
      socket.on('data', (chunk) => {
        const line = chunk.toString('latin1')
        if (line.startsWith('EHLO')) socket.write('250-mx\r\n250 STARTTLS\r\n')
        // One packet: the agreement, and a reply that would be taken for one under TLS.
        if (line.startsWith('STARTTLS')) socket.write('220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n')
      })
    })
    const channel = await openSmtp(port, { security: 'starttls', tls: { ca: cert } })
    await expect(channel.send(letters(1), never())).rejects.toThrow(/plain text after agreeing to STARTTLS/)
  })

  it('believes only what is said under TLS', async () => {
    const inside: string[] = []
    const port = await openServer((socket) => {
      socket.write('220 mx\r\n')
      socket.on('data', function plain(chunk) {
        const line = chunk.toString('latin1')
        if (line.startsWith('EHLO')) socket.write('250-mx\r\n250-STARTTLS\r\n250-SIZE 10\r\n250 SMTPUTF8\r\n')
        if (!line.startsWith('STARTTLS')) return
        socket.removeListener('data', plain)
        socket.write('220 go\r\n')
        const secured = new TLSSocket(socket, {
          isServer: true,
          secureContext: createSecureContext({ key, cert }),
        })
        secured.on('error', () => {})
        secured.on('data', (text) => {
          inside.push(text.toString('latin1'))
          secured.write(inside.length === 1 ? '250 mx\r\n' : '421 bye\r\n')
        })
      })
    })
    const channel = await openSmtp(port, { security: 'starttls', tls: { ca: cert } })
    const [outcome] = await channel.send([letter(1)], never())
    expect(outcome).toMatchObject({ status: 'transient', code: '421' })
    // No SIZE=, no pipelining: neither was offered again.
    expect(inside[1]).toBe('MAIL FROM:<news@sender.test>\r\n')
  })
})

describe('AUTH', () => {
  it.each([
    ['auto', ['PLAIN', 'LOGIN'], 'PLAIN'],
    ['auto', ['LOGIN'], 'LOGIN'],
    ['plain', ['PLAIN'], 'PLAIN'],
    ['login', ['PLAIN', 'LOGIN'], 'LOGIN'],
  ])('%s against %j is %s', async (method, authMethods, used) => {
    const server = await openReal({ authMethods, authOptional: false })
    const channel = await openSmtp(server.port, {
      security: 'starttls',
      tls: { ca: cert },
      connections: 1,
      auth: { method, ...password },
    })
    expect(tally(await channel.send(letters(2), never()))).toEqual({ sent: 2 })
    expect(server.logins).toEqual([`${used} over TLS`])
  })

  it('is a step of its own, after those of TLS', async () => {
    const server = await openReal({ authOptional: false })
    const steps: string[] = []
    const settings = { security: 'starttls', tls: { ca: cert }, connections: 1, auth: password }
    const meter = { phase: (phase: string) => void steps.push(phase) }
    const channel = await openSmtp(server.port, settings, { meter })
    await channel.send(letters(1), never())
    expect(steps).toEqual(['connect', 'ehlo', 'starttls', 'auth', 'envelope', 'data'])
  })

  it('XOAUTH2 with a token', async () => {
    const server = await openReal({ authMethods: ['XOAUTH2'] })
    const auth = { method: 'xoauth2', user: 'user', accessToken: 'fresh' }
    const channel = await openSmtp(server.port, { security: 'starttls', tls: { ca: cert }, auth })
    expect(tally(await channel.send([letter(1)], never()))).toEqual({ sent: 1 })
  })

  it('XOAUTH2 fetches a token when the one it has is refused', async () => {
    const asked: string[] = []
    const endpoint = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        asked.push(body)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ access_token: 'fresh', token_type: 'Bearer', expires_in: 3600 }))
      })
    })
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
    onTestFinished(
      () =>
        new Promise<void>((resolve) => {
          endpoint.closeAllConnections()
          endpoint.close(() => resolve())
        }),
    )
    const address = endpoint.address()
    const accessUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/token`
    const server = await openReal({ authMethods: ['XOAUTH2'] })
    const channel = await openSmtp(server.port, {
      security: 'starttls',
      tls: { ca: cert },
      connections: 1,
      auth: {
        method: 'xoauth2',
        user: 'user',
        accessToken: 'stale',
        clientId: 'id',
        clientSecret: 'hush',
        refreshToken: 'refresh',
        accessUrl,
      },
    })
    expect(tally(await channel.send([letter(1)], never()))).toEqual({ sent: 1 })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('refresh_token=refresh')
    expect(server.logins).toHaveLength(2)
  })

  it.each([
    { method: 'auto', user: 'user', pass: 'wr0ng-pass' },
    { method: 'xoauth2', user: 'user', accessToken: 'wr0ng-pass' },
  ])('refused ($method): a fault of the channel, tried once, its secret in no message', async (auth) => {
    const server = await openReal({ authMethods: ['PLAIN', 'XOAUTH2'] })
    const channel = await openSmtp(server.port, { security: 'starttls', tls: { ca: cert }, auth })
    const error = await channel.send(letters(50), never()).catch((why: unknown) => String(why))
    expect(error).toMatch(/refused the (password|token) of "auth\.user": 535/)
    expect(error).not.toContain('wr0ng')
    expect(server.logins).toHaveLength(1)
    expect(server.letters).toEqual([])
  })

  it('says so where the server offers none, or not the one wanted', async () => {
    const none = await openSink()
    const auth = { method: 'plain', ...password }
    const first = await openSmtp(none.port, { security: 'none', auth })
    await expect(first.send(letters(1), never())).rejects.toThrow(/offers no AUTH/)
    const other = await openReal({ authMethods: ['LOGIN'], allowInsecureAuth: true, hideSTARTTLS: true })
    const second = await openSmtp(other.port, { security: 'none', auth })
    await expect(second.send(letters(1), never())).rejects.toThrow(/does not offer AUTH PLAIN, only LOGIN/)
  })

  it('never travels where TLS may silently fall away', () => {
    const result = smtp.config.safeParse({ auth: password })
    expect(result.error?.issues[0]).toMatchObject({ path: ['security'] })
    expect(smtp.config.safeParse({ auth: password, security: 'starttls' }).success).toBe(true)
  })

  it('a token endpoint that hangs holds up no closing', async () => {
    const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>()
    const hanging = await openServer(() => onAsked())
    const server = await openReal({ authMethods: ['XOAUTH2'] })
    const accessUrl = `http://127.0.0.1:${hanging}/`
    const channel = await openSmtp(server.port, {
      security: 'starttls',
      tls: { ca: cert },
      auth: { method: 'xoauth2', user: 'user', refreshToken: 'x', accessUrl },
    })
    const sending = channel.send(letters(1), never()).catch((why: unknown) => why)
    await asked
    await channel.close()
    expect(await sending).toBeDefined()
  })
})
