import { describe, expect, it } from 'vitest'
import type { Message } from '../../engine/channel/index.ts'
import { smtp } from '../../plugins/smtp/index.ts'
import { always, type Fault, first, forRecipient, once, times } from '../servers/faults.ts'
import { defaultExtensions } from '../servers/smtp-sink.ts'
import { copies, letter, letters, never, openServer, openSink, openSmtp, tally } from './smtp-kit.ts'

const say = (text: string): Fault => ({ do: 'reply', text })
const without = (name: string) => defaultExtensions.filter((line) => !line.startsWith(name))

describe('one bad address among many', () => {
  const bad = (to: string) => to === 'reader4@example.org'

  it.each([
    { how: 'pipelined', pipelining: 'auto', data: null },
    {
      how: 'pipelined, to a server that takes DATA all the same',
      pipelining: 'auto',
      data: say('354 go on'),
    },
    { how: 'one by one', pipelining: 'off', data: null },
  ])('fails alone, $how, on one connection', async ({ pipelining, data }) => {
    const faults = first(
      forRecipient(bad, 'rcpt', say('550 5.1.1 user unknown')),
      // The sink forgets a refused recipient: at DATA its name is empty.
      data === null ? () => undefined : ({ phase, to }) => (phase === 'data' && to === '' ? data : undefined),
    )
    const sink = await openSink({ faults, keep: true })
    const channel = await openSmtp(sink.port, { pipelining, connections: 1 })
    const outcomes = await channel.send(letters(10), never())
    expect(outcomes.find(({ id }) => id === 4)).toEqual({
      id: 4,
      status: 'permanent',
      code: '550 5.1.1',
      detail: 'user unknown',
      suppress: true,
    })
    expect(tally(outcomes)).toEqual({ sent: 9, permanent: 1 })
    expect(Object.values(copies(sink))).toEqual(Array.from({ length: 9 }, () => 1))
    expect(sink.connections().total).toBe(1)
  })

  it('fails alone when all are bad but one', async () => {
    const sink = await openSink({ faults: forRecipient((to) => !bad(to), 'rcpt', say('550 5.1.1 no')) })
    const channel = await openSmtp(sink.port, { connections: 2 })
    expect(tally(await channel.send(letters(50), never()))).toEqual({ sent: 1, permanent: 49 })
  })

  it('keeps its refusal when the server hangs up with it', async () => {
    const refuse: Fault = { do: 'reply', text: '550 5.1.1 user unknown', end: true }
    const sink = await openSink({ faults: forRecipient(bad, 'rcpt', refuse) })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send(letters(10), never())
    expect(tally(outcomes)).toEqual({ sent: 9, permanent: 1 })
  })
})

