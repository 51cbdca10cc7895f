import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port in front of a server that may become another server: what a virtual address or a pooler does at a failover. */
export interface Proxy {
  readonly port: number
  /** Ends what is connected; new connections go there. */
  turnTo(port: number): void
}

export async function startProxy(port: number): Promise<Proxy> {
  let target = port
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const end = () => {
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    end()
    server.close()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    turnTo(next) {
      target = next
      end()
    },
  }
}
