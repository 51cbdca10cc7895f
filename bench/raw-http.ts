import { connect, createServer, type Server, type Socket } from 'node:net'

// HTTP/1.1 as far as a bench speaks it with a daemon on this machine: kept connections, whole bodies by Content-Length. A client and
// a server of a library take a multiple of the processor's time, and it is the time that the bench is to leave to others.

const end = Buffer.from('\r\n\r\n')

/** Calls `message` with each whole message: its head and its body. */
function onMessages(socket: Socket, message: (head: string, body: Buffer) => void): void {
  let kept: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
    for (;;) {
      const at = kept.indexOf(end)
      if (at === -1) return
      const head = kept.toString('latin1', 0, at)
      const length = lengthOf(head)
      const until = at + end.length + length
      if (kept.length < until) return
      message(head, kept.subarray(at + end.length, until))
      kept = kept.subarray(until)
    }
  })
}

function lengthOf(head: string): number {
  // As both of ours write it; by an expression it takes ten times as long.
  const at = head.indexOf('\r\ncontent-length: ')
  if (at !== -1) return Number.parseInt(head.slice(at + 18, at + 30), 10)
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
}

const taken200 = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}',
)

/** Takes every request, says so with 200. */
export const createSink = (taken: (body: Buffer) => void): Server =>
  createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    onMessages(socket, (_head, body) => {
      taken(body)
      socket.write(taken200)
    })
  })

export interface RawClient {
  /** `headers`: whole lines. Resolves with the status of the answer; rejects when the connection breaks. */
  request(method: 'GET' | 'POST', path: string, headers: string, body?: string): Promise<number>
  /** The bytes of such a request, to be made before time counts. */
  bytesOf(method: 'GET' | 'POST', path: string, headers: string, body?: string): Buffer
  send(bytes: Buffer): Promise<number>
  close(): void
}

/** As many connections as there are requests under way, kept for the next ones. */
export function createRawClient(url: string): RawClient {
  const { hostname, port, host } = new URL(url)
  interface Line {
    readonly socket: Socket
    answer: { resolve(status: number): void; reject(error: Error): void } | null
  }
  const idle: Line[] = []
  const all = new Set<Line>()
  const open = (): Line => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    const line: Line = { socket, answer: null }
    all.add(line)
    onMessages(socket, (head) => {
      const { answer } = line
      line.answer = null
      idle.push(line)
      answer?.resolve(Number(head.slice(9, 12)))
    })
    const broken = (error = new Error('The connection was closed')) => {
      all.delete(line)
      const at = idle.indexOf(line)
      if (at !== -1) idle.splice(at, 1)
      line.answer?.reject(error)
      socket.destroy()
    }
    socket.on('error', broken)
    socket.on('close', () => broken())
    return line
  }
  const textOf = (method: 'GET' | 'POST', path: string, headers: string, body = '') =>
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}${method === 'POST' ? `content-length: ${Buffer.byteLength(body)}\r\n` : ''}\r\n${body}`
  const send = (request: string | Buffer): Promise<number> => {
    const line = idle.pop() ?? open()
    return new Promise((resolve, reject) => {
      line.answer = { resolve, reject }
      line.socket.write(request)
    })
  }
  return {
    request: (...request) => send(textOf(...request)),
    bytesOf: (...request) => Buffer.from(textOf(...request)),
    send,
    close() {
      for (const { socket } of all) socket.destroy()
    },
  }
}
