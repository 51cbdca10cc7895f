import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type Answer, decode, encode } from 'dns-packet'

/** Records by kind. `silent`: no answer at all. `broken`: SERVFAIL. */
export interface ZoneName {
  readonly TXT?: readonly string[]
  readonly A?: readonly string[]
  readonly AAAA?: readonly string[]
  readonly MX?: readonly (readonly [preference: number, host: string])[]
  readonly CNAME?: string
  readonly PTR?: readonly string[]
  readonly fails?: 'silent' | 'broken'
}
export type Zone = { readonly [name: string]: ZoneName }

export interface NameServer extends AsyncDisposable {
  /** As `createResolver` takes it. */
  readonly address: string
  /** "TXT example.org", as they were asked. */
  readonly asked: readonly string[]
}

const nxdomain = 3
const servfail = 2

/** An authoritative server on loopback UDP that answers from `zone`; it is read anew for every question. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (bytes, from) => {
    const query = decode(bytes)
    const [question] = query.questions ?? []
    if (question === undefined) return
    const name = question.name.toLowerCase()
    asked.push(`${question.type} ${name}`)
    const known = zone[name]
    if (known?.fails === 'silent') return
    // A name that only has names below it is there, and empty (RFC 8020).
    const exists = known !== undefined || Object.keys(zone).some((other) => other.endsWith(`.${name}`))
    const code = known?.fails === 'broken' ? servfail : exists ? 0 : nxdomain
    const answers = known === undefined ? [] : answersOf(name, question.type, known)
    const reply = encode({
      type: 'response',
      id: query.id ?? 0,
      // AA, RD, and the code in the low bits.
      flags: 0x0400 | 0x0100 | code,
      questions: [question],
      answers: code === 0 ? answers : [],
    })
    socket.send(reply, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

function answersOf(name: string, type: string, known: ZoneName): Answer[] {
  const common = { name, ttl: 300 }
  if (known.CNAME !== undefined) return [{ ...common, type: 'CNAME', data: known.CNAME }]
  switch (type) {
    case 'TXT':
      // 255 characters a string, as servers split it.
      return (known.TXT ?? []).map((text) => ({ ...common, type, data: text.match(/.{1,255}/gs) ?? [''] }))
    case 'A':
    case 'AAAA':
      return (known[type] ?? []).map((data) => ({ ...common, type, data }))
    case 'PTR':
      return (known.PTR ?? []).map((data) => ({ ...common, type, data }))
    case 'MX':
      return (known.MX ?? []).map(([preference, exchange]) => ({
        ...common,
        type,
        data: { preference, exchange },
      }))
    default:
      return []
  }
}
