import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An RSS feed on loopback. */
export interface FeedServer extends AsyncDisposable {
  readonly url: string
  /** From now on it answers 500; or again as it should. */
  fail(fails: boolean): void
}

const titles = [
  'Harbour bridge opens a week early',
  'Ransomware at the waterworks',
  'A quiet year for <b>glaciers</b>',
]

const feedOf = (origin: string): string => `<?xml version="1.0"?>
<rss version="2.0"><channel>
  <title>The Harbour Gazette</title><link>${origin}/</link><description>News</description><language>en</language>
  ${titles
    .map(
      (title, at) => `<item><title>${title.replaceAll('<', '&lt;')}</title><link>${origin}/${at}</link>
    <guid isPermaLink="false">gazette-${at}</guid><category>${at === 2 ? 'Climate' : 'Local'}</category>
    <description>What happened, in two sentences. It is story ${at}.</description>
    <pubDate>${new Date(Date.UTC(2026, 10, 20 + at)).toUTCString()}</pubDate></item>`,
    )
    .join('\n')}
</channel></rss>`

export async function openFeedServer(): Promise<FeedServer> {
  let failing = false
  const server = createServer((request, response) => {
    response.writeHead(failing ? 500 : 200, { 'content-type': 'application/rss+xml' })
    response.end(failing ? '' : feedOf(`http://${request.headers.host}`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`,
    fail(fails) {
      failing = fails
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
