import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections (Linux: from 32768): between the choice here and the server's start
// one of those could be taken by any program's next connection.
const first = 12_000
const last = 32_000
const given = new Set<number>()

/** A port of loopback that nobody listens on just now, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
