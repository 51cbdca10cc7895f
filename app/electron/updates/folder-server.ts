import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export interface FolderServer {
  /** `http://127.0.0.1:PORT/SECRET/` */
  readonly url: string
  close(): Promise<void>
}

// Files of a release: no folders, and nothing that begins with a dot.
const fileName = /^[\w][\w.+ ()-]*$/

/** Serve the files of one folder to this program, whose updater speaks HTTP only: on loopback, under a path that nobody else knows,
 *  and for as long as it takes. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const secret = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    const refuse = () => response.writeHead(404).end()
    const [, path = '', name = '', ...rest] = (request.url ?? '').split('?', 1)[0]!.split('/')
    const file = unescaped(name)
    if (request.method !== 'GET' || path !== secret || rest.length > 0 || !fileName.test(file))
      return refuse()
    const full = join(folder, file)
    stat(full)
      .then(async (found) => {
        if (!found.isFile()) return refuse()
        response.writeHead(200, {
          'content-type': 'application/octet-stream',
          'content-length': found.size,
          'cache-control': 'no-store',
        })
        return pipeline(createReadStream(full), response)
      })
      .catch(() => (response.headersSent ? response.destroy() : refuse()))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/${secret}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
