import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll } from 'vitest'
import { type Note, textOf } from '../../engine/channel/index.ts'
import { webhook } from '../../plugins/webhook/index.ts'
import { readSecret } from '../../plugins/webhook/sign.ts'
import {
  type Behaviour,
  type NoteChannelSubject,
  type ReceivedPost,
  testNoteChannel,
} from '../contract/index.ts'
import { makeCertificate } from '../servers/certificate.ts'
import { type Hook, type HookTurn, startWebhookReceiver } from '../servers/webhook-receiver.ts'

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
const signingKey = `whsk_${Buffer.alloc(32, 3).toString('base64')}`
const publicKey = readSecret(signingKey)!.publicKey!
const rooms = ['desk', 'ops'] as const
const pathOf = (room: string) => `/hooks/${room}/hidden-path`

const certificate = makeCertificate(['localhost'])
const trusted = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]))
afterAll(() => setDefaultCACertificates(trusted))

/** What a program that shows the note would show. */
function shown({ path, event }: Hook, origin: string): ReceivedPost {
  const { note } = event.data as { note: Note }
  const words: string[] = [note.title, note.summary]
  const urls = note.url === null ? [] : [note.url]
  for (const block of note.blocks) {
    switch (block.type) {
      case 'text':
      case 'context':
        words.push(textOf(block.text))
        break
      case 'code':
        words.push(block.text)
        break
      case 'list':
        words.push(...block.items.map(textOf))
        break
      case 'fields':
        for (const { name, value } of block.fields) words.push(name, textOf(value))
        break
      case 'links':
        for (const { title, url } of block.links) {
          words.push(title)
          urls.push(url)
        }
        break
      case 'image':
      case 'divider':
    }
  }
  const room = /^\/hooks\/(\w+)\//.exec(path)?.[1]
  return { to: room ?? origin + path, text: words.join('\n'), mentions: [], urls }
}

const turnOf = (behaviour: Behaviour, origin: string): HookTurn => {
  switch (behaviour.do) {
    case 'limited':
      return { status: 429, headers: { 'retry-after': String(behaviour.retryAfterMs / 1000) } }
    case 'error':
      return { status: 500 }
    case 'redirect':
      return { status: 307, headers: { location: `${origin}/elsewhere` } }
    case 'drop':
    case 'hang':
      return behaviour.do
  }
}

const subject =
  (format: 'json' | 'cloudevents', overTls: boolean) => async (): Promise<NoteChannelSubject<never>> => {
    const receiver = await startWebhookReceiver(overTls ? certificate : undefined)
    const away = await startWebhookReceiver()
    await away.close()
    const behaviours = new Map<string | undefined, Behaviour>()
    receiver.turn = ({ path }) => {
      const behaviour = behaviours.get(undefined) ?? behaviours.get(path)
      return behaviour === undefined ? undefined : turnOf(behaviour, receiver.url)
    }
    for (const room of rooms) receiver.secrets.set(pathOf(room), secret)
    receiver.secrets.set('/of/jane', publicKey)
    const settings = (origin: string) => ({
      rooms: Object.fromEntries(
        rooms.map((room) => [
          room,
          { url: origin + pathOf(room), secrets: [secret], format, headers: { 'x-token': 'hidden-token' } },
        ]),
      ),
      ...(overTls && { contacts: { secrets: [signingKey], format } }),
    })
    return {
      definition: webhook as never,
      config: settings(receiver.url),
      unreachable: settings(away.url),
      rooms,
      contacts: overTls ? { good: `${receiver.url}/of/jane`, bad: 'http://example.org/of/jane' } : null,
      secrets: [secret, signingKey, 'hidden-path', 'hidden-token'],
      timeoutMs: 20_000,
      onError: 'transient',
      received: () => receiver.taken.map((hook) => shown(hook, receiver.url)),
      requests: () => receiver.asked.length,
      behave(behaviour, room) {
        if (behaviour === null) behaviours.clear()
        else behaviours.set(room === undefined ? undefined : pathOf(room), behaviour)
      },
      close: () => receiver.close(),
    }
  }

testNoteChannel('webhook', subject('json', false))
testNoteChannel("webhook over TLS, with people's own addresses and CloudEvents", subject('cloudevents', true))