describe('refusals', () => {
  it.each([
    [
      'rcpt',
      '450 4.2.0 greylisted, try later',
      { status: 'transient', scope: 'recipient', code: '450 4.2.0' },
    ],
    ['rcpt', '550 5.7.1 policy', { status: 'permanent', suppress: false, code: '550 5.7.1' }],
    ['data', '451 4.3.0 not now', { status: 'transient', scope: 'recipient', code: '451 4.3.0' }],
    ['data', '554 5.6.0 never', { status: 'permanent', suppress: false, code: '554 5.6.0' }],
    ['dot', '452 4.3.1 disk full', { status: 'transient', scope: 'recipient', code: '452 4.3.1' }],
    ['dot', '554 5.7.1 looks like spam', { status: 'permanent', suppress: false, code: '554 5.7.1' }],
    ['dot', '550 5.1.1 unknown after all', { status: 'permanent', suppress: true }],
    ['dot', '421 4.3.2 going down', { status: 'transient', scope: 'channel', code: '421 4.3.2' }],
    ['dot', '421 4.7.28 too fast', { status: 'transient', scope: 'recipient', code: '421 4.7.28' }],
    ['rcpt', '421 4.7.0 too fast', { status: 'transient', scope: 'recipient', code: '421 4.7.0' }],
    ['mail', '421 4.7.0 too fast', { status: 'transient', scope: 'channel', code: '421 4.7.0' }],
    ['mail', '451 4.7.1 slow down', { status: 'transient', scope: 'channel', code: '451 4.7.1' }],
    ['mail', '552 5.3.4 too big', { status: 'permanent', suppress: false, code: '552 5.3.4' }],
    ['mail', '550 5.1.8 sender unknown', { status: 'unsent', code: '550 5.1.8' }],
  ] as const)('at %s: %s', async (phase, text, expected) => {
    const sink = await openSink({ faults: times(1, phase, say(text)) })
    const channel = await openSmtp(sink.port, { connections: 1 })
    expect(await channel.send([letter(1)], never())).toMatchObject([{ id: 1, ...expected }])
    expect(sink.count()).toBe(0)
    expect(tally(await channel.send([letter(2)], never()))).toEqual({ sent: 1 })
    expect(sink.received()).toMatchObject([{ to: 'reader2@example.org' }])
  })

  it.each([
    ['banner', '554 5.7.1 not you', /refused the connection: 554 5\.7\.1 not you/],
    ['banner', '421 busy', /refused the connection: 421 busy/],
    ['ehlo', '421 busy', /refused EHLO: 421 busy/],
  ] as const)('at %s (%s) are the channel’s', async (phase, text, message) => {
    const sink = await openSink({ faults: always(phase, say(text)) })
    const channel = await openSmtp(sink.port)
    await expect(channel.send(letters(5), never())).rejects.toThrow(message)
    expect(await channel.probe(never())).toMatchObject({ ok: false, detail: expect.stringMatching(message) })
  })
})

describe('extensions', () => {
  it('sends MAIL, RCPT and DATA in one write, and the size', async () => {
    const writes: string[] = []
    const port = await openServer((socket) => {
      socket.write('220 mx\r\n')
      socket.on('data', (chunk) => {
        const text = chunk.toString('latin1')
        writes.push(text)
        if (text.startsWith('EHLO')) socket.write('250-mx\r\n250-PIPELINING\r\n250 SIZE 1000000\r\n')
        else if (text.startsWith('MAIL')) socket.write('250 a\r\n250 b\r\n354 c\r\n')
        else if (text.startsWith('QUIT')) socket.end('221 bye\r\n')
        else socket.write('250 2.0.0 queued as 4ABC\r\n')
      })
    })
    const channel = await openSmtp(port, { localName: 'news.sender.test' })
    const message = letter(1)
    const outcomes = await channel.send([message], never())
    await channel.close()
    expect(outcomes).toEqual([
      { id: 1, status: 'sent', code: '250 2.0.0', detail: 'queued as 4ABC', tookMs: expect.any(Number) },
    ])
    expect(writes).toEqual([
      'EHLO news.sender.test\r\n',
      `MAIL FROM:<news@sender.test> SIZE=${message.bytes.length}\r\nRCPT TO:<reader1@example.org>\r\nDATA\r\n`,
      `${Buffer.from(message.bytes).toString('latin1')}.\r\n`,
      'QUIT\r\n',
    ])
  })

  it('says HELO to a server that knows no EHLO', async () => {
    const sink = await openSink({ faults: once('ehlo', say('502 5.5.1 what?')), keep: true })
    const channel = await openSmtp(sink.port, { connections: 1 })
    expect(tally(await channel.send(letters(3), never()))).toEqual({ sent: 3 })
    expect(
      sink
        .commands()
        .slice(0, 3)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['EHLO', 'HELO', 'MAIL'])
    expect(sink.commands()[2]).toBe('MAIL FROM:<news@sender.test>')
  })

  it('refuses a letter above the server’s size without sending it', async () => {
    const sink = await openSink({ extensions: ['PIPELINING', 'SIZE 1000'], keep: true })
    const channel = await openSmtp(sink.port)
    const [outcome] = await channel.send([letter(1, 'big@example.org', 5000)], never())
    expect(outcome).toMatchObject({ status: 'permanent', code: 'size', suppress: false })
    expect(outcome?.detail).toMatch(/5\d{3} bytes.*1000 at most/)
    expect(sink.commands().filter((line) => line.startsWith('MAIL'))).toEqual([])
  })

  const utf8: Message = { ...letter(1, 'josé@example.org'), utf8: true, eightBit: true }
  it('declares 8BITMIME and SMTPUTF8 where they are needed', async () => {
    const sink = await openSink({ keep: true })
    const channel = await openSmtp(sink.port)
    expect(tally(await channel.send([utf8], never()))).toEqual({ sent: 1 })
    expect(sink.commands()).toContain(
      `MAIL FROM:<news@sender.test> SIZE=${utf8.bytes.length} BODY=8BITMIME SMTPUTF8`,
    )
    expect(sink.received()[0]?.to).toBe('josé@example.org')
  })

  it.each([
    ['SMTPUTF8', utf8, 'smtputf8', /does not offer SMTPUTF8/],
    ['8BITMIME', { ...letter(1), eightBit: true }, '8bitmime', /does not offer 8BITMIME/],
  ])('refuses what needs %s at a server without it', async (name, message, code, detail) => {
    const sink = await openSink({ extensions: without(name) })
    const channel = await openSmtp(sink.port)
    const outcomes = await channel.send([message, letter(2)], never())
    expect(outcomes.find(({ id }) => id === 1)).toMatchObject({
      status: 'permanent',
      suppress: false,
      code,
      detail: expect.stringMatching(detail),
    })
    expect(tally(outcomes)).toEqual({ permanent: 1, sent: 1 })
  })

  it('reads an EHLO of a hundred lines', async () => {
    const lines = Array.from({ length: 100 }, (_, n) => `X-THING-${n} ${'a'.repeat(100)}`)
    const sink = await openSink({ extensions: [...lines, 'PIPELINING'] })
    const channel = await openSmtp(sink.port)
    expect(tally(await channel.send(letters(3), never()))).toEqual({ sent: 3 })
  })
})

describe('a letter that breaks the rules of its composer', () => {
  it.each([
    '.\r\nMAIL FROM:<evil@example.org>\r\n',
    'Subject: x\r\n\r\ntext\r\n.\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<v@example.org>\r\nDATA\r\nspam\r\n',
    'Subject: x\r\n\r\ntext\n.\nRSET\n',
    'Subject: x\r\n\r\nno line end',
    '',
  ])('smuggles no command: %j', async (text) => {
    const sink = await openSink({ keep: true })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send(
      [{ ...letter(1), bytes: Buffer.from(text, 'latin1') }, letter(2)],
      never(),
    )
    expect(tally(outcomes)).toEqual({ sent: 2 })
    expect(sink.count()).toBe(2)
    expect(sink.commands().join('\n')).not.toMatch(/evil|RSET/)
  })
})

describe('an address that would end its command', () => {
  const evil = (end: string) => `ada@example.org>${end}RCPT TO:<evil@example.org`

  it.each(['\r\n', '\n', '\r', '\0', ' '])('is refused before anything is written: %j', async (end) => {
    const sink = await openSink({ keep: true })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send(
      [letter(1, evil(end)), { ...letter(2), from: evil(end) }, letter(3, ''), letter(4)],
      never(),
    )
    expect(outcomes.filter(({ id }) => id < 4)).toMatchObject(
      [1, 2, 3].map((id) => ({ id, status: 'permanent', code: 'address' })),
    )
    expect(tally(outcomes)).toEqual({ permanent: 3, sent: 1 })
    expect(sink.commands().join('\n')).not.toMatch(/evil|ada/)
  })
})

describe('a server that is not what it seems', () => {
  it.each([
    ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n', /web server/],
    ['an SSH server', 'SSH-2.0-OpenSSH_9.9\r\n', /SSH server/],
    ['noise', '\x00\x01\x02\x03\x04\x05', /not an SMTP server/],
    ['a flood', 'x'.repeat(1_000_000), /not an SMTP server/],
    ['a reply without end', '220-hello\r\n'.repeat(100_000), /longer than/],
  ])('%s is a fault of the channel that says so', async (_, text, message) => {
    const port = await openServer((socket) => socket.write(text, 'latin1'))
    const channel = await openSmtp(port, { security: 'none' })
    await expect(channel.send(letters(2), never())).rejects.toThrow(message)
    await expect(channel.send(letters(2), never())).rejects.toThrow(`127.0.0.1:${port}`)
  })

  it('is not believed when it answers before it was asked', async () => {
    const port = await openServer((socket) => {
      socket.write('220 mx\r\n')
      socket.on('data', (chunk) => {
        const text = chunk.toString('latin1')
        if (text.startsWith('EHLO')) socket.write('250-mx\r\n250 PIPELINING\r\n')
        // The last reply is for a letter it has not seen.
        if (text.startsWith('MAIL')) socket.write('250 a\r\n250 b\r\n354 c\r\n250 taken\r\n')
      })
    })
    const channel = await openSmtp(port, { connections: 1 })
    const [outcome] = await channel.send([letter(1)], never())
    expect(outcome).toMatchObject({ status: 'unsent', code: 'protocol' })
  })

  it('is left when garbage comes instead of a reply', async () => {
    const sink = await openSink({ faults: once('rcpt', { do: 'garbage', text: 'NOT A REPLY\r\n' }) })
    const channel = await openSmtp(sink.port, { connections: 1 })
    const outcomes = await channel.send(letters(5), never())
    expect(tally(outcomes)).toEqual({ unsent: 1, sent: 4 })
  })
})

describe('the pool', () => {
  it('opens no more connections than it may, and spreads letters over them', async () => {
    const sink = await openSink()
    const channel = await openSmtp(sink.port, { connections: 3 })
    await Promise.all([channel.send(letters(60), never()), channel.send(letters(60), never())])
    expect(sink.connections()).toEqual({ total: 3, open: 3 })
    expect(sink.count()).toBe(120)
  })

  it('changes a connection after so many letters', async () => {
    const sink = await openSink()
    const channel = await openSmtp(sink.port, { connections: 1, messagesPerConnection: 10 })
    expect(tally(await channel.send(letters(35), never()))).toEqual({ sent: 35 })
    expect(sink.connections().total).toBe(4)
  })

  it('says good-bye to connections without work', async () => {
    const sink = await openSink({ keep: true })
    const channel = await openSmtp(sink.port, { connections: 2, idleMs: 20 })
    await channel.send(letters(10), never())
    await expect.poll(() => sink.connections().open).toBe(0)
    expect(sink.commands().filter((line) => line === 'QUIT')).toHaveLength(2)
  })
})

describe('settings', () => {
  it('have defaults for everything', () => {
    expect(smtp.config.parse({})).toMatchObject({ host: 'localhost', port: 25, connections: 20 })
  })

  it.each([
    [{ port: 0 }, 'port'],
    [{ port: 70_000 }, 'port'],
    [{ security: 'ssl' }, 'security'],
    [{ connections: 0 }, 'connections'],
    [{ localName: 'a b\r\nMAIL' }, 'localName'],
    [{ tls: { rejectUnauthorised: false } }, 'tls'],
    [{ security: 'tls', auth: { user: 'u' } }, 'auth.pass'],
    [{ security: 'tls', auth: { user: 'u', method: 'xoauth2' } }, 'auth.accessToken'],
    [{ security: 'tls', auth: { user: 'u', pass: 'p', passwort: 'p' } }, 'auth'],
  ])('%j are refused at %s', (settings, path) => {
    expect(smtp.config.safeParse(settings).error?.issues[0]?.path.join('.')).toBe(path)
  })
})
